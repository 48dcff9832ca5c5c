/*
 * decode_progress.h - what `ternbench decode` is doing, on standard error: one line that changes on a terminal, a
 * line every few seconds otherwise.
 */
#ifndef TERN_DECODE_PROGRESS_H
#define TERN_DECODE_PROGRESS_H

#include "decode/loop/job.h"

typedef struct tern_decode_progress {
    tern_job_progress *shared; /* what the child tells */
    const char *said;          /* what this process does itself; NULL: the child tells */
    bool quiet, terminal;
    double last_s;
} tern_decode_progress;

tern_status tern_decode_progress_open(tern_decode_progress *progress, bool quiet, tern_error *error);
void tern_decode_progress_close(tern_decode_progress *progress);

/* Names the stage that begins; it must live until the next one. NULL: the child tells from now on. */
void tern_decode_progress_say(tern_decode_progress *progress, const char *stage);

/* A tern_child_tick. False once a signal came. */
bool tern_decode_progress_tick(void *progress);

#endif
