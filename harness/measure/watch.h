/*
 * watch.h - what disturbed the threads while samples were taken, from the kernel's own accounts.
 *
 * Looking costs tens of microseconds and happens between samples.
 */
#ifndef TERN_WATCH_H
#define TERN_WATCH_H

#include "plan/case.h"
#include "record/record.h"

/* What the accounts say at one moment. NaN where there is no such account. */
typedef struct tern_reading {
    double at_ns;
    double steal_ns;     /* CPUs in use: time that the hypervisor gave to others (/proc/stat) */
    double run_delay_ns; /* all threads: ready, but waiting for a CPU (schedstat) */
    uint64_t involuntary_switches, major_faults, minor_faults;
} tern_reading;

typedef struct tern_watch {
    int stat;
    char *text; /* room for what it says */
    size_t text_bytes;
    int *task; /* files */
    uint32_t tasks;
    uint32_t cpus;
    const int32_t *cpu; /* cpus of them; cpus = 0: all of the machine */
    tern_reading last;
    double wall_ns, steal_ns; /* kept so far */
} tern_watch;

/*
 * Begins to watch all threads that the process has now, and those CPUs (none: all), whose list must outlive the watch.
 * What cannot be opened is not watched, and its figure will be NaN. Close with tern_watch_close().
 */
void tern_watch_open(tern_watch *watch, const int32_t *cpu, uint32_t cpus);
void tern_watch_close(tern_watch *watch);

/* Adds what happened since the last look to sum, or, when sum is NULL, forgets it. */
void tern_watch_look(tern_watch *watch, tern_disturbance *sum);

/*
 * Sum of the steal column of a /proc/stat over the CPUs named, or of its first line, in clock ticks; NaN when a CPU
 * is not there.
 */
double tern_watch_steal_ticks(const char *stat, const int32_t *cpu, uint32_t cpus);

#endif
