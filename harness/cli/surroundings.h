/*
 * surroundings.h - what a campaign finds out once about the machine: where threads go, its roofs, what would spoil figures.
 */
#ifndef TERN_SURROUNDINGS_H
#define TERN_SURROUNDINGS_H

#include "cli/session.h"
#include "measure/measure.h"

typedef struct tern_surroundings {
    tern_session *session;
} tern_surroundings;

/* Does nothing for a plan that is not timed. Adds warnings to the session's run. TERN_ENVIRONMENT under --strict. */
tern_status tern_surroundings_open(tern_surroundings *surroundings, tern_session *session, tern_error *error);

/* Fills CPUs and roofs for that many threads; measures the roofs the first time. */
tern_status tern_surroundings_fill(tern_surroundings *surroundings, uint32_t threads, tern_measure_options *options,
                                   tern_error *error);

void tern_surroundings_close(tern_surroundings *surroundings);

#endif
