/*
 * decode_progress.h - what a run of the decode loop is doing, on standard error: one line that changes on a terminal, a
 * line every few seconds otherwise.
 */
#ifndef TERN_DECODE_PROGRESS_H
#define TERN_DECODE_PROGRESS_H

#include "run/observer.h"

typedef struct tern_decode_progress {
    bool quiet, terminal;
    double last_s;
} tern_decode_progress;

/* The observer of a run; progress must outlive it. */
tern_observer tern_decode_progress_observer(tern_decode_progress *progress, bool quiet);

/* Takes the line off the screen. */
void tern_decode_progress_clear(const tern_decode_progress *progress);

#endif
