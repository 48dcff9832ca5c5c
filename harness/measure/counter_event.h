/*
 * counter_event.h - one thing that can be counted.
 */
#ifndef TERN_COUNTER_EVENT_H
#define TERN_COUNTER_EVENT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum tern_event_source {
    TERN_EVENT_PMU,      /* the processor's counters */
    TERN_EVENT_SOFTWARE, /* Linux's own, behind the same system call */
    TERN_EVENT_RUSAGE    /* getrusage(), of all threads together */
} tern_event_source;

typedef struct tern_event {
    char name[48];
    tern_event_source source;
    uint32_t type; /* this and config as perf_event_open() takes them */
    uint64_t config, config1, config2;
    bool of_some_cores; /* a PMU of one kind of core counts it, while a thread is there */
    bool in_kernel;     /* happens in the operating system: in user mode alone it would be counted as 0 for ever */
} tern_event;

/* "pmu", "software", "getrusage" */
const char *tern_event_source_name(tern_event_source source);

/* Whether more of it is worse: cache, TLB and branch misses. */
bool tern_event_is_miss(const tern_event *event);

#endif
