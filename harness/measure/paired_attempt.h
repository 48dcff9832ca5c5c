/*
 * paired_attempt.h - one child process in which cases are timed in turns.
 */
#ifndef TERN_PAIRED_ATTEMPT_H
#define TERN_PAIRED_ATTEMPT_H

#include "base/child.h"
#include "check/fault.h"
#include "measure/case_arm.h"
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

/* What comes of it: plain data, in memory that is shared with the parent. */
typedef struct tern_paired_result {
    tern_active_arm active;
    tern_fault fault;   /* what was wrong with an access, when the child ended by one */
    tern_status status; /* TERN_ENVIRONMENT: the machine failed, error says how */
    tern_error error;
    tern_arm_outcome outcome[]; /* of each member; then the arrays of their timings */
} tern_paired_result;

/*
 * Lets the member's timing point to its arrays in the result. The child does so, and the parent again, for which they
 * lie elsewhere.
 */
void tern_paired_attempt_attach(const tern_paired_attempt *attempt, tern_paired_result *result, uint32_t member);

/* The most samples of a member: room for as many is in the result, for it and for its roof. */
uint32_t tern_paired_attempt_capacity(const tern_paired_attempt *attempt);
double *tern_paired_attempt_samples(const tern_paired_attempt *attempt, tern_paired_result *result, uint32_t member);
double *tern_paired_attempt_roof_samples(const tern_paired_attempt *attempt, tern_paired_result *result,
                                         uint32_t member);

/*
 * Runs it in a child process, with the members' deadlines. *result is what the child left, however it ended, and as
 * outcome says; free() it. Fails when there is no child, and when the machine failed in it (TERN_ENVIRONMENT).
 */
tern_status tern_paired_attempt_run(tern_paired_attempt *attempt, const tern_child_options *child,
                                    tern_paired_result **result, tern_child_outcome *outcome, tern_error *error);

/* What the end of a child that is not DONE says of whose turn it was. */
tern_finding tern_paired_attempt_finding(const tern_paired_result *result, const tern_child_outcome *outcome);

#endif
