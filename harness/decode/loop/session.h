/*
 * session.h - the child's side of a job.
 */
#ifndef TERN_DECODE_SESSION_H
#define TERN_DECODE_SESSION_H

#include "decode/loop/job.h"

/*
 * Loads the model, verifies the kernel on it, and measures prompt and tokens. record has what describes the job, and
 * gets all the rest. It is not timed when the finding is not EXACT.
 */
tern_status tern_decode_session(const tern_decode_job *job, tern_decode_record *record, tern_error *error);

#endif
