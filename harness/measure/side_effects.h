/*
 * side_effects.h - what calls do beside writing Y, looked for while a kernel is timed, and outside the clock. The check
 * has looked for all of it; here it is what would make a time worthless, or is done only by who knows that it is timed.
 *
 *   - Packed W and the plan can only be read: a write faults, and the case ends as one that crashed does.
 *   - What lies beside Y and scratch is painted, and looked at in the end.
 *   - After each sample: the state of the calling thread, such as its floating-point mode and affinity, and how many
 *     threads there are.
 *   - In the end: memory that grows with every series of calls, and CPU time of other threads than those asked for.
 */
#ifndef TERN_SIDE_EFFECTS_H
#define TERN_SIDE_EFFECTS_H

#include "check/guard.h"
#include "measure/bench.h"
#include "record/verdict.h"

enum { TERN_READ_ONLY_GUARDS = 2, TERN_PAINTED_GUARDS = 2 };

/* Nanoseconds: of all threads of the process, of the one that calls, and of the clock. */
typedef struct tern_cpu_time {
    double process_ns, thread_ns, wall_ns;
} tern_cpu_time;

typedef struct tern_side_effects {
    tern_bench *bench;
    tern_guard painted[TERN_PAINTED_GUARDS]; /* Y, scratch */
    tern_guard *read_only;                   /* packed W, plan; the caller's, for tern_fault_watch() */
    tern_cpu_time start, spent;              /* of the latest sample; of all */
} tern_side_effects;

/*
 * Paints, and takes the state that the calls must leave. read_only points to TERN_READ_ONLY_GUARDS guards of zeros;
 * threads is how many there were in the process before the bench was opened.
 */
void tern_side_effects_open(tern_side_effects *effects, tern_bench *bench, tern_guard *read_only, uint64_t threads);

/* Takes away writing to packed W and the plan. The copies of W stay where they are from now on. */
void tern_side_effects_protect(tern_side_effects *effects);

/* Around each sample. */
void tern_side_effects_start(tern_side_effects *effects);
void tern_side_effects_stop(tern_side_effects *effects);

/* After calls: whether the thread's state is as it was before them. If not, the finding says what is changed. */
bool tern_side_effects_look(tern_side_effects *effects, tern_finding *finding);

/*
 * After all samples: whether there is nothing else to be found. grows: series of so many calls are made to see whether
 * memory does; 0 makes none.
 */
bool tern_side_effects_conclude(tern_side_effects *effects, uint64_t grows, tern_finding *finding);

/* Before the bench is closed. effects may be zeros. */
void tern_side_effects_close(tern_side_effects *effects);

#endif
