/*
 * surroundings.h - what a campaign finds out once about the machine: its CPUs, where threads go, its roofs.
 */
#ifndef TERN_SURROUNDINGS_H
#define TERN_SURROUNDINGS_H

#include "cli/session.h"
#include "measure/counters.h"
#include "measure/measure.h"
#include "measure/roof.h"
#include "measure/topology.h"

typedef struct tern_surroundings {
    tern_session *session;
    tern_topology topology;
    const char *pin; /* how threads are bound: see tern_pin_choose() */
    tern_counters counters;
    tern_roof *roof[TERN_MAX_THREADS + 1]; /* by the number of threads; NULL: not measured yet */
} tern_surroundings;

/*
 * Reads the topology and adds what would spoil figures to the warnings of the session's run; TERN_ENVIRONMENT under
 * --strict when it is serious. Does little for a plan that is not timed. Close with tern_surroundings_close(), whatever is
 * returned.
 */
tern_status tern_surroundings_open(tern_surroundings *surroundings, tern_session *session, tern_error *error);

/*
 * Fills the counters, and the CPUs and roofs for the case's threads. The roofs are measured the first time that many
 * threads are asked for; child is how. The compute roof is that of the best instruction up to the level that the
 * kernel is compiled for.
 */
tern_status tern_surroundings_fill(tern_surroundings *surroundings, const tern_case *c, tern_measure_options *options,
                                   const tern_child_options *child, tern_error *error);

/* So that the next call measures them again. */
void tern_surroundings_forget_roofs(tern_surroundings *surroundings);

void tern_surroundings_close(tern_surroundings *surroundings);

#endif
