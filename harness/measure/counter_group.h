/*
 * counter_group.h - up to four events that are counted together, in every thread of the process.
 *
 * The events of a group run at the same time, so that their ratios hold. The system calls come through a table: a
 * test brings its own.
 */
#ifndef TERN_COUNTER_GROUP_H
#define TERN_COUNTER_GROUP_H

#include "measure/counter_event.h"
#include "plan/case.h"

#include <stddef.h>
#include <sys/types.h>

struct perf_event_attr;

enum { TERN_GROUP_EVENTS = 4 };

/* As the system calls of that name; errno tells why they failed. */
typedef struct tern_perf_calls {
    int (*open)(struct perf_event_attr *attr, pid_t thread, int cpu, int leader, unsigned long flags);
    ssize_t (*read)(int file, void *buffer, size_t bytes);
    int (*ioctl)(int file, unsigned long request, unsigned long argument);
    int (*close)(int file);
} tern_perf_calls;

extern const tern_perf_calls tern_perf_system;

/* What one event of a group counted, over all threads. */
typedef struct tern_count {
    double value;    /* scaled up to the whole time when it ran a part of it; NaN when there is none */
    double running;  /* share of the time that it ran, of the thread where that was least */
    char reason[96]; /* why there is no value */
} tern_count;

typedef struct tern_counter_group {
    const tern_perf_calls *calls;
    uint32_t events, threads;
    bool of_some_cores;                 /* the events: threads that were never there count nothing */
    uint32_t opened;                    /* events */
    int (*file)[TERN_GROUP_EVENTS];     /* in each thread, of the events that opened, the leader first */
    uint32_t slot[TERN_GROUP_EVENTS];   /* event i of those given is the slot[i]th that opened */
    char reason[TERN_GROUP_EVENTS][96]; /* why event i did not open; empty when it did */
} tern_counter_group;

/*
 * Opens the events in the threads named. An event that cannot be opened in all of them has its reason; the others go
 * on without it. Close with tern_counter_group_close().
 */
void tern_counter_group_open(tern_counter_group *group, const tern_perf_calls *calls, const tern_event *event,
                             uint32_t events, const pid_t *thread, uint32_t threads);
void tern_counter_group_close(tern_counter_group *group);

void tern_counter_group_start(const tern_counter_group *group);

/* Stops the counters and fills count[i] for event i. */
void tern_counter_group_stop(const tern_counter_group *group, tern_count count[TERN_GROUP_EVENTS]);

/* A sentence for an errno of perf_event_open(): whose fault, what to do. Below 96 bytes. Returns text. */
char *tern_perf_reason(int code, char *text, size_t bytes);

#endif
