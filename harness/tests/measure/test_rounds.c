/*
 * Turns with a clock of our own: a machine that slows down spoils medians, and no ratio; who fails is left out.
 */
#include "measure/rounds.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ARMS = 3, TURNS = 4 * ARMS * TERN_MAX_SAMPLES };

/* One clock for all; it runs slower and slower, by that much a second. */
typedef struct machine {
    double now_ns, slowing;
    uint32_t order[TURNS], samples;
} machine;

typedef struct fake {
    machine *machine;
    double call_ns;
    uint32_t number, samples, fails_after; /* 0: never */
} fake;

/* All that takes part in one test. */
typedef struct field {
    machine machine;
    fake fake[ARMS];
    tern_sampled sampled[ARMS];
    tern_series series[ARMS];
    double sample_ns[ARMS][2 * TERN_MAX_SAMPLES];
    tern_arm arm[ARMS];
} field;

static double time_ns(void *context, uint64_t calls)
{
    fake *f = context;
    machine *m = f->machine;
    const double elapsed_ns = (double)calls * f->call_ns * (1.0 + m->slowing * 1e-9 * m->now_ns);

    m->order[m->samples++] = f->number;
    m->now_ns += elapsed_ns;
    f->samples++;
    return elapsed_ns;
}

static bool settle(void *context, bool kept)
{
    const fake *f = context;

    (void)kept;
    return f->fails_after == 0 || f->samples < f->fails_after;
}

static double now_ns(void *context)
{
    return ((fake *)context)->machine->now_ns;
}

static const tern_sampler_options usual = {
    .warm_up_ns = 5e6, .min_sample_ns = 5e6, .min_samples = 15, .precision = 0.01, .budget_ns = 3e9};

static const tern_schedule shuffled = {
    .order = TERN_ORDER_SHUFFLED, .until = TERN_UNTIL_PRECISE, .rounds = TERN_MAX_SAMPLES, .seed = 7};

/* Arms of 1, 2, 3 ms a call. */
static field *line_up(double slowing, bool paired)
{
    static field f;

    memset(&f, 0, sizeof f);
    f.machine.slowing = slowing;
    for (uint32_t i = 0; i < ARMS; i++) {
        f.fake[i] = (fake){.machine = &f.machine, .call_ns = 1e6 * (i + 1), .number = i};
        f.sampled[i] = (tern_sampled){&f.fake[i], time_ns, NULL, settle, now_ns};
        f.series[i] = (tern_series){
            .sample_ns = f.sample_ns[i], .capacity = sizeof f.sample_ns[i] / sizeof(double), .calls_per_sample = 5};
        f.arm[i] = (tern_arm){&f.sampled[i], &f.series[i], paired && i > 0 ? &f.series[0] : NULL, false};
    }
    return &f;
}

static void go(field *f, const tern_schedule *schedule)
{
    assert_int_equal(tern_rounds_run(f->arm, ARMS, &usual, schedule, NULL), TERN_OK);
}

static void every_round_has_every_arm_once(void **state)
{
    field *f = line_up(0.0, false);

    (void)state;
    go(f, &shuffled);
    assert_int_equal(f->machine.samples, ARMS * usual.min_samples);
    for (uint32_t round = 0; round < usual.min_samples; round++) {
        uint32_t seen = 0;
        for (uint32_t i = 0; i < ARMS; i++)
            seen |= 1u << f->machine.order[round * ARMS + i];
        assert_int_equal(seen, (1u << ARMS) - 1);
    }
    for (uint32_t i = 0; i < ARMS; i++) {
        assert_int_equal(f->series[i].samples, usual.min_samples);
        assert_int_equal(f->series[i].stop, TERN_STOP_PRECISE);
    }
}

/* Whatever the order, nothing comes between the two. */
static void who_follows_comes_right_after(void **state)
{
    field *f = line_up(0.0, false);

    (void)state;
    f->arm[1].follows = true;
    go(f, &shuffled);
    assert_int_equal(f->machine.samples, ARMS * usual.min_samples);
    for (uint32_t i = 0; i < f->machine.samples; i++)
        if (f->machine.order[i] == 0)
            assert_int_equal(f->machine.order[i + 1], 1);
    assert_int_equal(f->series[1].samples, usual.min_samples);
}

static void exactly_so_many_rounds_in_any_order(void **state)
{
    static const tern_order orders[] = {TERN_ORDER_SHUFFLED, TERN_ORDER_QUADS, TERN_ORDER_BLOCKS};

    (void)state;
    for (size_t o = 0; o < sizeof orders / sizeof *orders; o++) {
        const tern_schedule s = {
            .order = orders[o], .until = TERN_UNTIL_ROUNDS, .rounds = 9, .reference = 1, .seed = 3};
        field *f = line_up(100.0, false); /* however long it takes */
        go(f, &s);
        for (uint32_t i = 0; i < ARMS; i++) {
            assert_int_equal(f->series[i].samples, 9 * tern_schedule_visits(&s, i));
            assert_int_equal(f->series[i].stop, TERN_STOP_SAMPLES);
        }
    }
}

/* Calls that were counted while something slowed them down are counted again, whatever the budget is. */
static void exactly_so_many_rounds_of_whole_samples(void **state)
{
    const tern_schedule s = {.order = TERN_ORDER_QUADS, .until = TERN_UNTIL_ROUNDS, .rounds = 9, .seed = 3};
    tern_sampler_options options = usual;
    field *f = line_up(0.0, false);

    (void)state;
    options.budget_ns = 0.0;
    f->series[2].calls_per_sample = 1;
    assert_int_equal(tern_rounds_run(f->arm, ARMS, &options, &s, NULL), TERN_OK);
    assert_int_equal(f->series[2].calls_per_sample, 2);
    assert_int_equal(f->series[2].samples, 18);
}

