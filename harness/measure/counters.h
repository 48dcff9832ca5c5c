/*
 * counters.h - which events are counted for a case, in which passes, and the figures that follow from them.
 *
 * Events of the processor are counted in passes of one group each, never multiplexed by us; every pass calls the
 * kernel as often as one sample does. `instructions`, when it is wanted, is part of every pass, so that misses a
 * kilo-instruction have both their numbers from the same pass.
 */
#ifndef TERN_COUNTERS_H
#define TERN_COUNTERS_H

#include "measure/core_pmus.h"
#include "measure/counter_group.h"
#include "record/record.h"

enum { TERN_EVENTS_MAX = 14 };

/* Below this share of the time, a count is a guess: marked in reports, and no gate looks at it. */
#define TERN_RUNNING_ENOUGH 0.95

typedef struct tern_counters {
    uint32_t events;
    tern_event event[TERN_EVENTS_MAX];
    tern_core_pmus pmus; /* where there are several, the usual events are counted by each: "cycles:cpu_atom" */
    bool step;           /* count the instructions of one call by single-stepping: step.h */
    bool work;           /* and those of a part of it, which any case has the time for: instructions.h */
} tern_counters;

/* Whether there is anything to count. */
bool tern_counters_any(const tern_counters *counters);

/*
 * Reads "cycles,instructions,LLC-misses": names of events, of presets ("default", "cache", "branch"), "step" or "work".
 * What is named twice counts once. TERN_USAGE: no such event, or too many.
 */
tern_status tern_counters_parse(tern_counters *counters, const char *text, tern_error *error);

/* Calls the kernel that often. */
typedef void tern_counted_fn(void *context, uint64_t calls);

/*
 * Runs the passes in the threads that the process has, and appends to timing->counter: every event, with its value
 * per call or the reason why there is none; then ipc, NAME.mpki and bytes_per_cycle (of timing->traffic_bytes) as far
 * as their events were counted in one pass.
 */
void tern_counters_take(const tern_counters *counters, const tern_perf_calls *calls, tern_counted_fn *run,
                        void *context, tern_timing *timing);

#endif
