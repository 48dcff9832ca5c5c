/*
 * heat.h - one attempt at a race, in the child process.
 */
#ifndef TERN_PAIRED_ATTEMPT_H
#define TERN_PAIRED_ATTEMPT_H

#include "measure/case_arm.h"
#include "measure/paired.h"

/* Who takes part. */
typedef struct tern_paired_attempt {
    const tern_paired_member *member[TERN_PAIRED_MAX];
    uint32_t members;
    int32_t baseline; /* index into entry, or -1 */
} tern_paired_attempt;

/* What comes of it: plain data, in memory that is shared with the parent. */
typedef struct tern_paired_result {
    tern_active_arm active;
    tern_status status; /* TERN_ENVIRONMENT: the machine failed, error says how */
    tern_error error;
    tern_arm_outcome outcome[]; /* of each entry */
} tern_paired_result;

void tern_paired_attempt_run(const tern_paired_attempt *attempt, tern_paired_result *result);

#endif
