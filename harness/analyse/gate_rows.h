/*
 * gate_rows.h - the verdicts of a gate, from the lines that it left.
 */
#ifndef TERN_GATE_ROWS_H
#define TERN_GATE_ROWS_H

#include "analyse/gate.h"
#include "base/error.h"
#include "record/results.h"

/* What the instruction counts of both sides say. Never a verdict by itself: memory is not in it. */
typedef enum tern_gate_work {
    TERN_WORK_UNKNOWN,
    TERN_WORK_SAME,  /* as many instructions: the same work, in another order or at other addresses */
    TERN_WORK_OTHER, /* some more or fewer */
    TERN_WORK_PATH   /* more than twice as many, or less than half: another path was taken */
} tern_gate_work;

typedef struct tern_gate_row {
    const tern_compared *compared; /* WRONG as well where CAND was found so only while it was timed */
    tern_gate_series series;
    tern_gate_answer answer;   /* of a case that is timed */
    double steal_share;        /* over all processes; NaN: not known */
    const char *trouble;       /* why a process gave no figure; NULL: all did */
    const tern_finding *wrong; /* what a process found wrong with CAND; NULL: nothing */
    tern_gate_work work;
} tern_gate_row;

/* Cases by what came of them. Canaries count among those that are identical. */
typedef struct tern_gate_counts {
    size_t cases, judged, regressed, improved, same, inconclusive, identical, fixed, wrong, added, removed, left_out;
    size_t expected;   /* regressed or removed, as BASE says that it may be: not counted as such */
    size_t unfinished; /* timed, but the run ended before there was an answer */
} tern_gate_counts;

typedef struct tern_gate_rows {
    tern_gate_row *row; /* in the order of the file */
    size_t count;
    tern_compared *wrong; /* lines of rows that were found WRONG while they were timed */
    tern_gate_noise noise;
    tern_gate_counts counts;
} tern_gate_rows;

/* A canary that is no case of the suite, only BASE against itself. */
bool tern_gate_is_self(const tern_compared *compared);

/* ln(candidate / base) of one process: the median over its quads. NaN when it has no samples. */
double tern_gate_figure(const tern_pair *pair);

/* Fills in a case's series from its pairs. */
void tern_gate_read_series(tern_gate_row *row, const tern_results *results);

/* All cases of one run of a gate. rows points into results. Free with tern_gate_rows_free(). */
tern_status tern_gate_rows_new(tern_gate_rows *rows, const tern_results *results, uint32_t run, tern_error *error);
void tern_gate_rows_free(tern_gate_rows *rows);

/*
 * The exit status: 1 when CAND is wrong, 3 when something got slower or vanished and BASE does not expect it, 4 when of
 * what was timed nothing could be judged, 5 when there was nothing to compare. strict: 4 also when a case is
 * INCONCLUSIVE.
 */
tern_status tern_gate_status(const tern_gate_rows *rows, bool strict);

/* "12 cases: 1 REGRESSED, 8 OK, 2 IDENTICAL, 1 INCONCLUSIVE; judged 11 of 12". Returns text. */
char *tern_gate_coverage(const tern_gate_rows *rows, char *text, size_t bytes);

#endif
