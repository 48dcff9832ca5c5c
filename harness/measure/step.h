/*
 * step.h - the exact number of instructions of one call, by running it one instruction at a time (ptrace(2)). Needs no
 * counters, sees every instruction set, and gives the same number every time.
 */
#ifndef TERN_STEP_H
#define TERN_STEP_H

#include "base/child.h"
#include "plan/case.h"
#include "record/record.h"

/* Some 30,000 to 50,000 instructions can be stepped through in a second: this many take about half a minute. */
#define TERN_STEP_LIMIT 1000000u

/* The instructions of a call, stage by stage. */
typedef struct tern_step_stages {
    double prepare, run;
} tern_step_stages;

/*
 * Fills counter with the instructions that the kernel's stages take to compute Y once, in one thread, after a call that
 * found everything warm; source "step". A repeated string instruction counts once. When there are more than limit, or
 * stepping is not possible here, counter->reason says so and there is no value. stages, unless it is NULL, gets the
 * parts of the value, and is filled when there is one. TERN_ENVIRONMENT when no child can be made.
 */
tern_status tern_step_count(const tern_case *c, uint64_t limit, const tern_child_options *options,
                            tern_counter *counter, tern_step_stages *stages, tern_error *error);

#endif
