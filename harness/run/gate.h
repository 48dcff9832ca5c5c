/*
 * gate.h - did the kernels of CAND get slower than those of BASE? Every observation is a line; what follows from them
 * stands in analyse/gate_rows.h.
 */
#ifndef TERN_RUN_GATE_H
#define TERN_RUN_GATE_H

#include "run/planning.h"
#include "run/recording.h"
#include "run/two_sides.h"

typedef struct tern_gate_settings {
    tern_recording_settings recording;
    double delta;                /* the slowdown that matters, where BASE says nothing else: 0.02 = 2 % */
    double deadline_s;           /* of one case, on top of what its size needs */
    bool strict;                 /* an INCONCLUSIVE case is a failure */
    bool edges;                  /* CAND's kernels must be right at their edge cases, too */
    uint64_t seed;               /* of orders and layouts */
    const char *filter;          /* of the plan: kernels that vanished are told when it lets them through; NULL: all */
    const tern_plan *unfiltered; /* with all problems that such kernels may have had; NULL: the plan has them */
} tern_gate_settings;

typedef struct tern_gate tern_gate;

/*
 * A gate as a part of another run. Reads what BASE says of its own gate. settings, sides and plan must outlive it; free
 * it with tern_gate_free(), whatever is returned.
 */
tern_status tern_gate_new(tern_gate **gate, const tern_gate_settings *settings, const tern_two_sides *sides,
                          const tern_plan *plan, tern_error *error);
void tern_gate_free(tern_gate *gate);

/*
 * Whether BASE has a kernel that CAND lacks, and that the filter lets through in a case of the plan: a gate of a plan
 * without a case has that to tell.
 */
tern_status tern_gate_misses(const tern_two_sides *sides, const tern_plan *unfiltered, const char *filter, bool *misses,
                             tern_error *error);

/*
 * Compares all cases, in a recording whose run has begun: lines "compared" and "pair". Lines that are there are taken
 * over.
 */
tern_status tern_gate_compare(tern_gate *gate, tern_recording *recording, tern_error *error);

/*
 * Compares the cases of the plan, which may have none, and whose kernels are those of CAND; the session has these
 * kernels, too. Lines of an earlier part of a resumed run are taken over. Returns the exit status, as
 * tern_gate_status() says; recording as tern_recording_run() says.
 */
int tern_gate_run(tern_recording *recording, const tern_gate_settings *settings, tern_session *session,
                  const tern_two_sides *sides, tern_plan *plan, const tern_observer *observer, tern_error *error);

#endif
