/*
 * heat.h - one attempt at a race, in the child process.
 */
#ifndef TERN_HEAT_H
#define TERN_HEAT_H

#include "measure/race.h"
#include "measure/racer.h"

/* Who takes part. */
typedef struct tern_heat {
    const tern_entry *entry[TERN_RACE_MAX];
    uint32_t entries;
    int32_t baseline; /* index into entry, or -1 */
} tern_heat;

/* What comes of it: plain data, in memory that is shared with the parent. */
typedef struct tern_heat_result {
    tern_turn turn;
    tern_status status; /* TERN_ENVIRONMENT: the machine failed, error says how */
    tern_error error;
    tern_trial trial[]; /* of each entry */
} tern_heat_result;

void tern_heat_run(const tern_heat *heat, tern_heat_result *result);

#endif
