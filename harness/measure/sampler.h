/*
 * sampler.h - how many calls make a sample, and which samples are kept. rounds.h says when there are enough.
 *
 * It knows neither clock nor kernel: both come as functions, so that a test can bring its own time.
 */
#ifndef TERN_SAMPLER_H
#define TERN_SAMPLER_H

#include "record/record.h"

/* What is sampled. context goes to every function. */
typedef struct tern_sampled {
    void *context;
    double (*time_ns)(void *context, uint64_t calls); /* does the calls and says how long they took */
    double (*drift)(void *context);                   /* relative change of the clock canary since it was last asked */
    void (*settle)(void *context, bool kept);         /* after each sample; whether it counts */
    double (*now_ns)(void *context);
} tern_sampled;

typedef struct tern_sampler_options {
    double warm_up_ns;    /* call at least this long before the first sample */
    double min_sample_ns; /* a sample is as many calls as take at least this long */
    uint32_t min_samples; /* before the interval may end it */
    double precision;     /* half-width of the median's interval / median */
    double budget_ns;     /* from the first sample on, for all that take turns */
} tern_sampler_options;

/*
 * Warms up and decides how many calls make a sample. One call was made before and took first_ns; a long one counts as
 * the warm-up. Sets calls_per_sample and warmup_calls, the first call among them.
 */
void tern_sampler_warm_up(const tern_sampled *sampled, const tern_sampler_options *options, double first_ns,
                          tern_timing *timing);

/*
 * Takes one sample that counts. One over which the canary drifted by more than 2 % is marked; by more than 3 %, it is
 * thrown away and taken again, unless now_ns() is past end_ns or as many have been thrown away as min_samples. Adds
 * to samples, sample_ns, calls and the canary's part of disturbance.
 */
void tern_sampler_take(const tern_sampled *sampled, const tern_sampler_options *options, double end_ns,
                       tern_timing *timing);

/*
 * Sets median, interval and min from the samples so far, at least one. Returns the interval's half-width / median,
 * NaN below 6.
 */
double tern_sampler_summarise(tern_timing *timing);

#endif
