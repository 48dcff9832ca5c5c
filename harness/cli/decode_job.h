/*
 * decode_job.h - from the options of `ternbench decode` to a job.
 */
#ifndef TERN_DECODE_JOB_H
#define TERN_DECODE_JOB_H

#include "cli/options.h"
#include "decode/loop/job.h"
#include "run/session.h"

/* "NAME" or "NAME+toggle=1,...". TERN_USAGE: there is none; TERN_ENVIRONMENT: it cannot run here. */
tern_status tern_decode_job_kernel(const tern_session *session, const char *name, tern_case *kernel, tern_error *error);

/*
 * Fills all but prompt and progress. The kernel of "auto" is left NULL. options and session must outlive the job.
 * TERN_USAGE says which option is wrong.
 */
tern_status tern_decode_job_make(tern_decode_job *job, const tern_options *options, const tern_session *session,
                                 tern_error *error);

#endif
