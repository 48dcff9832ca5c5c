/*
 * paired_result.h - what a child process in which cases are timed in turns leaves to its parent, and where it lies.
 */
#ifndef TERN_PAIRED_RESULT_H
#define TERN_PAIRED_RESULT_H

#include "check/fault.h"
#include "measure/case_arm.h"
#include "measure/paired_attempt.h"

/* Plain data, in memory that is shared with the parent. */
struct tern_paired_result {
    tern_active_arm active; /* first, for tern_active_arm_began() */
    tern_fault fault;       /* what was wrong with an access, when the child ended by one */
    tern_status status;     /* TERN_ENVIRONMENT: the machine failed, error says how */
    tern_error error;
    tern_arm_outcome outcome[]; /* of each member; then the arrays of their timings */
};

/* How many bytes it takes. */
size_t tern_paired_result_bytes(const tern_paired_attempt *attempt);

/*
 * Lets the member's timing point to its arrays in the result. The child does so, and the parent again, for which they
 * lie elsewhere.
 */
void tern_paired_result_attach(const tern_paired_attempt *attempt, tern_paired_result *result, uint32_t member);

/* The most samples of a member: room for as many is in the result, for it and for its roof. */
uint32_t tern_paired_result_capacity(const tern_paired_attempt *attempt);
double *tern_paired_result_samples(const tern_paired_attempt *attempt, tern_paired_result *result, uint32_t member);
double *tern_paired_result_roof_samples(const tern_paired_attempt *attempt, tern_paired_result *result,
                                        uint32_t member);

/* Kernels may have written to it as well: what it counts is cut to what there is room for. */
void tern_paired_result_bound(const tern_paired_attempt *attempt, tern_paired_result *result);

/* What the end of a child that is not DONE says of whose turn it was. */
tern_finding tern_paired_result_finding(const tern_paired_result *result, const tern_child_outcome *outcome);

#endif
