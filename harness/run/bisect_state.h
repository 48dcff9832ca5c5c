/*
 * bisect_state.h - what a bisect holds while it runs. For bisect.c and bisect_observe.c. What it found out stands in
 * its lines alone.
 */
#ifndef TERN_BISECT_STATE_H
#define TERN_BISECT_STATE_H

#include "analyse/bisection.h"
#include "run/commits.h"
#include "run/gate.h"
#include "run/two_cases.h"

/* What was seen of a candidate in this run of the program. */
typedef struct tern_bisect_candidate {
    bool is_hashed;
    uint64_t hash; /* of its kernel */
} tern_bisect_candidate;

typedef struct tern_bisect {
    const tern_gate_settings *settings;
    const tern_session *session;
    const tern_two_sides *ends;
    const tern_plan *plan;
    tern_gate *gate;
    tern_comparing comparing;
    tern_case c; /* of the bad end */
    char id[TERN_ID_BYTES];
    tern_commits commits;
    tern_bisection found;             /* what the lines say: read again after each */
    tern_bisect_candidate *candidate; /* found.count of them */
    bool *is_built;                   /* as many */
} tern_bisect;

/* Adds a "step" line and reads again what the lines say. */
tern_status tern_bisect_add(tern_bisect *b, tern_step *step, tern_error *error);

/* A step of a candidate; ratio, error and p are NaN. */
tern_step tern_bisect_step_of(const tern_bisect *b, size_t k, const char *role);

/* Looks which candidates the cache has, and which of them have the same kernel as another or as an end. */
tern_status tern_bisect_look_at_cache(tern_bisect *b, tern_error *error);

/* Builds candidate k if need be, and adds one line: what its kernel's time is, or why there is none. */
tern_status tern_bisect_observe(tern_bisect *b, size_t k, tern_error *error);

/* The case of the bad end for a kernel of another commit; TERN_USAGE: it has no such toggle, or may not run here. */
tern_status tern_bisect_case(const tern_bisect *b, const tern_kernel *kernel, tern_case *c, tern_error *error);

#endif
