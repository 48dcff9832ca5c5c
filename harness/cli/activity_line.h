/*
 * activity_line.h - what is being done, on standard error: one line that changes on a terminal, a
 * line every few seconds otherwise.
 */
#ifndef TERN_ACTIVITY_LINE_H
#define TERN_ACTIVITY_LINE_H

#include "run/observer.h"

typedef struct tern_activity_line {
    bool quiet, terminal;
    double last_s;
} tern_activity_line;

/* The observer of a run; line must outlive it. */
tern_observer tern_activity_line_observer(tern_activity_line *line, bool quiet);

/* Takes the line off the screen. */
void tern_activity_line_clear(const tern_activity_line *line);

#endif
