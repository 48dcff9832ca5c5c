#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

void tern_stats_sort(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
}

double tern_stats_median(const double *sorted, size_t count)
{
    return 0.5 * (sorted[(count - 1) / 2] + sorted[count / 2]);
}

/*
 * P(B <= r - 1) must be at most 2.5 %, B the number of heads of count fair coins. The terms are summed from the tail by
 * their logarithms, because 2^-count underflows beyond 1074 samples.
 */
size_t tern_stats_median_rank(size_t count)
{
    const double tail = 0.025;
    double log_term = -(double)count * log(2.0), below = 0.0;
    size_t rank = 0;

    while (rank < count && (below += exp(log_term)) <= tail) {
        log_term += log((double)(count - rank) / (double)(rank + 1));
        rank++;
    }
    return rank;
}

tern_interval tern_stats_median_interval(const double *sorted, size_t count)
{
    const size_t rank = tern_stats_median_rank(count);

    if (rank == 0)
        return (tern_interval){(double)NAN, (double)NAN};
    return (tern_interval){sorted[rank - 1], sorted[count - rank]};
}

tern_estimate tern_stats_ratio(const double *above, const double *below, size_t count, double *ratio)
{
    if (count == 0)
        return (tern_estimate){(double)NAN, (double)NAN, (double)NAN};
    for (size_t i = 0; i < count; i++)
        ratio[i] = above[i] / below[i];
    tern_stats_sort(ratio, count);
    const tern_interval interval = tern_stats_median_interval(ratio, count);
    return (tern_estimate){tern_stats_median(ratio, count), interval.low, interval.high};
}

double tern_stats_half_width(tern_interval interval, double centre)
{
    return centre > 0.0 ? 0.5 * (interval.high - interval.low) / centre : (double)NAN;
}

double tern_stats_min(const double *values, size_t count)
{
    double least = values[0];

    for (size_t i = 1; i < count; i++)
        least = fmin(least, values[i]);
    return least;
}

double tern_stats_max(const double *values, size_t count)
{
    double most = values[0];

    for (size_t i = 1; i < count; i++)
        most = fmax(most, values[i]);
    return most;
}

double tern_stats_mean(const double *values, size_t count)
{
    double sum = 0.0;

    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

double tern_stats_deviation(const double *values, size_t count)
{
    const double mean = tern_stats_mean(values, count);
    double squares = 0.0;

    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / (double)(count - 1));
}

double tern_stats_imbalance(const double *values, size_t count)
{
    const double mean = tern_stats_mean(values, count);

    return mean > 0.0 ? tern_stats_max(values, count) / mean : (double)NAN;
}
