/*
 * record.h - what is known of one case: the only thing that passes from measuring to everything after it.
 *
 * A record owns its arrays: each is NULL or as long as its count says. Free them with tern_record_free(). A file of
 * records is JSON Lines: a fingerprint, one line a case, a closing line.
 */
#ifndef TERN_RECORD_H
#define TERN_RECORD_H

#include "record/problem_key.h"
#include "record/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERN_RECORD_SCHEMA 1

enum { TERN_MAX_SAMPLES = 512, TERN_MAX_FACTS = 16, TERN_MAX_COUNTERS = 32, TERN_ID_BYTES = 512 };

/* Why sampling ended. */
typedef enum tern_stop { TERN_STOP_NONE, TERN_STOP_PRECISE, TERN_STOP_BUDGET, TERN_STOP_SAMPLES } tern_stop;
extern const char *const tern_stop_names[]; /* "none", "precise", "budget", "samples"; ends with NULL */

/* What disturbed the samples. Counts cover the kept samples only. */
typedef struct tern_disturbance {
    double clock_drift;  /* largest relative change of the clock canary over a kept sample */
    uint32_t marked;     /* kept samples whose canary drifted by more than 2 % */
    uint32_t repeated;   /* samples thrown away and taken again */
    double steal_share;  /* CPU time taken by the hypervisor / wall time of all CPUs in use */
    double run_delay_ns; /* time runnable but waiting for a CPU, sum over threads */
    uint64_t involuntary_switches;
    uint64_t major_faults, minor_faults;
} tern_disturbance;

/* One counter over the whole of the counted calls, per call. */
typedef struct tern_counter {
    char name[48];
    char source[16]; /* "pmu", "software", "getrusage", "step" */
    char reason[96]; /* why there is no value; empty when there is one */
    double per_call;
    double running; /* share of the time that it was scheduled, 0..1 */
} tern_counter;

/* What a call costs in instructions, counted on a part of the case. */
typedef struct tern_instructions {
    double per_mac;      /* of the case's own shape; 0 = not counted */
    char counted_on[64]; /* the part: "64x4096x1", one thread */
    char reason[96];     /* why there is no value; "" when there is one, or nobody asked */
} tern_instructions;

/* All times are of one call unless they say otherwise. */
typedef struct tern_timing {
    uint32_t samples;
    uint64_t calls_per_sample;
    double *sample_ns;                 /* per call, in the order taken */
    double median_ns, low_ns, high_ns; /* low..high: 95 % order-statistic interval; low = high = NaN below 6 samples */
    double min_ns;
    tern_stop stop;
    double overhead_share; /* cost of taking a sample / length of a sample */
    uint64_t warmup_calls, calls;

    uint64_t macs;          /* M*K*N */
    uint64_t packed_bytes;  /* as packed, real */
    uint64_t traffic_bytes; /* packed W + X + Y */
    uint64_t scratch_bytes;
    uint64_t ring_bytes; /* cold: all copies of W; hot: one */
    uint32_t ring_slots;
    uint64_t reuse_bytes;  /* cold: read between two uses of a copy, at least: its ring, and what paired cases read */
    double pack_ns;        /* to pack W once, the shortest of several; 0 = not known */
    uint32_t pack_threads; /* that shared it */

    /* Roofs measured in the same run with the same threads; 0 = not measured. */
    double roof_read_gbps;
    double roof_gmacs;
    char roof_instruction[24]; /* which multiply-add gave roof_gmacs */
    double intensity;          /* multiply-adds a byte of traffic */
    double
        roof_share; /* of the roof that is nearer; NaN when none was measured. A hot case has the compute roof only. */
    bool not_cold;  /* cold, but faster than the read roof allows */
    double clock_ghz; /* of the CPUs in use, right after samples: mean; 0 = not measured */
    double roof_ipc;  /* independent additions a cycle and thread: the most that instructions reach; 0 = not measured */
    tern_instructions instructions;

    /*
     * Of paired cases, those of one problem sampled in turns, and the roofs with them. Sample i of every case, and of
     * the roof that is nearer, is of round i. Reading counts packed W alone, since X and Y stay in cache.
     */
    uint32_t rounds;      /* 0: timed alone, and what follows is not filled */
    char roof_paired[24]; /* the nearer roof: "read", or the instruction; "" when none was sampled */
    double *roof_sample;  /* rounds of them; 1e9 bytes or multiply-adds a second */
    double roof_paired_median, roof_paired_low, roof_paired_high; /* share of that roof: of the ratios of all rounds */
    double ratio_median, ratio_low, ratio_high; /* times as fast as the baseline, likewise; NaN when it was not there */

    uint32_t threads;
    int32_t *cpu;        /* where thread i < threads was seen running; -1 = not pinned */
    double *busy_ns;     /* of thread i < threads: time inside the kernel's stages, per call */
    double prepare_ns;   /* of it, in the kernel's prepare stage: the slowest thread */
    double run_ns;       /* and in its run stage */
    double fork_join_ns; /* an empty call of the same team */

    tern_disturbance disturbance;
    uint32_t counters;
    tern_counter *counter;

    /* Where it stands for runs that repeat each other, see analyse/repeats.h; 0: for one. Not written. */
    uint32_t runs;
    double fastest_run_ns, slowest_run_ns; /* medians of single runs */
} tern_timing;

typedef struct tern_record_fact {
    char name[32];
    char unit[16];
    double value;
} tern_record_fact;

typedef struct tern_record {
    uint32_t run;           /* its run in a tern_results; not written */
    char id[TERN_ID_BYTES]; /* runs again with `ternbench repro ID` */
    char suite[64];
    char group[64];
    char kernel[64];
    char pick_reason[256]; /* why `auto` took this kernel; "" when the suite names it */
    char toggles[256]; /* "prefetch=0,unroll=1": only those that differ from the kernel's own choice; may be empty */
    tern_problem_key problem;
    char isa[64];           /* what the kernel needs, portable: nothing */
    double bits_per_weight; /* as the kernel declares; in a timed record, as W was really packed */
    double p0_measured;     /* share of zeros of the W that was used */
    uint64_t paired; /* when its sampling in turns began, in ns since 1970, equal in all paired with it; 0 = alone */

    tern_finding finding;
    bool timed; /* timing is filled */
    tern_timing timing;
    uint32_t facts;
    tern_record_fact *fact;
} tern_record;

/* Frees the arrays; the record has none then. */
void tern_record_free(tern_record *record);

/* Fills intensity, roof_share and the real bits_per_weight from what was measured. */
void tern_record_conclude(tern_record *record);

/* GMAC/s and GB/s (1e9) of the median; 0 when the record is not timed. GB/s counts traffic_bytes. */
double tern_record_gmacs(const tern_record *record);
double tern_record_gbps(const tern_record *record);

/* GB/s of int8 W that packing took in, by all threads together; 0 when it is not known. */
double tern_record_pack_gbps(const tern_record *record);

#endif
