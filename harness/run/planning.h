/*
 * planning.h - the cases that suites or ids name, as a plan.
 */
#ifndef TERN_PLANNING_H
#define TERN_PLANNING_H

#include "plan/shard.h"
#include "run/environment.h"
#include "run/session.h"

typedef struct tern_planning_settings {
    const char *const *suite; /* files */
    size_t suites;
    const char *const *axis, *const *values; /* axes that replace those of the suites */
    size_t axes;
    const char *filter; /* on ids, as tern_filter_compile() takes it; NULL: all */
    bool timed;         /* false: cases are only checked */
    bool interleave;    /* sample in turns whatever the suites say */
    bool edges;         /* check the edge cases of the kernels too */
    bool deep;          /* and the sweep that takes minutes */
} tern_planning_settings;

/* What suites wish for, unless the user says otherwise. The first suite that wishes gets it. */
typedef struct tern_wishes {
    char format[32]; /* "" = no wish */
    char suite[64];  /* that wished for the format */
    char counters[64];
    double budget_s; /* 0 = no wish */
} tern_wishes;

/*
 * Expands suites into plan, which is zeros; free it with tern_plan_free(), whatever is returned. The run of the session
 * gets the baseline, and what was left out. TERN_NOTHING when no case is left.
 */
tern_status tern_planning_suites(tern_plan *plan, tern_session *session, const tern_planning_settings *settings,
                                 tern_wishes *wishes, tern_error *error);

/*
 * Leaves in the plan what the shard takes, and notes in the run of the session of which plan it is. budget_s is for the
 * samples of one case.
 */
tern_status tern_planning_shard(tern_plan *plan, tern_session *session, tern_shard shard, double budget_s,
                                tern_error *error);

/* Plans the cases of ids, as tern_case_parse() reads them. */
tern_status tern_planning_ids(tern_plan *plan, const tern_session *session, const char *const *id, size_t ids,
                              bool interleave, tern_error *error);

/* The most threads that a case uses, and whether a case is cold. */
tern_demand tern_planning_demand(const tern_plan *plan);

#endif
