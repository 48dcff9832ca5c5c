/*
 * scaling.h - what more threads bring to one case.
 */
#ifndef TERN_SCALING_H
#define TERN_SCALING_H

#include "analyse/groups.h"

typedef struct tern_scaling {
    double speedup;    /* time with the fewest threads / time */
    double efficiency; /* speedup / (threads / fewest threads) */
    double imbalance; /* time in the kernel of the busiest thread / mean; 1 = even, NaN = threads were not seen apart */
} tern_scaling;

/* The case with the fewest threads of a group of tern_by_all_but_threads: what the others are compared with. */
const tern_record *tern_scaling_fewest(const tern_group *group);

/* The case with the most threads of such a group; the one of tern_scaling_fewest() when all have as many. */
const tern_record *tern_scaling_most(const tern_group *group);

tern_scaling tern_scaling_of(const tern_record *record, const tern_record *fewest);

#endif
