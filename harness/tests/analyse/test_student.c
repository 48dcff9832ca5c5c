/*
 * Student's t against the published tables and closed forms, the interval against its own coverage, Holm's method
 * against its worked example.
 */
#include "analyse/student.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void near(double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%.17g, expected %.17g", got, expected);
}

/* Table of the t distribution, NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2. */
static void quantiles_agree_with_the_table(void **state)
{
    static const struct {
        double freedom, p, t;
    } table[] = {{1, 0.975, 12.706}, {1, 0.995, 63.657}, {2, 0.95, 2.920},   {5, 0.90, 1.476},   {7, 0.995, 3.499},
                 {7, 0.975, 2.365},  {11, 0.995, 3.106}, {15, 0.995, 2.947}, {30, 0.975, 2.042}, {100, 0.999, 3.174}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        near(tern_student_quantile(table[i].p, table[i].freedom), table[i].t, 0.0006);
        near(tern_student_quantile(1.0 - table[i].p, table[i].freedom), -table[i].t, 0.0006);
    }
}

/* One degree of freedom is Cauchy's distribution, two have a closed form, infinitely many are the normal one. */
static void closed_forms_are_met(void **state)
{
    const double pi = acos(-1.0);

    (void)state;
    for (double t = -40.0; t <= 40.0; t += 0.37) {
        near(tern_student_cdf(t, 1.0), 0.5 + atan(t) / pi, 1e-14);
        near(tern_student_cdf(t, 2.0), 0.5 + t / (2.0 * sqrt(2.0 + t * t)), 1e-14);
        near(tern_student_cdf(t, 1e6), 0.5 * erfc(-t / sqrt(2.0)), 1e-6);
    }
}

static void the_quantile_is_the_inverse(void **state)
{
    static const double freedoms[] = {1.0, 3.0, 7.0, 11.0, 15.0, 63.0};

    (void)state;
    for (size_t i = 0; i < sizeof freedoms / sizeof *freedoms; i++)
        for (double p = 0.0005; p < 1.0; p += 0.0101)
            near(tern_student_cdf(tern_student_quantile(p, freedoms[i]), freedoms[i]), p, 1e-13);
}

/* A sum of twelve uniform numbers: close enough to normal for what follows. */
static double noise(uint64_t *seed)
{
    double sum = -6.0;

    for (int i = 0; i < 12; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(*seed >> 11) * 0x1p-53;
    }
    return sum;
}

static void the_interval_covers_as_often_as_it_says(void **state)
{
    enum { SERIES = 20000, COUNT = 8 };
    uint64_t seed = 1;
    int missed = 0;

    (void)state;
    for (int s = 0; s < SERIES; s++) {
        double values[COUNT];
        for (size_t i = 0; i < COUNT; i++)
            values[i] = 5.0 + 3.0 * noise(&seed);
        const tern_mean mean = tern_mean_of(values, COUNT, 0.99);
        missed += mean.low > 5.0 || mean.high < 5.0;
    }
    /* 1 % of 20000 is 200, give or take 14. */
    assert_in_range(missed, 140, 260);
}

static void one_figure_has_no_interval(void **state)
{
    const double one = 3.0, equal[] = {2.0, 2.0, 2.0};
    const tern_mean mean = tern_mean_of(&one, 1, 0.99), sure = tern_mean_of(equal, 3, 0.99);

    (void)state;
    near(mean.mean, 3.0, 0.0);
    assert_true(isnan(mean.error) && isnan(mean.low) && isnan(mean.high) && isnan(tern_mean_p_above(&mean)));
    near(sure.low, 2.0, 0.0);
    near(tern_mean_p_above(&sure), 0.0, 0.0);
}

static void p_is_the_tail_of_the_interval(void **state)
{
    const double values[] = {0.03, 0.01, 0.02, 0.04, 0.025};
    const tern_mean mean = tern_mean_of(values, 5, 0.99);

    (void)state;
    /* At a confidence whose lower end is 0, half of what is left is the p-value. */
    const double p = tern_mean_p_above(&mean);
    near(tern_mean_of(values, 5, 1.0 - 2.0 * p).low, 0.0, 1e-12);
}

static void holm_stops_at_the_first_that_holds(void **state)
{
    const double p[] = {0.01, (double)NAN, 0.04, 0.03, 0.005}, none[] = {0.9};
    unsigned char rejected[5];

    (void)state;
    /* 0.005 <= 0.05/4, 0.01 <= 0.05/3, 0.03 > 0.05/2. */
    tern_holm(p, 5, 0.05, rejected);
    assert_true(rejected[4] && rejected[0] && !rejected[3] && !rejected[2] && !rejected[1]);
    tern_holm(none, 1, 0.05, rejected);
    assert_false(rejected[0]);
    tern_holm(NULL, 0, 0.05, NULL);
}

/* The example of the paper, section 3: four of fifteen at 5 %. */
static void benjamini_hochberg_rejects_up_to_the_last_that_falls(void **state)
{
    static const double p[] = {0.0459, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298,
                               0.0344, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0};
    /* The second falls by its own, and the first with it though it would not alone. */
    static const double with_it[] = {0.04, 0.045, (double)NAN};
    unsigned char rejected[15];

    (void)state;
    assert_int_equal(tern_benjamini_hochberg(p, 15, 0.05, rejected), 4);
    for (size_t i = 0; i < 15; i++)
        assert_int_equal(rejected[i], i >= 1 && i <= 4);
    assert_int_equal(tern_benjamini_hochberg(with_it, 3, 0.05, rejected), 2);
    assert_int_equal(rejected[2], 0);
    assert_int_equal(tern_benjamini_hochberg(NULL, 0, 0.05, NULL), 0);
}

/* R: t.test(c(27.5,21.0,19.0,23.6,17.0), c(27.1,22.0,20.8,23.4,23.4,23.5)), the other way round. */
static void welch_is_that_of_the_textbook(void **state)
{
    static const double a[] = {27.5, 21.0, 19.0, 23.6, 17.0}, b[] = {27.1, 22.0, 20.8, 23.4, 23.4, 23.5};
    static const double equal[] = {1.0, 1.0, 1.0};
    const tern_difference_of_means d = tern_welch(a, 5, b, 6, 0.0);
    double a_mean = 21.62, b_mean = 140.2 / 6.0;

    (void)state;
    assert_true(fabs(d.difference - (b_mean - a_mean)) < 1e-12);
    assert_true(fabs(d.error - 2.0252) < 1e-3);
    assert_true(fabs(d.freedom - 5.752) < 1e-3);
    assert_true(fabs(d.p - 2.0 * tern_student_cdf(-d.difference / d.error, d.freedom)) < 1e-12);
    assert_true(tern_welch(equal, 3, equal, 3, 0.0).p == 1.0);
    assert_true(tern_welch(equal, 3, equal, 3, 0.001).error > 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_agree_with_the_table),
        cmocka_unit_test(closed_forms_are_met),
        cmocka_unit_test(the_quantile_is_the_inverse),
        cmocka_unit_test(the_interval_covers_as_often_as_it_says),
        cmocka_unit_test(one_figure_has_no_interval),
        cmocka_unit_test(p_is_the_tail_of_the_interval),
        cmocka_unit_test(holm_stops_at_the_first_that_holds),
        cmocka_unit_test(benjamini_hochberg_rejects_up_to_the_last_that_falls),
        cmocka_unit_test(welch_is_that_of_the_textbook),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
