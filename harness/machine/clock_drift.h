/*
 * clock_drift.h - whether the clock of any of the team's CPUs moved.
 */
#ifndef TERN_CLOCK_DRIFT_H
#define TERN_CLOCK_DRIFT_H

#include "base/team.h"

/* Of each thread. */
typedef struct tern_clock_drift {
    double *last_ns, *drift;
} tern_clock_drift;

/* For a team of so many threads, or fewer. Free with tern_clock_drift_free(), whatever is returned. */
tern_status tern_clock_drift_new(tern_clock_drift *clock_drift, uint32_t threads, tern_error *error);
void tern_clock_drift_free(tern_clock_drift *clock_drift);

/* The largest relative change of the clock canary over the threads since it was last asked; 0 the first time. */
double tern_clock_drift_look(tern_clock_drift *clock_drift, tern_team *team);

#endif
