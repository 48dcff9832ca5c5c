/*
 * Turns with a clock of our own: a machine that slows down spoils medians, and no ratio.
 */
#include "base/stats.h"
#include "measure/rounds.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { RUNNERS = 3 };

/* One clock for all; it runs slower and slower, by that much a second. */
typedef struct machine {
    double now_ns, slowing;
    uint32_t order[RUNNERS * TERN_MAX_SAMPLES], samples;
} machine;

typedef struct fake {
    machine *machine;
    double call_ns;
    uint32_t number;
} fake;

static double time_ns(void *context, uint64_t calls)
{
    const fake *f = context;
    machine *m = f->machine;
    const double elapsed_ns = (double)calls * f->call_ns * (1.0 + m->slowing * 1e-9 * m->now_ns);

    m->order[m->samples++] = f->number;
    m->now_ns += elapsed_ns;
    return elapsed_ns;
}

static double drift(void *context)
{
    (void)context;
    return 0.0;
}

static void settle(void *context, bool kept)
{
    (void)context;
    (void)kept;
}

static double now_ns(void *context)
{
    return ((fake *)context)->machine->now_ns;
}

static const tern_sampler_options usual = {
    .warm_up_ns = 5e6, .min_sample_ns = 5e6, .min_samples = 15, .precision = 0.01, .budget_ns = 3e9};

static void go(machine *m, tern_timing *timing, bool paired, uint64_t seed)
{
    fake f[RUNNERS];
    tern_sampled sampled[RUNNERS];
    tern_arm arm[RUNNERS];

    memset(timing, 0, RUNNERS * sizeof *timing);
    for (uint32_t i = 0; i < RUNNERS; i++) {
        f[i] = (fake){m, 1e6 * (i + 1), i};
        sampled[i] = (tern_sampled){&f[i], time_ns, drift, settle, now_ns};
        arm[i] = (tern_arm){&sampled[i], &timing[i], paired && i > 0 ? &timing[0] : NULL, false};
        timing[i].calls_per_sample = 5;
    }
    tern_rounds_run(arm, RUNNERS, &usual, seed);
}

static void every_round_has_every_runner_once(void **state)
{
    static tern_timing timing[RUNNERS];
    static machine m;
    bool differs = false;

    (void)state;
    m = (machine){0};
    go(&m, timing, false, 7);
    assert_int_equal(timing[0].samples, usual.min_samples);
    assert_int_equal(m.samples, RUNNERS * usual.min_samples);
    for (uint32_t round = 0; round < usual.min_samples; round++) {
        uint32_t seen = 0;
        for (uint32_t i = 0; i < RUNNERS; i++) {
            seen |= 1u << m.order[round * RUNNERS + i];
            differs = differs || m.order[round * RUNNERS + i] != m.order[i];
        }
        assert_int_equal(seen, (1u << RUNNERS) - 1);
    }
    assert_true(differs);
    for (uint32_t i = 0; i < RUNNERS; i++)
        assert_int_equal(timing[i].stop, TERN_STOP_PRECISE);
}

/* Whatever the order, nothing comes between the two. */
static void who_follows_comes_right_after(void **state)
{
    static tern_timing timing[RUNNERS];
    static machine m;
    fake f[RUNNERS];
    tern_sampled sampled[RUNNERS];
    tern_arm arm[RUNNERS];

    (void)state;
    m = (machine){0};
    memset(timing, 0, sizeof timing);
    for (uint32_t i = 0; i < RUNNERS; i++) {
        f[i] = (fake){&m, 1e6, i};
        sampled[i] = (tern_sampled){&f[i], time_ns, drift, settle, now_ns};
        arm[i] = (tern_arm){.sampled = &sampled[i], .timing = &timing[i], .follows = i == 1};
        timing[i].calls_per_sample = 5;
    }
    tern_rounds_run(arm, RUNNERS, &usual, 7);
    assert_int_equal(m.samples, RUNNERS * usual.min_samples);
    for (uint32_t i = 0; i < m.samples; i++)
        if (m.order[i] == 0)
            assert_int_equal(m.order[i + 1], 1);
    assert_int_equal(timing[1].samples, usual.min_samples);
}

static void the_order_is_a_function_of_the_seed(void **state)
{
    static tern_timing timing[RUNNERS];
    static machine a, b, c;

    (void)state;
    a = b = c = (machine){0};
    go(&a, timing, false, 1);
    go(&b, timing, false, 1);
    go(&c, timing, false, 2);
    assert_memory_equal(a.order, b.order, sizeof a.order);
    assert_memory_not_equal(a.order, c.order, sizeof a.order);
}

static void drift_spoils_medians_but_no_ratio(void **state)
{
    static tern_timing timing[RUNNERS];
    static machine m;

    (void)state;
    m = (machine){.slowing = 1.0};
    go(&m, timing, true, 1);
    for (uint32_t i = 1; i < RUNNERS; i++) {
        double ratios[TERN_MAX_SAMPLES];
        const tern_estimate ratio =
            tern_stats_ratio(timing[i].sample_ns, timing[0].sample_ns, timing[i].samples, ratios);
        assert_true(fabs(ratio.median / (i + 1) - 1.0) < 0.02);
        assert_true((ratio.high - ratio.low) / ratio.median < 0.1);
        assert_true((timing[i].high_ns - timing[i].low_ns) / timing[i].median_ns > 0.1);
        assert_int_equal(timing[i].samples, timing[0].samples);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_round_has_every_runner_once),
        cmocka_unit_test(who_follows_comes_right_after),
        cmocka_unit_test(the_order_is_a_function_of_the_seed),
        cmocka_unit_test(drift_spoils_medians_but_no_ratio),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
