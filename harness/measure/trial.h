/*
 * trial.h - one case timed, from its data to its counters. Runs in a child process, since it calls the kernel.
 */
#ifndef TERN_TRIAL_H
#define TERN_TRIAL_H

#include "measure/measure.h"

/* Plain data, in memory that is shared with the parent. Starts as zeros. */
typedef struct tern_trial {
    tern_status status; /* TERN_ENVIRONMENT: the machine failed, error says how */
    tern_error error;
    bool timed;
    tern_finding finding; /* why it was not timed */
    tern_timing timing;
    double p0; /* share of zeros in W */
    uint32_t facts;
    tern_fact fact[TERN_MAX_FACTS];
} tern_trial;

void tern_trial_run(const tern_case *c, const tern_measure_options *options, tern_trial *trial);

#endif
