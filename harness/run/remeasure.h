/*
 * remeasure.h - before anybody is alarmed by a step of a series, its two ends are measured again: the kernels of the
 * last commit before it and of the first one after it, in turns, as a gate does it.
 */
#ifndef TERN_REMEASURE_H
#define TERN_REMEASURE_H

#include "run/gate.h"

/*
 * Gates the case of line->id at line->before and line->after, and fills in verdict, ratio and interval. The session
 * settings must name no side. run gets the fingerprint. TERN_USAGE, TERN_ENVIRONMENT: it cannot be measured here, and
 * why; TERN_NOTHING: ended by the user.
 */
tern_status tern_remeasure(tern_remeasured *line, tern_run *run, const tern_session_settings *session_settings,
                           const tern_gate_settings *settings, const tern_observer *observer, tern_error *error);

#endif
