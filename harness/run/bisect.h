/*
 * bisect.h - which commit made a kernel slower. The ends are gated first; then commits between them are built and
 * timed against the good one until one is left, which is held against its parent, and ablated beside it. Every
 * observation is a line; what follows from them stands in analyse/bisection.h.
 */
#ifndef TERN_BISECT_H
#define TERN_BISECT_H

#include "run/gate.h"

/*
 * Bisects the case of the plan that got slower most clearly. ends: BASE is the good end, CAND the bad one, whose
 * kernels are the session's and the plan's; both are revisions. Lines of an earlier part of a resumed run are taken
 * over. Returns the exit status: 0 when the answer holds against its parent, 1 when the bad end is wrong, 4 when noise
 * or commits that cannot be measured leave no answer, 5 when no case is slower at the bad end; recording as
 * tern_recording_run() says.
 */
int tern_bisect_run(tern_recording *recording, const tern_gate_settings *settings, tern_session *session,
                    const tern_two_sides *ends, tern_plan *plan, const tern_observer *observer, tern_error *error);

#endif
