/*
 * estimate.h - how long cases take, before any of them ran: from shapes, kernels and what is known of the machine.
 *
 * A check costs by the bytes of W, which every pass packs, and by multiply-adds. A figure that gets precise at once
 * needs a tenth of a second, whatever its budget; on a noisy machine it never gets so, and the whole budget is spent.
 * So it is where cases are sampled in turns, since every ratio has to be precise before they end. What needs a CPU
 * takes longer where other programs have it; a budget does not.
 */
#ifndef TERN_PLAN_ESTIMATE_H
#define TERN_PLAN_ESTIMATE_H

#include "plan/plan.h"

typedef struct tern_pace {
    double budget_s;   /* for the samples of one case */
    double noise;      /* 0: figures are precise as soon as they can be; 1: never */
    double stretch;    /* how many times as long as alone work takes, since other programs run: at least 1 */
    double cold_bytes; /* what cold cases and roofs read: as tern_memory_cold_bytes() says */
    bool roofs;        /* are measured, once for each number of threads */
    bool counts_work;  /* the instructions of a part of each timed case are counted, one step at a time */
} tern_pace;

/*
 * Sets expected_s of every case of the plan, and returns their sum. What several cases need once (the check of a kernel
 * on the same W and X, roofs) counts for the first of them.
 */
double tern_estimate_plan(tern_plan *plan, const tern_pace *pace);

#endif
