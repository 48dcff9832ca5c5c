/*
 * crossover.h - from which share of zeros in W on one kernel is faster than another.
 */
#ifndef TERN_CROSSOVER_H
#define TERN_CROSSOVER_H

#include "analyse/groups.h"

/* What happens as the share of zeros grows. A kernel is ahead where the interval of the ratio lies beyond 1, or where
 * there is no interval, the ratio. */
typedef enum tern_crossover_kind {
    TERN_CROSSOVER_NONE,    /* fewer than two shares that both were timed with */
    TERN_CROSSOVER_PASSES,  /* behind first, ahead from some share on */
    TERN_CROSSOVER_NEVER,   /* ahead nowhere */
    TERN_CROSSOVER_AHEAD,   /* everywhere */
    TERN_CROSSOVER_LEVEL,   /* behind nowhere, ahead somewhere */
    TERN_CROSSOVER_CHANGES, /* now ahead, now behind */
    TERN_CROSSOVERS
} tern_crossover_kind;

/* "none", "passes", "never passes", "is ahead of", "is not behind", "changes places with" */
const char *tern_crossover_name(tern_crossover_kind kind);

typedef struct tern_crossover_point {
    double p0;
    double speedup; /* of the gaining kernel over the other: median */
} tern_crossover_point;

typedef struct tern_crossover {
    tern_crossover_kind kind;
    const tern_record *gaining, *other; /* a case of each; the first gains on the second as the share grows */
    size_t points;
    tern_crossover_point first, last; /* the smallest and the largest share */
    double behind_until, ahead_from;  /* PASSES: between these shares; otherwise NaN */
} tern_crossover;

/* Of two kernels, each with its cases of one series (tern_by_all_but_zeros, then tern_by_kernel). */
tern_crossover tern_crossover_find(const tern_group *a, const tern_group *b);

#endif
