/*
 * rounds.h - several things sampled in turns. Every round takes one sample of each, in an order drawn anew, so that a
 * slow moment of the machine falls on all alike; ratios within rounds then hold when no median does.
 *
 * Like the sampler it knows neither clock nor kernel.
 */
#ifndef TERN_ROUNDS_H
#define TERN_ROUNDS_H

#include "measure/sampler.h"

enum { TERN_ARMS_MAX = 72 };

typedef struct tern_arm {
    const tern_sampled *sampled;
    tern_timing *timing;          /* warmed up; of its own */
    const tern_timing *reference; /* of the runner that it is held against, or NULL */
    bool follows; /* right after the runner before it in the array, which does not: at the clock that this one left */
} tern_arm;

/*
 * How those that follow are sampled: briefly, before the clock is another. Wide multiply-adds draw so much power that
 * the clock of a core depends on what it did in the milliseconds before.
 */
tern_sampler_options tern_rounds_brief(const tern_sampler_options *options);

/*
 * Goes round with 1 to TERN_ARMS_MAX runners until everything is known precisely (the median, or the median of the
 * ratios to the reference where there is one) and min_samples were taken, the budget is spent, or there is no room
 * for more samples; once at least. Sets what the sampler sets, and stop. Only the order depends on seed.
 */
void tern_rounds_run(const tern_arm *arm, uint32_t arms, const tern_sampler_options *options, uint64_t seed);

#endif
