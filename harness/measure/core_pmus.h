/*
 * core_pmus.h - the counters of cores of several kinds: each kind has its own (perf_event_open(2) calls them a PMU),
 * and what one counts, the others do not see.
 */
#ifndef TERN_CORE_PMUS_H
#define TERN_CORE_PMUS_H

#include <stdint.h>

enum { TERN_CORE_PMUS_MAX = 4 };

typedef struct tern_core_pmu {
    char name[24]; /* "cpu_core", "cpu_atom": as Linux names it */
    uint32_t type; /* as perf_event_open() takes it */
} tern_core_pmu;

/* count = 0: all cores have the same counters. */
typedef struct tern_core_pmus {
    uint32_t count;
    tern_core_pmu pmu[TERN_CORE_PMUS_MAX]; /* by name */
} tern_core_pmus;

/* Reads the folder, which is /sys/bus/event_source/devices unless a test brings its own. */
void tern_core_pmus_read(tern_core_pmus *pmus, const char *folder);

#endif
