/*
 * An ablation from its lines alone, on a machine that is simulated: what was put in comes out again, whatever drifts,
 * however noisy a sample is, and in whatever order the lines of processes stand.
 */
#include "analyse/ablation.h"
#include "one_run.h"
#include "simulated.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PROCESSES = 8, BLOCKS = 40, TOGGLES = 3 };

static const char *const name[TOGGLES] = {"first", "second", "dead"};

/* Factors 1.50 and 1.20, 1.10 when both are on. */
static double speed_of(tern_toggle_set on)
{
    return ((on & 1) != 0 ? 1.5 : 1.0) * ((on & 2) != 0 ? 1.2 : 1.0) * ((on & 3) == 3 ? 1.1 : 1.0);
}

static tern_arm_record line_of(tern_toggle_set on, uint32_t process)
{
    tern_arm_record line = {.id = "case", .process = process, .toggles_in_all = TOGGLES};

    for (size_t i = 0; i < TOGGLES; i++)
        if ((on >> i & 1) != 0)
            snprintf(line.on + strlen(line.on), sizeof line.on - strlen(line.on), "%s%s", line.on[0] == '\0' ? "" : " ",
                     name[i]);
    return line;
}

static void add(tern_arm_record *line)
{
    assert_int_equal(tern_results_add(&results, TERN_LINE_ARM, line, NULL), TERN_OK);
}

/* One sample in five is hit by something else, and everything becomes slower with time. */
static double sample_ns(double speed, uint32_t block, uint64_t *seed)
{
    const double hit = simulated_number(seed) % 5 == 0 ? 1.0 + 0.5 * fabs(simulated_normal(seed)) : 1.0;

    return 1e5 / speed * hit * (1.0 + 0.002 * block) * (1.0 + 0.003 * simulated_normal(seed));
}

/* A process, which differs from the next: toggles that are taken, and `dead`, which is on in all that is timed. */
static void add_process(uint32_t process)
{
    uint64_t seed = process + 1;
    const double layout = 1.0 + 0.01 * simulated_normal(&seed);

    for (tern_toggle_set taken = 0; taken < 4; taken++) {
        double ns[BLOCKS], block_ns[BLOCKS];
        tern_arm_record line = line_of(taken | 4, process);
        for (uint32_t i = 0; i < BLOCKS; i++) {
            block_ns[i] = layout * 0.5 * (sample_ns(speed_of(3), i, &seed) + sample_ns(speed_of(3), i, &seed));
            ns[i] = layout * sample_ns(speed_of(taken), i, &seed);
        }
        line.samples = BLOCKS;
        line.ns = ns;
        line.block_ns = block_ns;
        add(&line);
    }
}

static void add_never_taken(void)
{
    tern_arm_record line = line_of(3, 0);

    line.never_taken = true;
    add(&line);
}

/* Within half a per cent. */
static void near(const tern_mean *mean, double factor)
{
    if (!(fabs(exp(mean->mean) / factor - 1.0) < 0.005))
        fail_msg("%.4f, expected %.4f", exp(mean->mean), factor);
    assert_true(mean->low < mean->mean && mean->mean < mean->high);
}

static void expect_what_was_put_in(void)
{
    tern_ablation a;
    bool found;

    assert_int_equal(tern_ablation_read(&a, &results, 0, "case", "", &found, NULL), TERN_OK);
    assert_true(found);
    assert_true(tern_ablation_is_measured(&a));
    assert_int_equal(a.processes, PROCESSES);
    assert_int_equal(a.toggles, TOGGLES);
    near(&tern_ablation_effect(&a, 0)->alone, 1.5);
    near(&tern_ablation_effect(&a, 1)->alone, 1.2);
    near(&tern_ablation_effect(&a, 0)->left_out, 1.5 * 1.1);
    near(&tern_ablation_effect(&a, 1)->left_out, 1.2 * 1.1);
    near(&tern_ablation_effect(&a, 0)->synergy, 1.1);
    near(&tern_ablation_effect(&a, 0)->contribution, 1.5 * sqrt(1.1));
    near(&tern_ablation_effect(&a, 1)->contribution, 1.2 * sqrt(1.1));
    near(&a.effects.total, 1.5 * 1.2 * 1.1);
    assert_null(tern_ablation_effect(&a, 2));
    assert_true(fabs(a.effects.residual.mean) < 1e-12); /* of two toggles nothing is left */
    assert_false(a.effects.more);
}

static void factors_that_are_put_in_come_out(void **state)
{
    (void)state;
    add_never_taken();
    for (uint32_t p = 0; p < PROCESSES; p++)
        add_process(p);
    expect_what_was_put_in();
}

/* The line of a combination that the kernel refuses has no samples, and the toggle that needs it says so. */
static void a_refused_reference_is_trouble(void **state)
{
    tern_arm_record none = line_of(4, 0), all = line_of(7, 0);
    tern_ablation a;
    bool found;

    (void)state;
    snprintf(none.reason, sizeof none.reason, "it wants one of the two");
    add(&none);
    add(&all);
    assert_int_equal(tern_ablation_read(&a, &results, 0, "case", "", &found, NULL), TERN_OK);
    assert_true(found);
    assert_false(tern_ablation_is_measured(&a));
}

/* The spread of both sides is that of the difference, and a side without figures leaves it unknown. */
static void the_change_of_a_total_has_the_spread_of_both_sides(void **state)
{
    static tern_ablation base = {.processes = 8}, cand = {.processes = 8}, none;

    (void)state;
    base.effects.total = (tern_mean){.mean = 1.0, .error = 0.03, .low = 0.9, .high = 1.2};
    cand.effects.total = (tern_mean){.mean = 1.5, .error = 0.04, .low = 1.3, .high = 1.6};
    const tern_mean change = tern_ablation_total_change(&base, &cand);
    assert_true(fabs(change.mean - 0.5) < 1e-12 && fabs(change.error - 0.05) < 1e-12);
    assert_true(fabs(change.low - (0.5 - hypot(0.2, 0.2))) < 1e-12);
    assert_true(fabs(change.high - (0.5 + hypot(0.1, 0.1))) < 1e-12);
    assert_true(isnan(tern_ablation_total_change(&none, &cand).mean));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(factors_that_are_put_in_come_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refused_reference_is_trouble, set_up, tear_down),
        cmocka_unit_test(the_change_of_a_total_has_the_spread_of_both_sides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