static void the_budget_is_used(void **state)
{
    const tern_schedule s = {
        .order = TERN_ORDER_QUADS, .until = TERN_UNTIL_BUDGET, .rounds = TERN_MAX_SAMPLES, .seed = 3};
    field *f = line_up(0.0, false); /* as precise as can be from the first */

    (void)state;
    go(f, &s);
    assert_true(f->machine.now_ns >= usual.budget_ns && f->machine.now_ns < usual.budget_ns + 61e6);
    assert_int_equal(f->series[0].stop, TERN_STOP_BUDGET);
}

static void drift_spoils_medians_but_no_ratio(void **state)
{
    field *f = line_up(1.0, true);

    (void)state;
    go(f, &shuffled);
    for (uint32_t i = 1; i < ARMS; i++) {
        double ratios[TERN_MAX_SAMPLES];
        const tern_estimate own = tern_sampler_estimate(&f->series[i]);
        const tern_estimate ratio = tern_stats_ratio(f->sample_ns[i], f->sample_ns[0], f->series[i].samples, ratios);
        assert_true(fabs(ratio.median / (i + 1) - 1.0) < 0.02);
        assert_true((ratio.high - ratio.low) / ratio.median < 0.1);
        assert_true((own.high - own.low) / own.median > 0.1);
        assert_int_equal(f->series[i].samples, f->series[0].samples);
    }
}

/* In there-and-back order a drift that is linear takes nothing from one arm that it does not take from the other. */
static void quads_cancel_linear_drift(void **state)
{
    const tern_schedule s = {.order = TERN_ORDER_QUADS, .until = TERN_UNTIL_ROUNDS, .rounds = 20, .seed = 3};
    field *f = line_up(0.5, true);
    double sum[ARMS] = {0.0};

    (void)state;
    f->fake[1].call_ns = f->fake[2].call_ns = f->fake[0].call_ns;
    go(f, &s);
    for (uint32_t i = 0; i < ARMS; i++)
        for (uint32_t j = 0; j < 2; j++)
            sum[i] += f->sample_ns[i][j];
    assert_true(fabs(sum[1] / sum[0] - 1.0) < 1e-4 && fabs(sum[2] / sum[0] - 1.0) < 1e-4);
    assert_true(fabs(f->sample_ns[1][0] / f->sample_ns[0][0] - 1.0) > 1e-3);
}

static void who_fails_is_left_out(void **state)
{
    field *f = line_up(0.0, true);

    (void)state;
    f->fake[1].fails_after = 4;
    go(f, &shuffled);
    assert_true(f->series[1].failed);
    assert_int_equal(f->series[1].samples, 3);
    assert_int_equal(f->fake[1].samples, 4);
    assert_int_equal(f->series[0].samples, usual.min_samples);
    assert_int_equal(f->series[2].stop, TERN_STOP_PRECISE);
    f = line_up(0.0, true);
    for (uint32_t i = 0; i < ARMS; i++)
        f->fake[i].fails_after = 2;
    go(f, &shuffled);
    assert_int_equal(f->machine.samples, 2 * ARMS);
}

/* Whoever follows one that failed is sampled no more, in the first round or later, and nobody waits for it. */
static void who_follows_one_that_fails_is_left_out_with_it(void **state)
{
    static const uint32_t fails_after[] = {1, 4};

    (void)state;
    for (size_t i = 0; i < sizeof fails_after / sizeof *fails_after; i++) {
        field *f = line_up(0.0, false);
        f->arm[1].follows = true;
        f->fake[0].fails_after = fails_after[i];
        go(f, &shuffled);
        assert_true(f->series[0].failed);
        assert_int_equal(f->series[1].samples, fails_after[i] - 1);
        assert_int_equal(f->series[2].samples, usual.min_samples);
        assert_int_equal(f->series[2].stop, TERN_STOP_PRECISE);
    }
}

/*
 * Who failed before the first round keeps its number, and the others theirs: the reference is who it was meant to be.
 */
static void who_failed_before_is_left_out_and_nobody_moves_up(void **state)
{
    const tern_schedule blocks = {.order = TERN_ORDER_BLOCKS, .until = TERN_UNTIL_ROUNDS, .rounds = 4, .reference = 1};
    field *f = line_up(0.0, false);

    (void)state;
    f->series[0].failed = true;
    f->sampled[0] = (tern_sampled){0}; /* it never began */
    go(f, &blocks);
    assert_int_equal(f->series[0].samples, 0);
    assert_int_equal(f->series[1].samples, 8);
    assert_int_equal(f->series[2].samples, 4);
    for (uint32_t round = 0; round < 4; round++) {
        assert_int_equal(f->machine.order[3 * round], 1);
        assert_int_equal(f->machine.order[3 * round + 1], 2);
        assert_int_equal(f->machine.order[3 * round + 2], 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_round_has_every_arm_once),
        cmocka_unit_test(who_follows_comes_right_after),
        cmocka_unit_test(exactly_so_many_rounds_in_any_order),
        cmocka_unit_test(exactly_so_many_rounds_of_whole_samples),
        cmocka_unit_test(the_budget_is_used),
        cmocka_unit_test(drift_spoils_medians_but_no_ratio),
        cmocka_unit_test(quads_cancel_linear_drift),
        cmocka_unit_test(who_fails_is_left_out),
        cmocka_unit_test(who_follows_one_that_fails_is_left_out_with_it),
        cmocka_unit_test(who_failed_before_is_left_out_and_nobody_moves_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
