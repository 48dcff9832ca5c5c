#include "analyse/student.h"

#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

/*
 * The continued fraction of the incomplete beta function, by Lentz's method (NIST Digital Library of Mathematical
 * Functions, 8.17.22). Converges fast for x < (a + 1) / (a + b + 2).
 */
static double beta_fraction(double x, double a, double b)
{
    enum { MOST_TERMS = 500 };
    const double tiny = 1e-300, enough = 1e-16;
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);

    d = 1.0 / (fabs(d) < tiny ? tiny : d);
    double fraction = d;
    for (int m = 1; m <= MOST_TERMS; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0));
        const double terms[] = {even, odd};
        double last = 1.0;

        for (int i = 0; i < 2; i++) {
            d = 1.0 + terms[i] * d;
            c = 1.0 + terms[i] / c;
            d = 1.0 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            last = c * d;
            fraction *= last;
        }
        if (fabs(last - 1.0) < enough)
            break;
    }
    return fraction;
}

/* The regularised incomplete beta function I_x(a, b). */
static double beta(double x, double a, double b)
{
    if (x <= 0.0 || x >= 1.0)
        return x <= 0.0 ? 0.0 : 1.0;
    const double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));

    return x < (a + 1.0) / (a + b + 2.0) ? front * beta_fraction(x, a, b) / a
                                         : 1.0 - front * beta_fraction(1.0 - x, b, a) / b;
}

double tern_student_cdf(double t, double freedom)
{
    const double tail = 0.5 * beta(freedom / (freedom + t * t), 0.5 * freedom, 0.5);

    return t < 0.0 ? tail : 1.0 - tail;
}

double tern_student_quantile(double p, double freedom)
{
    double low = 0.0, high = 1.0;

    if (p < 0.5)
        return -tern_student_quantile(1.0 - p, freedom);
    while (high < 1e300 && tern_student_cdf(high, freedom) < p)
        high *= 2.0;
    /* Halving until nothing lies between: some 60 steps, and no derivative that could mislead. */
    for (double middle; middle = 0.5 * (low + high), middle > low && middle < high;)
        *(tern_student_cdf(middle, freedom) < p ? &low : &high) = middle;
    return high;
}

tern_mean tern_mean_of(const double *values, size_t count, double confidence)
{
    tern_mean result = {.count = count, .error = (double)NAN, .low = (double)NAN, .high = (double)NAN};
    double squares = 0.0;

    for (size_t i = 0; i < count; i++)
        result.mean += values[i] / (double)count;
    if (count < 2)
        return result;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - result.mean) * (values[i] - result.mean);
    const double freedom = (double)(count - 1);
    const double reach = tern_student_quantile(0.5 + 0.5 * confidence, freedom);
    result.error = sqrt(squares / freedom / (double)count);
    result.low = result.mean - reach * result.error;
    result.high = result.mean + reach * result.error;
    return result;
}

double tern_mean_clarity(const tern_mean *mean)
{
    if (mean->count < 2)
        return 0.0;
    return mean->error > 0.0 ? fabs(mean->mean) / mean->error : INFINITY;
}

double tern_mean_p_above(const tern_mean *mean)
{
    if (mean->count < 2)
        return (double)NAN;
    if (mean->error <= 0.0)
        return mean->mean > 0.0 ? 0.0 : 1.0;
    return tern_student_cdf(-mean->mean / mean->error, (double)(mean->count - 1));
}

void tern_holm(const double *p, size_t count, double alpha, unsigned char *rejected)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++) {
        rejected[i] = 0;
        left += isnan(p[i]) ? 0 : 1;
    }
    for (; left > 0; left--) {
        size_t least = count;
        for (size_t i = 0; i < count; i++)
            if (!rejected[i] && !isnan(p[i]) && (least == count || p[i] < p[least]))
                least = i;
        if (p[least] > alpha / (double)left)
            return;
        rejected[least] = 1;
    }
}

/* The largest p-value that still falls; negative: none does. */
static double threshold(double *sorted, size_t count, double q)
{
    tern_stats_sort(sorted, count);
    for (size_t i = count; i-- > 0;)
        if (sorted[i] <= q * (double)(i + 1) / (double)count)
            return sorted[i];
    return -1.0;
}

size_t tern_benjamini_hochberg(const double *p, size_t count, double q, unsigned char *rejected)
{
    double *sorted = calloc(count + 1, sizeof *sorted);
    size_t known = 0, fallen = 0;

    for (size_t i = 0; i < count && sorted != NULL; i++)
        if (!isnan(p[i]))
            sorted[known++] = p[i];
    const double most = sorted == NULL ? -1.0 : threshold(sorted, known, q);
    for (size_t i = 0; i < count; i++) {
        rejected[i] = p[i] <= most; /* never of NaN */
        fallen += rejected[i];
    }
    free(sorted);
    return fallen;
}

/* Of the mean, squared. */
static double squared_error(const double *values, size_t count, double mean, double least_sd)
{
    double sum = 0.0;

    for (size_t i = 0; i < count; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return fmax(sum / (double)(count - 1), least_sd * least_sd) / (double)count;
}

tern_difference_of_means tern_welch(const double *a, size_t a_count, const double *b, size_t b_count, double least_sd)
{
    const double a_mean = tern_stats_mean(a, a_count), b_mean = tern_stats_mean(b, b_count);
    const double a_error = squared_error(a, a_count, a_mean, least_sd);
    const double b_error = squared_error(b, b_count, b_mean, least_sd);
    const double error = a_error + b_error;
    tern_difference_of_means d = {.difference = b_mean - a_mean, .error = sqrt(error)};

    d.freedom =
        error > 0.0
            ? error * error / (a_error * a_error / (double)(a_count - 1) + b_error * b_error / (double)(b_count - 1))
            : (double)(a_count + b_count - 2);
    if (error > 0.0)
        d.p = 2.0 * tern_student_cdf(-fabs(d.difference) / d.error, d.freedom);
    else
        d.p = d.difference == 0.0 ? 1.0 : 0.0;
    return d;
}
