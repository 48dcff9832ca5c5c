/*
 * decode_job.h - what the options of `decode` and `ablate decode` say of the run, as a job.
 */
#ifndef TERN_DECODE_JOB_H
#define TERN_DECODE_JOB_H

#include "cli/decode_prompt.h"
#include "cli/options.h"
#include "decode/loop/job.h"
#include "run/session.h"

/* How much of it where the options do not say. */
typedef struct tern_decode_length {
    uint32_t prompt, tokens;
} tern_decode_length;

/* The job points into options and prompt, which must outlive it. TERN_USAGE when what they say makes no sense. */
tern_status tern_decode_job_make(tern_decode_job *job, const tern_options *options, const tern_decode_prompt *prompt,
                                 const tern_decode_length *length, const tern_session *session, tern_error *error);

#endif
