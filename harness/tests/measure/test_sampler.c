/*
 * The sampler with a clock of our own: how many calls it takes for a sample, when it stops, what it repeats.
 */
#include "measure/rounds.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A kernel whose call takes call_ns, with noise, and a canary that drifts over every sample. */
typedef struct fake {
    double now_ns, call_ns;
    double noise; /* every second sample is longer by that share */
    double drift;
    uint64_t samples, slow_first_samples;
    double slow_factor;
    uint32_t kept, not_kept;
} fake;

static double time_ns(void *context, uint64_t calls)
{
    fake *f = context;
    const double factor = f->samples < f->slow_first_samples ? f->slow_factor : 1.0;
    const double elapsed_ns = (double)calls * f->call_ns * factor * (1.0 + f->noise * (double)(f->samples % 2));

    f->samples++;
    f->now_ns += elapsed_ns;
    return elapsed_ns;
}

static double drift(void *context)
{
    return ((fake *)context)->drift;
}

static bool settle(void *context, bool kept)
{
    fake *f = context;

    f->kept += kept;
    f->not_kept += !kept;
    return true;
}

static double now_ns(void *context)
{
    return ((fake *)context)->now_ns;
}

static const tern_sampler_options usual = {
    .warm_up_ns = 5e6, .min_sample_ns = 5e6, .min_samples = 15, .precision = 0.01, .budget_ns = 1e9};

static const tern_schedule until_precise = {.until = TERN_UNTIL_PRECISE, .rounds = TERN_MAX_SAMPLES};

/* One series at a time. */
static tern_series new_series(void)
{
    static double sample_ns[TERN_MAX_SAMPLES];

    return (tern_series){.sample_ns = sample_ns, .capacity = TERN_MAX_SAMPLES};
}

static tern_series run(fake *f, const tern_sampler_options *options)
{
    const tern_sampled sampled = {f, time_ns, drift, settle, now_ns};
    tern_series series = new_series();
    const tern_arm alone = {.sampled = &sampled, .series = &series};

    tern_sampler_warm_up(&sampled, options, f->call_ns, &series);
    f->samples = 0;
    assert_int_equal(tern_rounds_run(&alone, 1, options, &until_precise, NULL), TERN_OK);
    return series;
}

static void a_steady_kernel_ends_at_the_least_number(void **state)
{
    fake f = {.call_ns = 1000.0};
    const tern_series t = run(&f, &usual);

    (void)state;
    assert_int_equal(t.calls_per_sample, 5000);
    assert_true(t.warmup_calls >= 5000);
    assert_int_equal(t.samples, usual.min_samples);
    assert_int_equal(t.calls, 15 * 5000);
    assert_int_equal(t.stop, TERN_STOP_PRECISE);
    assert_true(fabs(tern_sampler_estimate(&t).median - 1000.0) < 1e-6);
    assert_int_equal(f.kept, t.samples);
}

static void noise_takes_more_samples_until_the_budget_ends(void **state)
{
    fake f = {.call_ns = 1000.0, .noise = 0.2};
    const tern_series t = run(&f, &usual);

    (void)state;
    assert_int_equal(t.stop, TERN_STOP_BUDGET);
    assert_true(t.samples > usual.min_samples);
    const tern_estimate median = tern_sampler_estimate(&t);
    assert_true(fabs(median.low - 1000.0) < 1e-6 && fabs(median.high - 1200.0) < 1e-6);
    assert_true(fabs(t.sample_ns[0] - 1000.0) < 1e-6 && fabs(t.sample_ns[1] - 1200.0) < 1e-6); /* in the order taken */
}

static void room_for_samples_is_bounded(void **state)
{
    tern_sampler_options options = usual;
    fake f = {.call_ns = 1000.0, .noise = 0.2};

    (void)state;
    options.budget_ns = 1e12;
    const tern_series t = run(&f, &options);
    assert_int_equal(t.stop, TERN_STOP_SAMPLES);
    assert_int_equal(t.samples, TERN_MAX_SAMPLES);
}

static void a_call_of_seconds_gives_one_sample(void **state)
{
    fake f = {.call_ns = 3e9};
    const tern_series t = run(&f, &usual);

    (void)state;
    assert_int_equal(t.warmup_calls, 1);
    assert_int_equal(t.calls_per_sample, 1);
    assert_int_equal(t.samples, 1);
    assert_int_equal(t.stop, TERN_STOP_BUDGET);
    assert_true(isnan(tern_sampler_estimate(&t).low) && isnan(tern_sampler_estimate(&t).high));
}

static void calls_counted_while_disturbed_are_counted_again(void **state)
{
    fake f = {.call_ns = 1000.0, .slow_first_samples = 100, .slow_factor = 10.0};
    const tern_sampled sampled = {&f, time_ns, drift, settle, now_ns};
    tern_series series = new_series();
    const tern_arm alone = {.sampled = &sampled, .series = &series};

    (void)state;
    tern_sampler_warm_up(&sampled, &usual, f.slow_factor * f.call_ns, &series);
    assert_int_equal(series.calls_per_sample, 500);
    f.samples = f.slow_first_samples;
    assert_int_equal(tern_rounds_run(&alone, 1, &usual, &until_precise, NULL), TERN_OK);
    assert_int_equal(series.calls_per_sample, 5000);
    assert_int_equal(series.samples, 15);
    assert_int_equal(series.repeated, 0);
    assert_int_equal(f.not_kept, 1);
}

static void a_small_drift_is_marked_and_kept(void **state)
{
    fake f = {.call_ns = 1000.0, .drift = 0.025};
    const tern_series t = run(&f, &usual);

    (void)state;
    assert_int_equal(t.samples, 15);
    assert_int_equal(t.marked, 15);
    assert_int_equal(t.repeated, 0);
    assert_true(fabs(t.clock_drift - 0.025) < 1e-12);
}

static void a_large_drift_is_repeated_but_not_for_ever(void **state)
{
    fake f = {.call_ns = 1000.0, .drift = 0.035};
    const tern_series t = run(&f, &usual);

    (void)state;
    assert_int_equal(t.repeated, usual.min_samples);
    assert_int_equal(f.not_kept, t.repeated);
    assert_int_equal(f.kept, t.samples);
    assert_int_equal(t.samples, 15);
    assert_int_equal(t.marked, 15);
}

static void the_only_sample_is_kept_whatever_it_is(void **state)
{
    fake f = {.call_ns = 3e9, .drift = 0.5};
    const tern_series t = run(&f, &usual);

    (void)state;
    assert_int_equal(t.samples, 1);
    assert_int_equal(t.marked, 1);
    assert_int_equal(t.repeated, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_kernel_ends_at_the_least_number),
        cmocka_unit_test(noise_takes_more_samples_until_the_budget_ends),
        cmocka_unit_test(room_for_samples_is_bounded),
        cmocka_unit_test(a_call_of_seconds_gives_one_sample),
        cmocka_unit_test(calls_counted_while_disturbed_are_counted_again),
        cmocka_unit_test(a_small_drift_is_marked_and_kept),
        cmocka_unit_test(a_large_drift_is_repeated_but_not_for_ever),
        cmocka_unit_test(the_only_sample_is_kept_whatever_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
