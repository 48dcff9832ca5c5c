/*
 * Which kernel passes which as zeros in W become more, and what more threads bring.
 */
#include "analyse/crossover.h"
#include "analyse/scaling.h"
#include "cases.h"

enum { SHARES = 4 };

static const double share[SHARES] = {0.9, 0.3, 0.5, 0.7}; /* in no order */

/* Two kernels over some of these shares: a takes a_ns[i] at share[i], b always 100. */
static tern_crossover find(const double *a_ns, size_t shares, double width)
{
    tern_record a[SHARES], b[SHARES];
    const tern_record *of_a[SHARES], *of_b[SHARES];

    for (size_t i = 0; i < shares; i++) {
        a[i] = make_case("a", a_ns[i]);
        b[i] = make_case("b", 100.0);
        a[i].problem.p0 = b[i].problem.p0 = share[i];
        a[i].timing.low_ns = a_ns[i] * (1.0 - width);
        a[i].timing.high_ns = a_ns[i] * (1.0 + width);
        of_a[i] = &a[i];
        of_b[i] = &b[i];
    }
    return tern_crossover_find(&(tern_group){of_a, shares}, &(tern_group){of_b, shares});
}

static void one_passes_between_two_shares(void **state)
{
    const tern_crossover c = find((const double[]){25.0, 200.0, 150.0, 100.0}, SHARES, 0.1);

    (void)state;
    assert_int_equal(c.kind, TERN_CROSSOVER_PASSES);
    assert_int_equal(c.points, SHARES);
    assert_true(c.behind_until == 0.5 && c.ahead_from == 0.9); /* at 0.7 no difference was seen */
    assert_true(c.first.p0 == 0.3 && c.first.speedup == 0.5);
    assert_true(c.last.p0 == 0.9 && c.last.speedup == 4.0);
}

static void who_gains_comes_first_whoever_was_named_first(void **state)
{
    const tern_crossover c = find((const double[]){200.0, 25.0, 50.0, 80.0}, SHARES, 0.01);

    (void)state;
    assert_int_equal(c.kind, TERN_CROSSOVER_PASSES);
    assert_true(c.first.speedup == 0.25 && c.last.speedup == 2.0);
    assert_true(c.behind_until == 0.7 && c.ahead_from == 0.9);
}

static void ahead_behind_level_and_in_turn(void **state)
{
    (void)state;
    assert_int_equal(find((const double[]){40.0, 50.0, 50.0, 45.0}, SHARES, 0.01).kind, TERN_CROSSOVER_AHEAD);
    assert_int_equal(find((const double[]){150.0, 300.0, 200.0, 180.0}, SHARES, 0.01).kind, TERN_CROSSOVER_NEVER);
    assert_int_equal(find((const double[]){50.0, 100.0, 100.0, 90.0}, SHARES, 0.05).kind, TERN_CROSSOVER_LEVEL);
    assert_int_equal(find((const double[]){50.0, 200.0, 50.0, 200.0}, SHARES, 0.01).kind, TERN_CROSSOVER_CHANGES);
    assert_int_equal(find((const double[]){50.0}, 1, 0.01).kind, TERN_CROSSOVER_NONE);
}

static void without_intervals_the_ratio_decides(void **state)
{
    (void)state;
    assert_int_equal(find((const double[]){90.0, 110.0}, 2, (double)NAN).kind, TERN_CROSSOVER_PASSES);
}

static void efficiency_is_of_the_fewest_threads(void **state)
{
    static double busy_ns[] = {30.0, 10.0};
    tern_record two = make_case("a", 100.0), eight = make_case("a", 50.0);
    const tern_record *const item[] = {&eight, &two};

    (void)state;
    two.problem.threads = 2;
    eight.problem.threads = 8;
    eight.timing.threads = 2;
    eight.timing.busy_ns = busy_ns;
    const tern_record *fewest = tern_scaling_fewest(&(tern_group){item, 2});
    assert_ptr_equal(fewest, &two);
    const tern_scaling scaling = tern_scaling_of(&eight, fewest);
    assert_true(scaling.speedup == 2.0 && scaling.efficiency == 0.5 && scaling.imbalance == 1.5);
    assert_true(isnan(tern_scaling_of(&two, fewest).imbalance));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_passes_between_two_shares),
        cmocka_unit_test(who_gains_comes_first_whoever_was_named_first),
        cmocka_unit_test(ahead_behind_level_and_in_turn),
        cmocka_unit_test(without_intervals_the_ratio_decides),
        cmocka_unit_test(efficiency_is_of_the_fewest_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
