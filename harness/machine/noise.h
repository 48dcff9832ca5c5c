/*
 * noise.h - what about this machine, at this moment, could spoil figures. warnings.h judges it.
 */
#ifndef TERN_NOISE_H
#define TERN_NOISE_H

#include "machine/topology.h"
#include "record/run.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known before anything is timed. NaN and "" where the machine does not tell. */
typedef struct tern_noise {
    const tern_run *run; /* governor, load, quota, huge pages, ...: as tern_run_describe() found them */
    uint32_t threads;    /* the most that a case uses */
    uint32_t cpus;       /* CPUs they are pinned to, or allowed ones when they are not pinned */
    uint32_t nodes, threads_per_core;
    uint32_t kinds;             /* of core, among those CPUs */
    const char *told_by;        /* as in tern_topology */
    uint64_t ring_wanted_bytes; /* what a cold case should have; 0 when there is none */
    uint64_t ring_bytes;        /* what memory allows of it */
    double steal_share;         /* of the time that CPUs were wanted since boot, taken by the hypervisor */
    double pressure_share;      /* of the last 10 s: some task waited for a CPU (PSI) */
    double others_running;      /* tasks beside this one that run or wait for a CPU now, as most of a few looks find */
    double throttled_share;     /* of the control group's periods: it was stopped for its quota */
    bool numa_balancing;
    bool turbo; /* the clock may rise above its nominal rate */
    char clock_source[32];
} tern_noise;

/* Of the last 10 s: some task waited for a CPU. NaN: the system does not tell. */
double tern_noise_pressure_share(void);

/*
 * Fills noise from /proc and /sys. threads and cpus as above; cold says whether a case is cold. run and topology must
 * be filled; run must outlive noise.
 */
void tern_noise_read(tern_noise *noise, const tern_run *run, const tern_topology *topology, uint32_t threads,
                     uint32_t cpus, bool cold);

#endif
