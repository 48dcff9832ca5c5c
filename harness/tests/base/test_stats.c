/*
 * Order statistics against values from tables, and the interval's promise against its own coverage by enumeration.
 */
#include "base/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void near(double got, double expected)
{
    assert_true(fabs(got - expected) <= 1e-12 * fmax(1.0, fabs(expected)));
}

static void median_of_odd_and_even_counts(void **state)
{
    double odd[] = {9.0, 1.0, 5.0}, even[] = {4.0, 1.0, 3.0, 2.0}, one[] = {7.0};

    (void)state;
    tern_stats_sort(odd, 3);
    tern_stats_sort(even, 4);
    near(tern_stats_median(odd, 3), 5.0);
    near(tern_stats_median(even, 4), 2.5);
    near(tern_stats_median(one, 1), 7.0);
}

/* Ranks as in the table of the sign test's 95 % intervals. */
static void ranks_agree_with_the_table(void **state)
{
    static const struct {
        size_t count, rank;
    } table[] = {{0, 0},   {1, 0},   {5, 0},   {6, 1},   {7, 1},   {8, 1},   {9, 2},    {10, 2},
                 {11, 2},  {12, 3},  {15, 4},  {16, 4},  {17, 5},  {20, 6},  {25, 8},   {30, 10},
                 {35, 12}, {40, 14}, {45, 16}, {50, 18}, {60, 22}, {80, 31}, {100, 40}, {1000, 469}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(tern_stats_median_rank(table[i].count), table[i].rank);
}

/* 1 - 2 P(B < rank) by Pascal's triangle, exact in double for these counts. */
static double coverage(size_t count, size_t rank)
{
    double choose = 1.0, below = 0.0;

    for (size_t k = 0; k < rank; k++) {
        below += choose;
        choose = choose * (double)(count - k) / (double)(k + 1);
    }
    return 1.0 - 2.0 * below / pow(2.0, (double)count);
}

static void interval_covers_95_percent_and_no_shorter_one_does(void **state)
{
    (void)state;
    for (size_t count = 6; count <= 50; count++) {
        const size_t rank = tern_stats_median_rank(count);
        assert_true(coverage(count, rank) >= 0.95);
        assert_true(coverage(count, rank + 1) < 0.95);
    }
}

static void interval_ends_are_the_samples_of_those_ranks(void **state)
{
    double values[15];

    (void)state;
    for (size_t i = 0; i < 15; i++)
        values[i] = (double)(i + 1);
    tern_interval interval = tern_stats_median_interval(values, 15);
    near(interval.low, 4.0);
    near(interval.high, 12.0);
    near(tern_stats_half_width(interval, 8.0), 0.5);

    interval = tern_stats_median_interval(values, 5);
    assert_true(isnan(interval.low) && isnan(interval.high));
    assert_true(isnan(tern_stats_half_width(interval, 3.0)));
    assert_true(isnan(tern_stats_half_width((tern_interval){1.0, 2.0}, 0.0)));
}

static void simple_figures(void **state)
{
    const double values[] = {3.0, 1.0, 2.0, 6.0}, idle[] = {0.0, 0.0};

    (void)state;
    near(tern_stats_min(values, 4), 1.0);
    near(tern_stats_max(values, 4), 6.0);
    near(tern_stats_mean(values, 4), 3.0);
    near(tern_stats_imbalance(values, 4), 2.0);
    assert_true(isnan(tern_stats_imbalance(idle, 2)));
}

static void ratios_are_taken_pair_by_pair(void **state)
{
    /* A machine that slows down by a factor of 9 while two are sampled in turns, one three times as slow. */
    const double fast[] = {1.0, 2.0, 9.0, 4.0, 5.0, 6.0, 7.0}, slow[] = {3.0, 6.0, 27.0, 12.0, 15.0, 18.0, 21.0};
    double ratio[7];
    const tern_estimate known = tern_stats_ratio(slow, fast, 7, ratio), none = tern_stats_ratio(slow, fast, 0, ratio);

    (void)state;
    near(known.median, 3.0);
    near(known.low, 3.0);
    near(known.high, 3.0);
    assert_true(isnan(none.median) && isnan(none.low) && isnan(none.high));
    assert_true(isnan(tern_stats_ratio(slow, fast, 3, ratio).low));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_of_odd_and_even_counts),
        cmocka_unit_test(ranks_agree_with_the_table),
        cmocka_unit_test(interval_covers_95_percent_and_no_shorter_one_does),
        cmocka_unit_test(interval_ends_are_the_samples_of_those_ranks),
        cmocka_unit_test(simple_figures),
        cmocka_unit_test(ratios_are_taken_pair_by_pair),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
