/*
 * battery.h - all that a kernel's promises are tried with. Runs in a child process, since it calls the kernel.
 */
#ifndef TERN_BATTERY_H
#define TERN_BATTERY_H

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

/*
 * For tests of the tests: the id of a pass, or the name of a sweep, that is left out, or NULL. A pass without which no
 * wrong kernel would be taken for right need not be there.
 */
extern const char *tern_battery_leaves_out;

/* Id and words of pass number index, as they stand in reasons; NULL after the last. */
const char *tern_battery_pass(size_t index, const char **words);

void tern_battery_run(const tern_battery_task *task, tern_battery_result *result);

#endif
