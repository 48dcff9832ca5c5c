/*
 * tune.h - finds the fastest kernel and toggles anew, whatever is known, and tells all that was tried as "tried" lines.
 * What it finds is what `auto` takes from then on.
 */
#ifndef TERN_TUNE_H
#define TERN_TUNE_H

#include "decode/loop/job.h"
#include "run/planning.h"
#include "run/recording.h"

/*
 * Of each problem of the plan, whatever its cases' kernels. alone: the kernel that alone is tried, in which `auto` has
 * no part; NULL: all are. Returns the exit status; recording as tern_recording_run() says.
 */
int tern_tune_plan(tern_recording *recording, const tern_recording_settings *settings, tern_session *session,
                   tern_plan *plan, const tern_kernel *alone, const tern_observer *observer, tern_error *error);

/* Of a decode run: job is all but kernel, isa, pin and progress. Likewise. */
int tern_tune_decode(tern_recording *recording, const tern_recording_settings *settings, tern_session *session,
                     const tern_decode_job *job, const tern_kernel *alone, const tern_observer *observer,
                     tern_error *error);

#endif
