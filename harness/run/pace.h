/*
 * pace.h - how fast a run will get on, on this machine at this moment.
 */
#ifndef TERN_PACE_H
#define TERN_PACE_H

#include "plan/estimate.h"
#include "record/run.h"

/* run must be described. From the load, and from how much tasks wait for CPUs where the system tells it. */
tern_pace tern_pace_here(const tern_run *run, uint64_t llc_bytes, double budget_s, bool roofs);

#endif
