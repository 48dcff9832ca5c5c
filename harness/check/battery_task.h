/*
 * battery_task.h - what the child process that calls a kernel is given, and what it leaves behind.
 */
#ifndef TERN_BATTERY_TASK_H
#define TERN_BATTERY_TASK_H

#include "check/fault.h"
#include "plan/case.h"
#include "record/verdict.h"

/* A case with its data and what is expected of it. Arrays as kernel.h lays them out. */
typedef struct tern_battery_task {
    const tern_case *c;
    const int8_t *w, *x;
    const int32_t *expected;
} tern_battery_task;

/*
 * Plain data, in memory that is shared with the parent; right at every moment, so that it tells where the child was
 * when it did not come back. The texts are constants of the program.
 */
typedef struct tern_battery_result {
    tern_finding finding;
    bool failed_machine; /* no memory or no threads: finding.reason says what */
    const char *step;    /* "pack()": the part of the kernel that was called last */
    const char *pass;    /* "with 2 threads": under what circumstances */
    size_t place;        /* of a sweep: where it is */
    tern_fault fault;
} tern_battery_result;

#endif
