/*
 * picks.h - what was found to be the fastest is kept between runs: a file of records for each workload, machine class
 * and build, with all that was tried.
 */
#ifndef TERN_PICKS_H
#define TERN_PICKS_H

#include "record/results.h"
#include "run/environment.h"
#include "run/session.h"
#include "run/workload.h"

/*
 * All that may make another kernel the fastest: the machine class, the code of all kernels (that of this program and of
 * plug-ins), the cap of instruction sets, how threads are bound, the workload. False when the code cannot be read.
 */
bool tern_picks_key(const tern_session *session, const tern_environment *environment, const tern_workload *workload,
                    uint64_t *key);

/* Whether a kernel was found for this key before; then *chosen says which. A file that cannot be read is none. */
bool tern_picks_find(uint64_t key, const tern_workload *workload, tern_tried *chosen);

/* Keeps what was tried, of which one is chosen. What cannot be kept will be tried again; the error says why. */
tern_status tern_picks_keep(uint64_t key, const tern_results *tried, tern_error *error);

#endif
