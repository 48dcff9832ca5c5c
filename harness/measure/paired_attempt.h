/*
 * paired_attempt.h - one child process in which cases are timed in turns.
 */
#ifndef TERN_PAIRED_ATTEMPT_H
#define TERN_PAIRED_ATTEMPT_H

#include "base/child.h"
#include "measure/fixture.h"
#include "measure/paired_member.h"
#include "measure/ring_stock.h"
#include "measure/schedule.h"

/* Who takes part, and how. */
typedef struct tern_paired_attempt {
    const tern_paired_member **member; /* all of one problem */
    uint32_t members;
    int32_t baseline; /* index of a member, or -1 */
    tern_schedule schedule;
    tern_layout layout;
    bool brief; /* raw times are all that is wanted: see tern_paired_sample() */
    tern_paired_enter *enter;
    void *context;
    tern_case *c;                     /* what enter may change: the members' own cases */
    tern_ring_stock *stock;           /* or NULL */
    const tern_case_weights *weights; /* or NULL */
} tern_paired_attempt;

/* What comes of it: paired_result.h. */
typedef struct tern_paired_result tern_paired_result;

/*
 * Runs it in a child process, with the members' deadlines. *result is what the child left, however it ended, and as
 * outcome says; free() it. Fails when there is no child, and when the machine failed in it (TERN_ENVIRONMENT).
 */
tern_status tern_paired_attempt_run(tern_paired_attempt *attempt, const tern_child_options *child,
                                    tern_paired_result **result, tern_child_outcome *outcome, tern_error *error);

#endif
