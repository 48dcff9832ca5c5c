/*
 * comparison.h - two sets of results, case by case: what became of each id. It is no gate: runs that follow each
 * other differ by what the machine did in between.
 */
#ifndef TERN_COMPARISON_H
#define TERN_COMPARISON_H

#include "base/error.h"
#include "record/results.h"

/* In the order in which a person wants to know of them. */
typedef enum tern_change {
    TERN_CHANGE_LOST,    /* was EXACT, and is not any more */
    TERN_CHANGE_WRONG,   /* is not EXACT, and was not before */
    TERN_CHANGE_FIXED,   /* is EXACT, and was not before */
    TERN_CHANGE_GONE,    /* in the earlier results only */
    TERN_CHANGE_NEW,     /* in the later results only */
    TERN_CHANGE_UNTIMED, /* EXACT in both, and not timed in both */
    TERN_CHANGE_TIMED,   /* timed in both */
    TERN_CHANGES
} tern_change;

/* "lost", "wrong", "fixed", "gone", "new", "untimed", "timed" */
const char *tern_change_name(tern_change change);

/* Tokens a second that a timed decode run is compared by: those generated, or those of the prompt if there are none. */
double tern_comparison_rate(const tern_decode_record *record);

#define TERN_NO_PLACE UINT32_MAX

/* Two cases, or two decode runs, of one id. */
typedef struct tern_comparison_pair {
    uint32_t before, after; /* places in their results, TERN_NO_PLACE for none */
    tern_change change;
    double time_ratio; /* TIMED: time after / time before, of a call or of a token; otherwise NaN */
} tern_comparison_pair;

typedef struct tern_comparison_list {
    tern_comparison_pair *pair; /* in the order of the earlier results; those of the later ones alone at the end */
    size_t count;
    size_t of[TERN_CHANGES]; /* how many of each */
    size_t near;             /* of the timed ones, how many changed by at most the tolerance */
} tern_comparison_list;

typedef struct tern_comparison {
    tern_comparison_list cases, decodes;
    bool other_machines, other_commits; /* the two sets name different ones */
} tern_comparison;

/*
 * Pairs equal ids in their order: the second case of an id with the second. One that is left over is LOST when it is
 * not EXACT and any earlier one of its id is. tolerance: 0.05 = 5 %. TERN_ENVIRONMENT when memory ran out. Free with
 * tern_comparison_free().
 */
tern_status tern_comparison_make(tern_comparison *comparison, const tern_results *before, const tern_results *after,
                                 double tolerance, tern_error *error);

void tern_comparison_free(tern_comparison *comparison);

#endif
