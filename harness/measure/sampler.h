/*
 * sampler.h - how many calls make a sample, and which samples are kept. rounds.h says who is sampled when, and when
 * there are enough.
 *
 * It knows neither clock nor kernel: both come as functions, so that a test can bring its own time.
 */
#ifndef TERN_SAMPLER_H
#define TERN_SAMPLER_H

#include "base/stats.h"
#include "record/record.h"

/* What is sampled. context goes to every function. */
typedef struct tern_sampled {
    void *context;
    double (*time_ns)(void *context, uint64_t calls); /* does the calls and says how long they took */
    /* Relative change of the clock since it was last asked. NULL: nobody looks, and no sample is taken again for it. */
    double (*drift)(void *context);
    /* After each sample; whether it counts. Returns false when there is no use in going on. NULL: nothing to do. */
    bool (*settle)(void *context, bool kept);
    double (*now_ns)(void *context);
} tern_sampled;

typedef struct tern_sampler_options {
    double warm_up_ns;    /* call at least this long before the first sample */
    double min_sample_ns; /* a sample is as many calls as take at least this long, and one call at least */
    uint32_t min_samples; /* before the interval may end it */
    double precision;     /* half-width of the median's interval / median */
    double budget_ns;     /* from the first sample on, for all that take turns */
} tern_sampler_options;

/* The samples of one thing. Times are of one call. Starts as zeros but for sample_ns and capacity. */
typedef struct tern_series {
    double *sample_ns; /* in the order taken; the caller's, room for capacity of them */
    uint32_t capacity, samples;
    uint64_t calls_per_sample, warmup_calls, calls;
    double clock_drift;        /* the largest over a kept sample */
    uint32_t marked, repeated; /* as in tern_disturbance */
    bool failed;               /* settle() said that there is no use in going on */
    tern_stop stop;
} tern_series;

/*
 * Warms up and decides how many calls make a sample. One call was made before and took first_ns; a long one counts as
 * the warm-up. Sets calls_per_sample and warmup_calls, the first call among them.
 */
void tern_sampler_warm_up(const tern_sampled *sampled, const tern_sampler_options *options, double first_ns,
                          tern_series *series);

/*
 * Takes one sample that counts. One over which the clock drifted by more than 2 % is marked; by more than 3 %, it is
 * thrown away and taken again, unless now_ns() is past end_ns or as many have been thrown away as min_samples. Takes
 * none when the series has failed, or fails now.
 */
void tern_sampler_take(const tern_sampled *sampled, const tern_sampler_options *options, double end_ns,
                       tern_series *series);

/* Of the samples so far, at least one and at most TERN_MAX_SAMPLES; the interval is NaN below 6. */
tern_estimate tern_sampler_estimate(const tern_series *series);

#endif
