/*
 * speedup.h - how many times as fast one case is as another.
 */
#ifndef TERN_SPEEDUP_H
#define TERN_SPEEDUP_H

#include "base/stats.h"
#include "record/record.h"

/* Whether both were sampled in turns: sample i of one and sample i of the other are of one round. */
bool tern_speedup_is_paired(const tern_record *a, const tern_record *b);

/*
 * How many times as fast a is as b, both timed. Round by round when they were sampled in turns, since whatever slowed
 * the machine down in a round slowed both down; otherwise the ratio of the medians, and the range that their two
 * intervals allow.
 */
tern_estimate tern_speedup_estimate(const tern_record *a, const tern_record *b);

#endif
