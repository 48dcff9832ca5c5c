/*
 * race.h - times cases of one problem in turns, in one child process: every round takes a sample of each, and of the
 * roofs that stand above them. What is said of one against the other, or against a roof, is then a median over
 * rounds.
 */
#ifndef TERN_PAIRED_H
#define TERN_PAIRED_H

#include "measure/measure.h"

enum { TERN_PAIRED_MAX = 32 };

typedef struct tern_paired_member {
    const tern_case *c;
    tern_measure_options
        options;         /* those of the first say how to sample; budgets are added up; the roofs are the case's own */
    double deadline_s;   /* of one turn */
    tern_record *record; /* filled as tern_measure_case() does */
} tern_paired_member;

/*
 * Cases of the same shape, data, threads and cache state that are known to be EXACT, at most TERN_PAIRED_MAX. baseline
 * is the entry that the others are compared with, or -1. A case that crashes or hangs goes on alone, and the others
 * are timed again without it: its end is no finding of theirs. So does one with threads of its own, when it has
 * several: they would wait on the CPUs of the others. The copies of W of all cases, and what the roof reads, take
 * half of the available memory at most; when that leaves each less than tern_memory_cold_bytes(), reuse_bytes of the
 * timing tells what was read between two uses of a copy. child's own deadline is not used. Fails only when the
 * machine fails (TERN_ENVIRONMENT).
 */
tern_status tern_paired_run(const tern_paired_member *member, uint32_t members, int32_t baseline,
                            const tern_child_options *child, tern_error *error);

#endif
