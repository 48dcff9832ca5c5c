/*
 * race.h - times cases of one problem in turns, in one child process: every round takes a sample of each, and of the
 * roofs that stand above them. What is said of one against the other, or against a roof, is then a median over
 * rounds.
 */
#ifndef TERN_RACE_H
#define TERN_RACE_H

#include "measure/measure.h"

enum { TERN_RACE_MAX = 32 };

typedef struct tern_entry {
    const tern_case *c;
    tern_measure_options
        options;         /* those of the first say how to sample; budgets are added up; the roofs are the case's own */
    double deadline_s;   /* of one turn */
    tern_record *record; /* filled as tern_measure_case() does */
} tern_entry;

/*
 * Cases of the same shape, data, threads and cache state that are known to be EXACT, at most TERN_RACE_MAX. baseline
 * is the entry that the others are compared with, or -1. A case that crashes or hangs goes on alone, and the others
 * are timed again without it: its end is no finding of theirs. So does one with threads of its own, when it has
 * several: they would wait on the CPUs of the others. The copies of W of all cases, and what the roof reads, take
 * half of the available memory at most; when that leaves each less than tern_ring_wanted_bytes(), reuse_bytes of the
 * timing tells what was read between two uses of a copy. child's own deadline is not used. Fails only when the
 * machine fails (TERN_ENVIRONMENT).
 */
tern_status tern_race_run(const tern_entry *entry, uint32_t entries, int32_t baseline, const tern_child_options *child,
                          tern_error *error);

#endif
