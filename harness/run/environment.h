/*
 * environment.h - what a run finds out once about the machine: its CPUs, where threads go, its roofs, its counters.
 */
#ifndef TERN_RUN_ENVIRONMENT_H
#define TERN_RUN_ENVIRONMENT_H

#include "machine/roof.h"
#include "machine/topology.h"
#include "measure/counters.h"
#include "measure/measure.h"
#include "record/results.h"
#include "run/observer.h"

typedef struct tern_environment_settings {
    const char *pin;      /* as tern_places_choose() takes it; NULL: compact, or none where threads cannot be bound */
    const char *counters; /* as tern_counters_parse() takes them; NULL: none */
    bool roofs;           /* measure them */
    bool strict;          /* refuse a machine whose state would spoil the figures */
    bool notes;           /* warn of what is only worth knowing, too */
} tern_environment_settings;

/* What a run asks of the machine. */
typedef struct tern_demand {
    bool timed;       /* false: nothing is measured, and so the machine is not looked at */
    uint32_t threads; /* the most at a time */
    bool cold;        /* something is read from memory */
} tern_demand;

typedef struct tern_environment {
    const tern_environment_settings *settings;
    uint32_t isa; /* TERN_ISA_ bits that roofs may use */
    tern_topology topology;
    tern_places places; /* where threads are bound */
    tern_counters counters;
    TERN_LIST_OF(tern_roof *) roofs; /* those measured so far, of different numbers of threads */
} tern_environment;

/*
 * Reads the topology and adds what would spoil figures to the warnings of the run; TERN_ENVIRONMENT when it is serious
 * and the settings are strict. settings must outlive the environment. Close with tern_environment_close(), whatever is
 * returned.
 */
tern_status tern_environment_open(tern_environment *environment, const tern_environment_settings *settings,
                                  const tern_demand *demand, uint32_t isa, tern_run *run, tern_error *error);

/* The CPUs for so many threads; they live as long as the environment is open. */
tern_pin tern_environment_pin(const tern_environment *environment, uint32_t threads);

/*
 * The roofs for so many threads, measured the first time that they are asked for; NULL when the settings want none.
 * They live until they are forgotten.
 */
tern_status tern_environment_roof(tern_environment *environment, uint32_t threads, tern_activity *activity,
                                  const tern_roof **roof, tern_error *error);

/*
 * Fills pin, cache size, counters and roofs of the options, for so many threads. The compute roof is that of the best
 * instruction up to the level that isa, the TERN_ISA_ bits of a kernel, needs.
 */
tern_status tern_environment_fill(tern_environment *environment, uint32_t threads, uint32_t isa,
                                  tern_measure_options *options, tern_activity *activity, tern_error *error);

/* So that the next call measures them again. */
void tern_environment_forget_roofs(tern_environment *environment);

void tern_environment_close(tern_environment *environment);

#endif
