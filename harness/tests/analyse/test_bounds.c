/*
 * What bounds a case, from figures like those of kernels that are made to be bound by one thing.
 */
#include "analyse/bounds.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static tern_bound judge(double read, double multiply, double per_cycle, double roof_ipc)
{
    const tern_bound_figures f = {.read_share = read,
                                  .multiply_share = multiply,
                                  .instructions_per_mac = 1.0,
                                  .instructions_per_cycle = per_cycle,
                                  .roof_ipc = roof_ipc};

    return tern_bounds_judge(&f);
}

static void the_nearer_roof_comes_first(void **state)
{
    const double unknown = (double)NAN;

    (void)state;
    assert_int_equal(judge(0.95, 0.10, 1.0, 5.0), TERN_BOUND_MEMORY);
    assert_int_equal(judge(0.30, 0.92, 2.0, 5.0), TERN_BOUND_MULTIPLY_ADDS);
    assert_int_equal(judge(0.85, 0.92, 4.0, 5.0), TERN_BOUND_MULTIPLY_ADDS);
    assert_int_equal(judge(0.95, 0.92, 4.0, 5.0), TERN_BOUND_MEMORY);
    assert_int_equal(judge(unknown, 0.92, unknown, unknown), TERN_BOUND_MULTIPLY_ADDS);
    /* Near no roof. */
    assert_int_equal(judge(0.50, 0.50, 3.1, 6.0), TERN_BOUND_INSTRUCTIONS);
    assert_int_equal(judge(0.50, 0.50, 1.2, 6.0), TERN_BOUND_NONE);
    assert_int_equal(judge(unknown, unknown, 5.0, 5.0), TERN_BOUND_INSTRUCTIONS);
    /* What was not counted is no reason to look at latency. */
    assert_int_equal(judge(0.50, 0.50, unknown, 6.0), TERN_BOUND_UNKNOWN);
    assert_int_equal(judge(0.50, unknown, 3.1, unknown), TERN_BOUND_UNKNOWN);
}

/* 1e6 multiply-adds in 1e5 ns on two threads at 4 GHz. */
static tern_record record_of(const char *cache, uint64_t n)
{
    tern_record r = {.problem = {.n = n}, .timed = true};

    strcpy(r.problem.cache, cache);
    r.timing = (tern_timing){.median_ns = 1e5,
                             .macs = 1000000,
                             .packed_bytes = 250000,
                             .threads = 2,
                             .clock_ghz = 4.0,
                             .roof_read_gbps = 10.0,
                             .roof_gmacs = 40.0,
                             .roof_ipc = 5.0,
                             .instructions = {.per_mac = 0.62, .counted_on = "16x64x1"}};
    return r;
}

static void figures_are_of_what_was_recorded(void **state)
{
    const tern_record cold = record_of("cold", 1), hot = record_of("hot", 1);
    tern_bound_figures f = tern_bounds_figures(&cold);

    (void)state;
    assert_true(fabs(f.read_share - 0.25) < 1e-12 && fabs(f.multiply_share - 0.25) < 1e-12);
    assert_true(f.instructions_per_mac == 0.62 && f.roof_ipc == 5.0);
    assert_true(fabs(f.instructions_per_cycle - 0.775) < 1e-12);
    f = tern_bounds_figures(&hot);
    assert_true(isnan(f.read_share));
}

static void what_was_sampled_in_turns_goes_before(void **state)
{
    tern_record r = record_of("cold", 1);

    (void)state;
    r.timing.rounds = 9;
    r.timing.roof_paired_median = 0.9;
    strcpy(r.timing.roof_paired, "read");
    assert_true(tern_bounds_figures(&r).read_share == 0.9);
    strcpy(r.timing.roof_paired, "pmaddwd xmm");
    assert_true(tern_bounds_figures(&r).multiply_share == 0.9);
}

static void a_counter_that_counted_goes_before_steps(void **state)
{
    tern_counter counter[] = {
        {.name = "instructions", .source = "step", .per_call = 2e6, .running = 1.0},
        {.name = "instructions", .source = "pmu", .per_call = 3e6, .running = 1.0},
        {.name = "cycles", .source = "pmu", .per_call = 1e6, .running = 1.0},
    };
    tern_record r = record_of("hot", 1);

    (void)state;
    r.timing.counter = counter;
    r.timing.counters = 3;
    assert_true(tern_bounds_figures(&r).instructions_per_mac == 3.0);
    assert_true(tern_bounds_figures(&r).instructions_per_cycle == 3.0);
    counter[1].running = 0.5;
    assert_true(tern_bounds_figures(&r).instructions_per_mac == 2.0);
    assert_true(fabs(tern_bounds_figures(&r).instructions_per_cycle - 2.5) < 1e-12);
    strcpy(counter[0].reason, "choose a smaller shape");
    assert_true(tern_bounds_figures(&r).instructions_per_mac == 0.62);
}

static void older_records_say_nothing(void **state)
{
    const tern_record old = {.timed = true, .timing = {.median_ns = 1.0, .macs = 1, .threads = 1}};
    char text[TERN_BOUND_TEXT_BYTES];

    (void)state;
    const tern_bound_figures f = tern_bounds_figures(&old);
    assert_true(isnan(f.instructions_per_mac) && isnan(f.instructions_per_cycle) && isnan(f.multiply_share));
    assert_int_equal(tern_bounds_judge(&f), TERN_BOUND_UNKNOWN);
    assert_string_equal(tern_bounds_text(&old, text), "");
}

static void it_is_said_in_words(void **state)
{
    tern_record r = record_of("hot", 1);
    char text[TERN_BOUND_TEXT_BYTES];

    (void)state;
    assert_string_equal(tern_bounds_text(&r, text),
                        "bound by none of them: look at latency (0.8 instructions a cycle)");
    r.timing.median_ns = 2.5e4;
    r.timing.roof_gmacs = 100.0;
    assert_string_equal(tern_bounds_text(&r, text), "bound by instructions: 0.62 a weight at 3.1 a cycle");
    r.problem.n = 32;
    assert_string_equal(tern_bounds_text(&r, text), "bound by instructions: 0.62 a multiply-add at 3.1 a cycle");
    r.timing.roof_gmacs = 45.0;
    assert_string_equal(tern_bounds_text(&r, text), "bound by multiply-adds");
    strcpy(r.problem.cache, "cold");
    assert_string_equal(tern_bounds_text(&r, text), "bound by memory");
    strcpy(r.problem.cache, "hot");
    r.timing.roof_gmacs = 100.0;
    r.timing.instructions = (tern_instructions){.reason = "ptrace is not permitted here"};
    assert_string_equal(tern_bounds_text(&r, text), "instructions n/a: ptrace is not permitted here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearer_roof_comes_first),
        cmocka_unit_test(figures_are_of_what_was_recorded),
        cmocka_unit_test(what_was_sampled_in_turns_goes_before),
        cmocka_unit_test(a_counter_that_counted_goes_before_steps),
        cmocka_unit_test(older_records_say_nothing),
        cmocka_unit_test(it_is_said_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
