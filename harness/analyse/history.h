/*
 * history.h - what the points of a history say: series, their steps, which of them are worth an alert, and what was
 * judged at all. Pure: points and what was measured again come from results, planned changes from whoever asks.
 *
 * A series is one case on one machine class by one method against one anchor. Of each, the newest points are judged;
 * those of all series are judged together, so that among a thousand that are flat there is hardly one alert.
 */
#ifndef TERN_HISTORY_H
#define TERN_HISTORY_H

#include "analyse/change_points.h"
#include "base/error.h"
#include "record/results.h"

typedef enum tern_series_state {
    TERN_SERIES_JUDGED,
    TERN_SERIES_SHORT, /* fewer points than two segments */
    TERN_SERIES_GONE,  /* not among the newest runs of its machine class */
    TERN_SERIES_STATES
} tern_series_state;

/* "judged", "too few points", "no longer measured" */
const char *tern_series_state_name(tern_series_state state);

typedef struct tern_history_series {
    const size_t *point; /* in the order of time; indices into the points of the results */
    size_t count;
    size_t first; /* of those, the first that is judged */
    tern_series_state state;
    tern_changes changes; /* places count from `first` */
} tern_history_series;

typedef enum tern_step_kind {
    TERN_STEP_ALERT,       /* slower, also when both ends were measured again just now, and nobody expects it */
    TERN_STEP_SUSPECT,     /* slower, and not measured again yet */
    TERN_STEP_KNOWN,       /* slower, also when both ends were measured again: told before */
    TERN_STEP_PLANNED,     /* slower, as somebody said that it would be */
    TERN_STEP_NOT_AGAIN,   /* not slower when both ends were measured again */
    TERN_STEP_SAME_CODE,   /* before and after it the kernel is the same byte by byte */
    TERN_STEP_ENVIRONMENT, /* so many other series step there that it is no change of one kernel */
    TERN_STEP_IMPROVED,    /* faster */
    TERN_STEP_KINDS
} tern_step_kind;

/* "ALERT", "suspected", "known", "planned", "not again", "same code", "environment", "IMPROVED" */
const char *tern_step_kind_name(tern_step_kind kind);

/* A step of a series that holds among all series. */
typedef struct tern_history_step {
    size_t series, change;                  /* indices */
    const tern_point *before, *after;       /* next to it */
    const tern_remeasured *again;           /* what came of measuring it again; NULL: that was not done */
    const struct tern_planned_change *plan; /* what expects it; NULL: nothing does */
    tern_step_kind kind;
} tern_history_step;

/* Many series of a machine class that step together. */
typedef struct tern_history_environment {
    uint32_t before, after; /* runs */
    size_t series, judged;  /* how many of how many */
    double step;            /* their median */
} tern_history_environment;

typedef struct tern_history_rule {
    double step;       /* that matters: 0.03 = 3 % */
    double chance;     /* share of false ones among the steps that are told: 0.01 */
    double everywhere; /* this share of the series of a class steps together: it is the environment */
    uint32_t told;     /* what was measured again in runs before this one was told then */
    bool unconfirmed;  /* what is suspected is an alert */
} tern_history_rule;

/* 3 %, 1 %, half; everything was told. */
extern const tern_history_rule tern_history_default_rule;

/* Somebody says that cases will be slower: read by planned_changes.h. */
typedef struct tern_planned_changes tern_planned_changes;

typedef struct tern_history {
    const tern_results *results;
    tern_history_rule rule;
    size_t *order; /* of all points: series by series, each in the order of time */
    tern_history_series *series;
    size_t count, judged;
    tern_history_step *step; /* as series stand, and within them as time goes */
    size_t steps;
    tern_history_environment *environment;
    size_t environments;
    size_t *rank; /* of each run: which of its machine class, by time */
} tern_history;

/*
 * planned may be NULL; results and planned must outlive the history. Free with tern_history_free(), whatever is
 * returned. TERN_ENVIRONMENT: memory ran out.
 */
tern_status tern_history_new(tern_history *history, const tern_results *results, const tern_history_rule *rule,
                             const tern_planned_changes *planned, tern_error *error);
void tern_history_free(tern_history *history);

/* The point of a series, from 0, the oldest. */
const tern_point *tern_history_series_point(const tern_history *history, const tern_history_series *series, size_t i);

/* How many steps are of that kind. */
size_t tern_history_count(const tern_history *history, tern_step_kind kind);

/* "judged 812 of 840 series: 20 too few points, 8 no longer measured". Returns text. */
char *tern_history_census(const tern_history *history, char *text, size_t bytes);

#endif
