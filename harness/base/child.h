/*
 * child.h - runs a function in a child process with a deadline, so that a crash, a hang or an exit() of a kernel is a
 * result and not the end of the run.
 */
#ifndef TERN_CHILD_H
#define TERN_CHILD_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Runs in the child. Writes its answer to result, which is shared with the parent. */
typedef void tern_child_fn(void *argument, void *result);

/* Called in the parent about ten times a second while it waits. Returning false kills the child. May be NULL. */
typedef bool tern_child_tick(void *context);

/*
 * Called in the parent as often. Returns when the child began with the part of its work that it is at, as the result so
 * far tells, by tern_clock_s(), and how long that part may take; 0: it is at none that has a deadline of its own.
 */
typedef double tern_child_turn(const void *result, double *deadline_s);

typedef struct tern_child_options {
    /*
     * Not counted: time for which the child was ready and others had the CPUs, or for which this process was stopped.
     */
    double deadline_s;
    tern_child_turn *turn; /* may be NULL */
    tern_child_tick *tick;
    void *tick_context;
} tern_child_options;

typedef enum tern_child_end {
    TERN_CHILD_DONE,    /* the function returned */
    TERN_CHILD_CRASH,   /* a signal, or an exit that is not ours */
    TERN_CHILD_TIMEOUT, /* killed at its deadline, or at that of the part that it was at */
    TERN_CHILD_STOPPED  /* killed because tick() said so, or because a signal came for the whole run */
} tern_child_end;

typedef struct tern_child_outcome {
    tern_child_end end;
    bool from_outside; /* a crash that the machine or a user made: a limit, a kill, memory that was refused */
    char reason[256];  /* how it ended, in words; empty when it is DONE */
} tern_child_outcome;

/*
 * result has bytes bytes. The child starts with what they hold, and they arrive as the child left them, however it
 * ended. The process must have no other threads. Fails only when no child can be made (TERN_ENVIRONMENT).
 */
tern_status tern_child_run(tern_child_fn *fn, void *argument, void *result, size_t bytes,
                           const tern_child_options *options, tern_child_outcome *outcome, tern_error *error);

#endif
