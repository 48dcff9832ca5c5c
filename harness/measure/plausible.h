/*
 * plausible.h - could the machine have done the work in that time?
 *
 * A kernel whose every answer is right, and which is faster than the machine can multiply, has not computed what was
 * timed: it kept something from an earlier call. Products with a zero need not be computed, so that only those of
 * weights and activations that are both not zero count. The peak that is known was measured at another moment, of the
 * instructions that the kernel says it needs; before anything is said of a kernel, that of all instructions is
 * measured again, right then.
 */
#ifndef TERN_PLAUSIBLE_H
#define TERN_PLAUSIBLE_H

#include "measure/fixture.h"
#include "measure/measure_options.h"
#include "record/record.h"

/* Share of the values that are not zero; 0 of none. */
double tern_plausible_share(const int8_t *values, size_t count);

/*
 * Whether it could. Otherwise finding becomes IMPOSSIBLE, with the figures. Always, where options know no peak or no
 * way to measure one again.
 */
bool tern_plausible_check(const tern_fixture *fixture, const tern_measure_options *options, const tern_timing *timing,
                          tern_finding *finding);

#endif
