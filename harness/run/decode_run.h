/*
 * decode_run.h - decodes with a whole model: the kernel is first proven exact on the model's shapes; then roofs, the
 * loop, roofs again, and the baseline.
 */
#ifndef TERN_DECODE_RUN_H
#define TERN_DECODE_RUN_H

#include "decode/loop/job.h"
#include "run/recording.h"

typedef struct tern_decode_settings {
    tern_recording_settings recording;
    tern_decode_job job;  /* all but isa, pin and progress; no kernel: the fastest on the model's shapes */
    bool with_baseline;   /* compare with a kernel on one thread and a few layers */
    const char *baseline; /* its name; NULL: the portable one that the job's kernel goes back to, if there is one */
    double target_tokens_per_s; /* 0 = none */
    uint64_t budget_bytes;      /* of memory; 0 = none */
} tern_decode_settings;

/*
 * Decodes and records it, and the baseline after it. TERN_USAGE: no such model, no such kernel, sizes that do not fit.
 * Returns the exit status; recording as tern_recording_run() says.
 */
int tern_decode_run(tern_recording *recording, const tern_decode_settings *settings, tern_session *session,
                    const tern_observer *observer, tern_error *error);

#endif
