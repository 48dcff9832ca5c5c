/*
 * pace.h - how fast a run will get on, on this machine at this moment.
 */
#ifndef TERN_PACE_H
#define TERN_PACE_H

#include "plan/estimate.h"
#include "record/run.h"
#include "run/environment.h"

/*
 * run must be described, and the environment found out. From the load, and from how much tasks wait for CPUs where the
 * system tells it.
 */
tern_pace tern_pace_here(const tern_run *run, const tern_environment *environment, double budget_s);

#endif
