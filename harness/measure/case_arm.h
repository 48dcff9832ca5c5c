/*
 * case_arm.h - one case while it is timed, alone or in turns with others. Lives in a child process, since it calls the
 * kernel.
 *
 * Timed work is checked work. Every call gets an X that it has not seen (inputs.h), and Y is looked at
 * (timed_answers.h): of each call while the case warms up, after each sample, and of single calls at random moments
 * between samples, about a tenth of the time. The first wrong Y ends the timing, and there is no speed. So does what
 * else it does (side_effects.h).
 */
#ifndef TERN_CASE_ARM_H
#define TERN_CASE_ARM_H

#include "machine/clock_drift.h"
#include "measure/active_arm.h"
#include "measure/bench.h"
#include "measure/measure_options.h"
#include "measure/sampler.h"
#include "measure/side_effects.h"
#include "measure/timed_answers.h"
#include "measure/watch.h"

/* What is left of it: plain data, in memory that is shared with the parent. Starts as zeros. */
typedef struct tern_arm_outcome {
    bool timed;
    tern_finding finding; /* why it was not timed */
    tern_timing timing;   /* its arrays are the caller's */
    tern_counter counter[TERN_MAX_COUNTERS];
    double p0; /* share of zeros in W */
    uint32_t facts;
    tern_fact fact[TERN_MAX_FACTS];
    bool shares_packed; /* it reads the packed W of an arm before it */
} tern_arm_outcome;

typedef struct tern_case_arm {
    const tern_case *c;
    const tern_measure_options *options;
    tern_arm_outcome *outcome;
    tern_active_arm *active;
    uint32_t number; /* as whom it takes its turns */
    tern_clock_drift *clock_drift;
    /*
     * Samples are so short that it would take longer to ask between them for the clock and what disturbed them: nobody
     * looks at the clock, what disturbed them is asked once about all, and nothing else is measured.
     */
    bool brief;
    tern_guard *read_only; /* TERN_READ_ONLY_GUARDS of zeros */
    tern_series series;    /* sample_ns and capacity are the caller's */

    tern_bench bench;
    tern_busy busy;
    tern_watch watch;
    tern_timed_answers answers;
    tern_side_effects effects;
    tern_sampled sampled;
    double first_ns;   /* how long the first call took */
    double call_ns;    /* and a call of late: before samples with W in cache, as far as it fits */
    double sample_ns;  /* the latest sample */
    double chain_ns;   /* of the clock canary, after samples that were kept: sum of the means over threads */
    double looking_ns; /* may still be spent on looking at single calls */
    uint64_t calls;    /* of all kinds */
    bool ready;        /* it may be sampled: nothing wrong has been seen */
    bool watched;
} tern_case_arm;

/*
 * Packs W and calls the kernel once or twice. The members up to series are the caller's, and outlive the arm; the
 * others start as zeros. Unless the arm is ready then, its outcome says why not. Free with tern_case_arm_close(),
 * whatever is returned.
 */
tern_status tern_case_arm_open(tern_case_arm *case_arm, tern_fixture *fixture, uint64_t ring_bytes, tern_error *error);

/* When it is not ready afterwards, the outcome says why. */
void tern_case_arm_warm_up(tern_case_arm *case_arm, const tern_sampler_options *options);

/*
 * After the samples: a last look, and what was not worth measuring before: what keeps each thread busy, what an empty
 * call costs, counters. Says that the case is timed, or why it is not.
 */
void tern_case_arm_conclude(tern_case_arm *case_arm);

void tern_case_arm_close(tern_case_arm *case_arm);

/* Computes Y so many times; context is the arm. */
void tern_case_arm_call(void *context, uint64_t calls);

#endif
