/*
 * surroundings.h - what a campaign finds out once about the machine: its CPUs, where threads go, its roofs.
 */
#ifndef TERN_RUN_ENVIRONMENT_H
#define TERN_RUN_ENVIRONMENT_H

#include "machine/roof.h"
#include "machine/topology.h"
#include "measure/counters.h"
#include "measure/measure.h"
#include "run/session.h"

typedef struct tern_environment {
    tern_session *session;
    tern_topology topology;
    const char *pin; /* how threads are bound: see tern_pin_choose() */
    tern_counters counters;
    tern_roof *roof[TERN_MAX_THREADS + 1]; /* by the number of threads; NULL: not measured yet */
} tern_environment;

/*
 * Reads the topology and adds what would spoil figures to the warnings of the session's run; TERN_ENVIRONMENT under
 * --strict when it is serious. Does little for a plan that is not timed. Close with tern_environment_close(), whatever is
 * returned.
 */
tern_status tern_environment_open(tern_environment *environment, tern_session *session, tern_error *error);

/*
 * Fills the counters, and the CPUs and roofs for the case's threads. The roofs are measured the first time that many
 * threads are asked for; child is how. The compute roof is that of the best instruction up to the level that the
 * kernel is compiled for.
 */
tern_status tern_environment_fill(tern_environment *environment, const tern_case *c, tern_measure_options *options,
                                  const tern_child_options *child, tern_error *error);

/* So that the next call measures them again. */
void tern_environment_forget_roofs(tern_environment *environment);

void tern_environment_close(tern_environment *environment);

#endif
