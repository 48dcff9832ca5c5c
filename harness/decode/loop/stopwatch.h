/*
 * stopwatch.h - cuts the time of the thread that holds it into parts, none left out. A cut costs some nanoseconds.
 */
#ifndef TERN_STOPWATCH_H
#define TERN_STOPWATCH_H

#include "record/decode.h"

#include <stdint.h>

/* Where the time went, by tern_decode_part. Parts add up to the whole. */
typedef struct tern_split {
    double ns[TERN_DECODE_PARTS];
} tern_split;

typedef struct tern_stopwatch {
    uint64_t part_ticks[TERN_DECODE_PARTS];
    uint64_t last_ticks;
    uint64_t start_ticks; /* of the present reading: what turns ticks into time */
    double start_ns;
} tern_stopwatch;

/* Begins a reading. */
void tern_stopwatch_reset(tern_stopwatch *watch);

/* Time up to now belongs to no part. */
void tern_stopwatch_resume(tern_stopwatch *watch);

/* Time since the last cut, or resume, belongs to part. */
void tern_stopwatch_cut(tern_stopwatch *watch, tern_decode_part part);

/* Returns the parts since the reset, and resets. */
tern_split tern_stopwatch_read(tern_stopwatch *watch);

#endif
