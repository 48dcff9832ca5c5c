/*
 * racer.h - one case while it is timed, alone or in turns with others. Lives in a child process, since it calls the
 * kernel.
 */
#ifndef TERN_CASE_ARM_H
#define TERN_CASE_ARM_H

#include "machine/clock_drift.h"
#include "measure/active_arm.h"
#include "measure/bench.h"
#include "measure/measure.h"
#include "measure/sampler.h"
#include "measure/watch.h"

/* What is left of it: plain data, in memory that is shared with the parent. Starts as zeros. */
typedef struct tern_arm_outcome {
    bool timed;
    tern_finding finding; /* why it was not timed */
    tern_timing timing;
    double p0; /* share of zeros in W */
    uint32_t facts;
    tern_fact fact[TERN_MAX_FACTS];
} tern_arm_outcome;

typedef struct tern_case_arm {
    const tern_case *c;
    const tern_measure_options *options;
    tern_arm_outcome *outcome;
    tern_active_arm *active;
    uint32_t number; /* as whom it takes its turns */
    bool in_turns;   /* others run between its samples */
    tern_clock_drift *clock_drift;
    tern_bench bench;
    tern_watch watch;
    tern_sampled sampled;
    double first_ns; /* how long the first call took */
    double call_ns;  /* and a call with W in cache, as far as it fits */
    bool ready;      /* it may be sampled */
} tern_case_arm;

/*
 * Packs W and calls the kernel once or twice. The members up to canary are the caller's, and outlive the racer; the
 * others start as zeros. Unless the racer is ready then, its trial says why not. Free with tern_case_arm_close(),
 * whatever is returned.
 */
tern_status tern_case_arm_open(tern_case_arm *case_arm, tern_fixture *fixture, uint64_t ring_bytes, tern_error *error);

void tern_case_arm_warm_up(tern_case_arm *case_arm, const tern_sampler_options *options);

/* After the samples: whether Y is still right, and what was not worth measuring before. */
void tern_case_arm_conclude(tern_case_arm *case_arm);

void tern_case_arm_close(tern_case_arm *case_arm);

#endif
