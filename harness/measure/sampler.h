/*
 * sampler.h - how many calls make a sample, which samples are kept, and when there are enough.
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
    double budget_ns;     /* from the first sample on */
} tern_sampler_options;

/*
 * Warms up and decides how many calls make a sample. One call was made before and took first_ns; a long one counts as the
 * warm-up. Sets calls_per_sample and warmup_calls, the first call among them.
 */
void tern_sampler_warm_up(const tern_sampled *sampled, const tern_sampler_options *options, double first_ns,
                          tern_timing *timing);

/*
 * Samples until the 95 % interval of the median is narrow enough, the budget is spent or there is no room for more, with
 * at least one sample. A sample over which the canary drifted by more than 2 % is marked; by more than 3 %, it is thrown
 * away and taken again, while there is time and not more have been thrown away than min_samples.
 * Sets samples, sample_ns, median, interval, min, stop, calls and the canary's part of disturbance.
 */
void tern_sampler_run(const tern_sampled *sampled, const tern_sampler_options *options, tern_timing *timing);

#endif
