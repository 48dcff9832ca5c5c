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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_agree_with_the_table),     cmocka_unit_test(closed_forms_are_met),
        cmocka_unit_test(the_quantile_is_the_inverse),        cmocka_unit_test(the_interval_covers_as_often_as_it_says),
        cmocka_unit_test(one_figure_has_no_interval),         cmocka_unit_test(p_is_the_tail_of_the_interval),
        cmocka_unit_test(holm_stops_at_the_first_that_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
