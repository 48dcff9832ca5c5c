/*
 * paired_ratio.h - how a case compares with what was sampled in the same rounds.
 */
#ifndef TERN_PAIRED_RATIO_H
#define TERN_PAIRED_RATIO_H

#include "measure/roof_arm.h"

/*
 * The share of a roof that the case reaches, round by round, when it is the larger one so far: the nearer roof is
 * what holds it up. units_per_call are the case's, in what the roof arm counts. As many samples were taken of both.
 * roof_sample gets as many values: 1e9 units a second.
 */
void tern_paired_ratio_to_roof(tern_timing *timing, const tern_series *series, double units_per_call, const char *name,
                               const tern_roof_arm *roof_arm, double *roof_sample);

/* How many times as fast as the baseline, round by round; NaN when there is none (NULL). */
void tern_paired_ratio_to_baseline(tern_timing *timing, const tern_series *series, const tern_series *baseline);

#endif
