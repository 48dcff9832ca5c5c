/*
 * Steps are found where they are; spikes and drifts are none.
 */
#include "analyse/change_points.h"

#include "simulated.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { N = TERN_CHANGE_WINDOW };

/* Figures around 0 with that spread. */
static void fill(double value[N], double sd, uint64_t seed)
{
    for (size_t i = 0; i < N; i++)
        value[i] = sd * simulated_normal(&seed);
}

static void a_step_is_found_within_one_figure(void **state)
{
    size_t exact = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        double value[N];
        tern_changes changes;
        const size_t at = 8 + seed % 30;
        fill(value, 0.004, seed);
        for (size_t i = at; i < N; i++)
            value[i] += log1p(0.03);
        tern_changes_find(&changes, value, N, 0.03);
        if (changes.count != 1)
            fail_msg("seed %d: %zu steps", (int)seed, changes.count);
        assert_true(changes.change[0].at + 1 >= at && changes.change[0].at <= at + 1);
        assert_true(changes.change[0].low < log1p(0.03) + 0.003 && changes.change[0].high > log1p(0.03) - 0.003);
        exact += changes.change[0].at == at;
    }
    assert_true(exact > 80);
}

static void two_steps_are_two(void **state)
{
    double value[N];
    tern_changes changes;

    (void)state;
    fill(value, 0.003, 1);
    for (size_t i = 15; i < 35; i++)
        value[i] += 0.05;
    tern_changes_find(&changes, value, N, 0.03);
    assert_int_equal(changes.count, 2);
    assert_int_equal(changes.change[0].at, 15);
    assert_true(changes.change[0].step > 0.04);
    assert_int_equal(changes.change[1].at, 35);
    assert_true(changes.change[1].step < -0.04);
}

static void a_step_that_is_shown_to_be_small_is_none(void **state)
{
    double value[N];
    tern_changes changes;

    (void)state;
    fill(value, 0.002, 1);
    for (size_t i = 25; i < N; i++)
        value[i] += 0.01;
    tern_changes_find(&changes, value, N, 0.03);
    assert_int_equal(changes.count, 0);
    tern_changes_find(&changes, value, N, 0.01);
    assert_int_equal(changes.count, 1);
}

static void a_drift_is_a_drift(void **state)
{
    double value[N];
    tern_changes changes;

    (void)state;
    fill(value, 0.003, 1);
    for (size_t i = 0; i < N; i++)
        value[i] += 0.06 * (double)i / N;
    tern_changes_find(&changes, value, N, 0.03);
    assert_int_equal(changes.count, 0);
    assert_true(fabs(changes.drift - 0.06) < 0.01);
    assert_true(changes.drift_p < 1e-6);
    fill(value, 0.003, 2);
    tern_changes_find(&changes, value, N, 0.03);
    assert_true(changes.drift_p > 1e-3);
}

static void spikes_are_taken_out_and_steps_left(void **state)
{
    double value[N], clean[N];

    (void)state;
    fill(value, 0.003, 1);
    for (size_t i = 20; i < N; i++)
        value[i] += 0.05;
    value[7] += 0.3;
    value[30] += 0.2;
    value[31] += 0.2;
    tern_changes_clean(value, N, clean);
    assert_true(fabs(clean[7]) < 0.02 && fabs(clean[30] - 0.05) < 0.02 && fabs(clean[31] - 0.05) < 0.02);
    assert_true(clean[19] < 0.02 && clean[20] > 0.03);
}

/* Too few figures, and figures that are all the same, as those of code that nobody changes. */
static void little_and_nothing_say_nothing(void **state)
{
    double value[N] = {0};
    tern_changes changes;

    (void)state;
    for (size_t count = 0; count <= N; count++) {
        tern_changes_find(&changes, value, count, 0.03);
        assert_int_equal(changes.count, 0);
    }
    for (size_t i = N - 5; i < N; i++)
        value[i] = 0.05;
    tern_changes_find(&changes, value, N, 0.03);
    assert_int_equal(changes.count, 1);
    assert_int_equal(changes.change[0].at, N - 5);
    value[N - 5] = 0.0; /* four on the new level are not enough to be another */
    tern_changes_find(&changes, value, N, 0.03);
    for (size_t i = 0; i < changes.count; i++)
        assert_true(changes.change[i].at <= N - 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_found_within_one_figure),        cmocka_unit_test(two_steps_are_two),
        cmocka_unit_test(a_step_that_is_shown_to_be_small_is_none), cmocka_unit_test(a_drift_is_a_drift),
        cmocka_unit_test(spikes_are_taken_out_and_steps_left),      cmocka_unit_test(little_and_nothing_say_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
