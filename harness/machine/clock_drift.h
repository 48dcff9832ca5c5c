/*
 * canary.h - whether the clock of any of the team's CPUs moved.
 */
#ifndef TERN_CLOCK_DRIFT_H
#define TERN_CLOCK_DRIFT_H

#include "base/team.h"

/* Starts as zeros. */
typedef struct tern_clock_drift {
    double last_ns[TERN_MAX_THREADS], drift[TERN_MAX_THREADS];
} tern_clock_drift;

/* The largest relative change of the clock canary over the threads since it was last asked; 0 the first time. */
double tern_clock_drift_look(tern_clock_drift *clock_drift, tern_team *team);

#endif
