/*
 * student.h - means of a few independent figures: Student's t, and Holm's correction for many tests at once.
 */
#ifndef TERN_STUDENT_H
#define TERN_STUDENT_H

#include <stddef.h>

/* P(T <= t) of Student's distribution with that many degrees of freedom (> 0). */
double tern_student_cdf(double t, double freedom);

/* The t with P(T <= t) = p, 0 < p < 1. */
double tern_student_quantile(double p, double freedom);

/* The mean of independent figures and what it is worth. */
typedef struct tern_mean {
    size_t count;
    double mean;
    double error;     /* standard error of the mean; NaN below two figures */
    double low, high; /* interval that covers the true mean with the confidence asked for; NaN below two */
} tern_mean;

/* confidence is two-sided, 0.99 say. count >= 1. */
tern_mean tern_mean_of(const double *values, size_t count, double confidence);

/* How many standard errors it is away from 0; infinite without any error, 0 when one is not known. */
double tern_mean_clarity(const tern_mean *mean);

/* P(T >= mean / error): how likely a mean this far above 0 is when nothing differs. NaN below two figures. */
double tern_mean_p_above(const tern_mean *mean);

/*
 * Which of count hypotheses fall when their p-values are tested together at level alpha: rejected[i] is set to 1 or 0.
 * NaN never falls, and is not counted. (Holm, Scandinavian Journal of Statistics 6, 1979.)
 */
void tern_holm(const double *p, size_t count, double alpha, unsigned char *rejected);

/*
 * The same, but a share of at most q of those that fall may do so by chance. Returns how many fall: none
 * when memory runs out. (Benjamini, Hochberg, J. R. Statist. Soc. B 57, 1995.)
 */
size_t tern_benjamini_hochberg(const double *p, size_t count, double q, unsigned char *rejected);

/* Of two groups of independent figures, whatever their spreads: Welch's test. */
typedef struct tern_difference_of_means {
    double difference; /* mean of b - mean of a */
    double error;      /* standard error of that */
    double freedom;
    double p; /* two-sided: how likely a difference this large is when there is none */
} tern_difference_of_means;

/*
 * count of each at least 2. least_sd: the spread of single figures that is assumed at least, so that a few that happen
 * to be equal prove nothing. (Welch, Biometrika 34, 1947.)
 */
tern_difference_of_means tern_welch(const double *a, size_t a_count, const double *b, size_t b_count, double least_sd);

#endif
