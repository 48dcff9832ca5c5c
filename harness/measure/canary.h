/*
 * canary.h - whether the clock of any of the team's CPUs moved.
 */
#ifndef TERN_CANARY_H
#define TERN_CANARY_H

#include "base/team.h"
#include "plan/case.h"

/* Starts as zeros. */
typedef struct tern_canary {
    double last_ns[TERN_MAX_THREADS], drift[TERN_MAX_THREADS];
} tern_canary;

/* The largest relative change of the clock canary over the threads since it was last asked; 0 the first time. */
double tern_canary_drift(tern_canary *canary, tern_team *team);

#endif
