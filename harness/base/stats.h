/*
 * stats.h - order statistics of samples. Pure functions of doubles; none of them allocates.
 */
#ifndef TERN_STATS_H
#define TERN_STATS_H

#include <stddef.h>

typedef struct tern_interval {
    double low, high;
} tern_interval;

/* A median and its 95 % order-statistic interval; NaN what is not known. */
typedef struct tern_estimate {
    double median, low, high;
} tern_estimate;

/* Sorts in place, smallest first. NaN is not allowed. */
void tern_stats_sort(double *values, size_t count);

/* Of values that are sorted; count >= 1. The mean of the two in the middle when count is even. */
double tern_stats_median(const double *sorted, size_t count);

/*
 * The shortest interval between two order statistics, equally far from both ends, that covers the median of the
 * distribution with at least 95 %, whatever the distribution: the ranks come from the binomial distribution of the
 * number of samples below the median (Conover, Practical Nonparametric Statistics, 3.2). Both ends are NaN below 6
 * samples, where there is none.
 */
tern_interval tern_stats_median_interval(const double *sorted, size_t count);

/* Rank (from 1) of the lower end of that interval; the upper one has as many samples above it. 0 below 6 samples. */
size_t tern_stats_median_rank(size_t count);

/*
 * Of above[i] / below[i], taken pair by pair: what slowed both down in a round does not show. All NaN when count is 0.
 * ratio is room for count values, and holds the ratios afterwards, sorted.
 */
tern_estimate tern_stats_ratio(const double *above, const double *below, size_t count, double *ratio);

/* Half of the interval's width / centre. NaN when the interval is, or when centre is not above 0. */
double tern_stats_half_width(tern_interval interval, double centre);

/* Of values in any order; count >= 1. */
double tern_stats_min(const double *values, size_t count);
double tern_stats_max(const double *values, size_t count);
double tern_stats_mean(const double *values, size_t count);

/* The standard deviation of what the values are a sample of; count >= 2. */
double tern_stats_deviation(const double *values, size_t count);

/* Largest / mean: 1 when all threads have the same work. NaN when the mean is not above 0. */
double tern_stats_imbalance(const double *values, size_t count);

#endif
