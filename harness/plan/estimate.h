/*
 * estimate.h - how long cases take, before any of them ran. A guess from shape, kernel and settings alone: the same on every
 * machine, so that shards are, too.
 */
#ifndef TERN_PLAN_ESTIMATE_H
#define TERN_PLAN_ESTIMATE_H

#include "plan/plan.h"

typedef struct tern_pace {
    double budget_s; /* for the samples of one case */
    double noise;    /* which share of the budget is needed: 0 = a figure is precise at once, 1 = it never is */
} tern_pace;

/* Seconds to check one case and, where the plan times it, to sample it. Not the roofs, which are measured once. */
double tern_estimate_case_s(const tern_planned *planned, const tern_pace *pace);

#endif
