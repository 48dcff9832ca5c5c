/*
 * Effects that are put in come out: products, an interaction of two, one of three, toggles that do nothing,
 * combinations that are refused.
 */
#include "analyse/effects.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PROCESSES = 8, MOST_ARMS = 1024 };

static double v[PROCESSES * MOST_ARMS];

static void near(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-12))
        fail_msg("%.17g, expected %.17g", got, expected);
}

static double on(tern_toggle_set set, unsigned i)
{
    return (double)(set >> i & 1);
}

/* Factors 1.5 and 1.2, 1.1 when both are on, and a third that does nothing. */
static double two_that_interact(tern_toggle_set set)
{
    return log(1.5) * on(set, 0) + log(1.2) * on(set, 1) + log(1.1) * on(set, 0) * on(set, 1);
}

/* Gains only when all three are on. */
static double three_that_need_each_other(tern_toggle_set set)
{
    return 0.3 * on(set, 0) * on(set, 1) * on(set, 2) + 0.1 * on(set, 3);
}

/* Every process is faster or slower as a whole; that is no effect. */
static tern_effects effects_of(const tern_design *design, double (*fn)(tern_toggle_set))
{
    tern_effects effects;

    for (size_t p = 0; p < PROCESSES; p++)
        for (size_t a = 0; a < design->arms; a++)
            v[p * design->arms + a] = fn(design->arm[a]) + 0.1 * (double)p;
    tern_effects_of(&effects, design, v, PROCESSES, 0.99);
    return effects;
}

static void pairs_are_split_between_the_two(void **state)
{
    tern_design design;

    (void)state;
    assert_true(tern_design_first(&design, 3));
    assert_int_equal(design.arms, 8);
    const tern_effects effects = effects_of(&design, two_that_interact);
    near(effects.total.mean, log(1.5 * 1.2 * 1.1));
    near(effects.effect[0].contribution.mean, log(1.5) + 0.5 * log(1.1));
    near(effects.effect[1].contribution.mean, log(1.2) + 0.5 * log(1.1));
    near(effects.effect[2].contribution.mean, 0.0);
    near(effects.effect[0].alone.mean, log(1.5));
    near(effects.effect[0].left_out.mean, log(1.5 * 1.1));
    near(effects.effect[0].synergy.mean, log(1.1));
    near(effects.residual.mean, 0.0);
    assert_false(effects.more);
    tern_design_free(&design);
}

static void three_that_interact_ask_for_more_and_get_it(void **state)
{
    tern_design first, full;

    (void)state;
    assert_true(tern_design_first(&first, 4));
    assert_true(effects_of(&first, three_that_need_each_other).more);
    assert_true(tern_design_more(&full, 4, 1));
    assert_int_equal(full.arms, 16);
    const tern_effects effects = effects_of(&full, three_that_need_each_other);
    for (size_t i = 0; i < 3; i++)
        near(effects.effect[i].contribution.mean, 0.1);
    near(effects.effect[3].contribution.mean, 0.1);
    near(effects.residual.mean, 0.0);
    assert_false(effects.more);
    tern_design_free(&first);
    tern_design_free(&full);
}

static void many_toggles_are_walked_through(void **state)
{
    tern_design design;
    double sum = 0.0;

    (void)state;
    assert_true(tern_design_more(&design, 9, 42));
    assert_true(design.arms < 400 && design.arms <= MOST_ARMS);
    const tern_effects effects = effects_of(&design, three_that_need_each_other);
    for (size_t i = 0; i < 9; i++)
        sum += effects.effect[i].contribution.mean;
    /* Each walk ends at the total, whatever its order. */
    near(sum, effects.total.mean);
    near(effects.effect[3].contribution.mean, 0.1);
    assert_true(fabs(effects.effect[0].contribution.mean - 0.1) < 0.06);
    tern_design_free(&design);
}

static void every_arm_of_a_design_is_another(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 12; n++) {
        tern_design design;
        assert_true(tern_design_more(&design, n, n));
        assert_int_equal(design.arm[0], 0);
        assert_int_equal(design.arm[1], (1u << n) - 1);
        for (size_t a = 0; a < design.arms; a++)
            assert_int_equal(tern_design_find(&design, design.arm[a]), a);
        tern_design_free(&design);
    }
}

static void one_toggle_is_what_it_gains(void **state)
{
    tern_design design;

    (void)state;
    assert_true(tern_design_first(&design, 1));
    assert_int_equal(design.arms, 2);
    const tern_effects effects = effects_of(&design, two_that_interact);
    near(effects.effect[0].contribution.mean, log(1.5));
    near(effects.total.mean, log(1.5));
    tern_design_free(&design);
}

static double refuses_the_first_alone(tern_toggle_set set)
{
    return set == 1 ? (double)NAN : two_that_interact(set);
}

static void what_is_refused_is_done_without(void **state)
{
    tern_design design;

    (void)state;
    assert_true(tern_design_first(&design, 3));
    const tern_effects effects = effects_of(&design, refuses_the_first_alone);
    assert_true(isnan(effects.effect[0].alone.mean) && isnan(effects.effect[0].synergy.mean));
    near(effects.effect[0].contribution.mean, log(1.5 * 1.1));
    near(effects.effect[1].contribution.mean, log(1.2) + 0.5 * log(1.1));
    tern_design_free(&design);
}

static void an_effect_shows_in_any_of_its_intervals(void **state)
{
    const tern_mean around = {.mean = 0.0, .low = -0.1, .high = 0.1}, above = {.mean = 0.1, .low = 0.05, .high = 0.2};
    const tern_mean below = {.mean = -0.1, .low = -0.2, .high = -0.05};
    const tern_mean unknown = {.mean = (double)NAN, .low = (double)NAN, .high = (double)NAN};

    (void)state;
    assert_false(tern_effect_shows(&(tern_effect){around, around, around, around}));
    assert_false(tern_effect_shows(&(tern_effect){unknown, around, around, above}));
    assert_true(tern_effect_shows(&(tern_effect){above, around, around, around}));
    assert_true(tern_effect_shows(&(tern_effect){around, below, around, around}));
    assert_true(tern_effect_shows(&(tern_effect){unknown, around, above, unknown}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_split_between_the_two),
        cmocka_unit_test(three_that_interact_ask_for_more_and_get_it),
        cmocka_unit_test(many_toggles_are_walked_through),
        cmocka_unit_test(every_arm_of_a_design_is_another),
        cmocka_unit_test(one_toggle_is_what_it_gains),
        cmocka_unit_test(what_is_refused_is_done_without),
        cmocka_unit_test(an_effect_shows_in_any_of_its_intervals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
