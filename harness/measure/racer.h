/*
 * racer.h - one case while it is timed, alone or in turns with others. Lives in a child process, since it calls the
 * kernel.
 */
#ifndef TERN_RACER_H
#define TERN_RACER_H

#include "measure/bench.h"
#include "measure/canary.h"
#include "measure/measure.h"
#include "measure/sampler.h"
#include "measure/turn.h"
#include "measure/watch.h"

/* What is left of it: plain data, in memory that is shared with the parent. Starts as zeros. */
typedef struct tern_trial {
    bool timed;
    tern_finding finding; /* why it was not timed */
    tern_timing timing;
    double p0; /* share of zeros in W */
    uint32_t facts;
    tern_fact fact[TERN_MAX_FACTS];
} tern_trial;

typedef struct tern_racer {
    const tern_case *c;
    const tern_measure_options *options;
    tern_trial *trial;
    tern_turn *turn;
    uint32_t number; /* as whom it takes its turns */
    bool in_turns;   /* others run between its samples */
    tern_canary *canary;
    tern_bench bench;
    tern_watch watch;
    tern_sampled sampled;
    double first_ns; /* how long the first call took */
    double call_ns;  /* and a call with W in cache, as far as it fits */
    bool ready;      /* it may be sampled */
} tern_racer;

/*
 * Packs W and calls the kernel once or twice. The members up to canary are the caller's, and outlive the racer; the
 * others start as zeros. Unless the racer is ready then, its trial says why not. Free with tern_racer_close(),
 * whatever is returned.
 */
tern_status tern_racer_open(tern_racer *racer, tern_setting *setting, uint64_t ring_bytes, tern_error *error);

void tern_racer_warm_up(tern_racer *racer, const tern_sampler_options *options);

/* After the samples: whether Y is still right, and what was not worth measuring before. */
void tern_racer_conclude(tern_racer *racer);

void tern_racer_close(tern_racer *racer);

#endif
