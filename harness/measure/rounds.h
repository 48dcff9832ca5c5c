/*
 * rounds.h - several things sampled in turns, as a schedule says. A slow moment of the machine falls on all alike;
 * ratios within rounds then hold when no median does.
 *
 * Like the sampler it knows neither clock nor kernel.
 */
#ifndef TERN_ROUNDS_H
#define TERN_ROUNDS_H

#include "base/error.h"
#include "measure/sampler.h"
#include "measure/schedule.h"

typedef struct tern_arm {
    const tern_sampled *sampled;
    tern_series *series;          /* warmed up; of its own */
    const tern_series *reference; /* of the arm that it is held against, or NULL */
    bool follows; /* right after the arm before it in the array, which does not: at the clock that this one left */
} tern_arm;

/*
 * How those that follow are sampled: briefly, before the clock is another. Wide multiply-adds draw so much power that
 * the clock of a core depends on what it did in the milliseconds before.
 */
tern_sampler_options tern_rounds_brief(const tern_sampler_options *options);

/*
 * Goes round with at least one arm that has not failed, until the schedule ends, no series has room for another round,
 * or all have failed. TERN_UNTIL_PRECISE asks for the median, or the median of the ratios of rounds to the reference
 * where there is one, and for min_samples; not for more than TERN_MAX_SAMPLES rounds. The schedule counts arms that do
 * not follow, those that failed before among them: each keeps its number. One that fails is left out from then on. Sets
 * what the sampler sets, and stop. TERN_ENVIRONMENT when memory is short.
 */
tern_status tern_rounds_run(const tern_arm *arm, uint32_t arms, const tern_sampler_options *options,
                            const tern_schedule *schedule, tern_error *error);

#endif
