/*
 * pairing.h - what cases that were timed in turns say of each other. Whatever slowed the machine down in a round
 * slowed all of them down, so that a ratio taken round by round holds where two medians would not.
 */
#ifndef TERN_PAIRING_H
#define TERN_PAIRING_H

#include "record/record.h"

/* A median and its 95 % order-statistic interval; NaN what is not known. */
typedef struct tern_estimate {
    double median, low, high;
} tern_estimate;

/* Of above[i] / below[i], count <= TERN_MAX_SAMPLES; all NaN when count is 0. */
tern_estimate tern_pairing_ratio(const double *above, const double *below, size_t count);

/* Whether both were timed in one race. */
bool tern_pairing_exists(const tern_record *a, const tern_record *b);

/*
 * How many times as fast a is as b, both timed. Round by round in one race; otherwise the ratio of the medians, and
 * the range that their two intervals allow.
 */
tern_estimate tern_pairing_speedup(const tern_record *a, const tern_record *b);

#endif
