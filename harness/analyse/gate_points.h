/*
 * gate_points.h - from what gates against an anchor left to the points of a history. BASE of the gate is the anchor.
 */
#ifndef TERN_GATE_POINTS_H
#define TERN_GATE_POINTS_H

#include "base/error.h"
#include "record/results.h"

/* What became of the cases. */
typedef struct tern_gate_points {
    size_t points;
    size_t noisy;   /* not taken: the machine was too noisy while they were timed */
    size_t untimed; /* wrong, refused, left out, or there is no anchor for them */
    size_t unnamed; /* timed by a version that does not say which code the anchor is, or of which class the machine */
    size_t uncommitted;         /* CAND was no commit, so that nobody could say what the figure is of */
    char side[TERN_SIDE_BYTES]; /* such a CAND */
    bool unfinished;            /* a gate was cut off: only what was timed to its end is there */
} tern_gate_points;

/*
 * Appends to points, for each run of a gate, its fingerprint, a point a case and a closing line. A case whose code is
 * the anchor's, byte by byte, has the ratio 1 without being timed. Adds to *became, which begins as zeros.
 */
tern_status tern_gate_points_add(tern_results *points, const tern_results *gates, tern_gate_points *became,
                                 tern_error *error);

#endif
