/*
 * held.h - how many results of a run its file holds, against what its closing line says were done. A line that was lost
 * in the middle of a file leaves no other trace.
 */
#ifndef TERN_HELD_H
#define TERN_HELD_H

#include "record/line.h"
#include "record/run.h"

/* All zero: nothing was shown. */
typedef struct tern_held {
    tern_run_end counted; /* the numbers of results alone */
} tern_held;

/* Shows it the next line of a file; value is the struct. A run begins anew, unless it took up those before it. */
void tern_held_take(tern_held *held, tern_line line, const void *value);

/* How many of the results that a run ended with are not among those held. */
uint32_t tern_held_lost(const tern_held *held, const tern_run_end *end);

/* Takes out of a closing line what is left out on purpose, so that it counts what is still there. */
void tern_held_leave_out(const tern_held *left_out, tern_run_end *end);

/* A run that lost results is not complete, and its reason says so. */
void tern_held_judge(const tern_held *held, tern_run_end *end);

/* "1 of 9 results is not in the file". Returns text. */
char *tern_held_sentence(uint32_t lost, uint32_t done, char *text, size_t bytes);

#endif
