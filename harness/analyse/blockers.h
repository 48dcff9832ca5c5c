/*
 * blockers.h - what stands in the way, by rules: each looks at records and says what it sees, and what to do about it.
 * A cause is given only where a record shows it, and a benefit only where it was measured.
 */
#ifndef TERN_BLOCKERS_H
#define TERN_BLOCKERS_H

#include "base/error.h"
#include "base/stats.h"
#include "record/results.h"

#include <stdbool.h>

typedef enum tern_blocker_severity {
    TERN_BLOCKER_CRITICAL, /* something is wrong */
    TERN_BLOCKER_HIGH,     /* something that was asked for is missed */
    TERN_BLOCKER_MEDIUM,   /* speed is lost, or may be */
    TERN_BLOCKER_LOW       /* a warning, which blocks nothing: a figure is worth less than it looks */
} tern_blocker_severity;

/* "critical", "high", "medium", "low" */
const char *tern_blocker_severity_name(tern_blocker_severity severity);

typedef struct tern_blocker {
    tern_blocker_severity severity;
    char symptom[384], impact[192];
    char cause[256];       /* "": not known */
    char fix[1100];        /* a command, or what to change; may be empty */
    tern_estimate benefit; /* times as fast, as an ablation measured it; NaN: not measured */
} tern_blocker;

typedef struct tern_blockers {
    tern_blocker *item; /* the most severe first */
    size_t count, capacity;
    size_t warnings; /* the last ones, which are no blockers */
} tern_blockers;

/* TERN_ENVIRONMENT when memory ran out. Free with tern_blockers_free(). */
tern_status tern_blockers_find(tern_blockers *blockers, const tern_results *results, tern_error *error);
void tern_blockers_free(tern_blockers *blockers);

#endif
