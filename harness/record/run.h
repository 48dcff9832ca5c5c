/*
 * run.h - what is known of a whole run: the first line of a file of records, and its closing line.
 */
#ifndef TERN_RUN_H
#define TERN_RUN_H

#include "record/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* TERN_SHARDS_MAX: parts of a plan, at most. */
enum { TERN_RUN_WARNINGS = 16, TERN_SHARDS_MAX = 100000 };

/*
 * How times are taken, as a number. It is raised when a change of the harness moves figures, so that those before and
 * after are not compared; a change that leaves them where they were keeps it.
 */
enum { TERN_METHOD = 1 };

/* The fingerprint. Text that could not be found out is empty, a number 0. */
typedef struct tern_run {
    char time[32]; /* UTC, ISO 8601 */
    char host[64];
    char command[4096]; /* as a shell takes it */
    char version[32];
    char commit[48]; /* of the source it was built from; "unknown" outside a git checkout */
    bool dirty;
    char build_type[32];
    char compiler[96];
    char flags[256];

    char cpu[96];
    char microcode[24];
    char os_kernel[96];
    char hypervisor[32];
    char isa[128];     /* what the processor offers */
    char isa_cap[48];  /* what --isa, and the environment, allowed */
    char topology[64]; /* who told of cores, caches and memory nodes; of another machine, if so */
    uint32_t cpus_online, cpus_allowed;
    double cpu_quota; /* CPUs' worth of time that the cgroup allows; 0 = no limit */
    uint64_t memory_bytes, llc_bytes;
    char governor[32];
    char huge_pages[32];
    bool aslr;
    double load;                 /* one minute, at the start */
    char openmp[256];            /* OMP_, GOMP_ and KMP_ variables that are set */
    char machine_class[384];     /* what may be compared over time, as machine/machine_class.h lists it */
    char machine_class_hash[20]; /* of that text, in hexadecimal */
    uint32_t method;             /* TERN_METHOD of what wrote it; 0: from before there was one */

    uint32_t cases;         /* planned, of its shard */
    char plan[17];          /* the hash of the whole plan of which this run is a shard; "" = it is no shard */
    uint32_t plan_cases;    /* of the whole plan */
    uint32_t shard, shards; /* the I-th of N, from 1 */
    char job[64];           /* of a batch system, "slurm 123_4"; "" = none */
    char node[64];          /* as the batch system calls it */
    uint32_t restarts;      /* how often it had begun this job before */
    char baseline[64];      /* the kernel that others are compared with in tables; may be empty */
    char settings[256];     /* of the measurement: "budget=1,min_samples=15,pin=compact,..." */
    char plugins[512];      /* those loaded, "FILE=HASH", separated by blanks */
    char repro[512];        /* the command that takes a case id: plug-ins and cap included */
    char left_out[512];
    uint32_t warnings;
    char warning[TERN_RUN_WARNINGS][256];
} tern_run;

/* The closing line. A file without one was cut off. */
typedef struct tern_run_end {
    uint32_t run;     /* its run in a tern_results; not written */
    bool went_on;     /* more of its run follows; not written */
    bool complete;    /* every planned case has its record */
    char reason[256]; /* why not: "interrupted by signal 2", "time budget" */
    uint32_t done, exact, wrong, skipped;
    uint32_t restarts; /* as in tern_run, of the part that ended here */
    int32_t status;    /* exit status */
    double seconds;
} tern_run_end;

/* Counts a result. False, and nothing is counted, where the verdict says nothing, and it has to be done again. */
bool tern_run_end_count(tern_run_end *end, tern_verdict verdict);

/*
 * What keeps the records of two runs from being those of one: "another commit (abc, now def)"; text is empty when there
 * is nothing. What a file of an earlier version does not say is no difference. Returns text.
 */
char *tern_run_difference(const tern_run *earlier, const tern_run *now, char *text, size_t bytes);

/* Begins the warning of a run that went on with the file of another one, whose records it need not make again. */
#define TERN_RUN_TOOK_UP "the file is gone on with as another run"

/* Whether it did, or may have: warnings that were too many are not kept. */
bool tern_run_took_up(const tern_run *run);

/* What is to be typed before the id of a case to run it again; also where a file does not say. */
const char *tern_run_repro(const tern_run *run);

/* What keeps kernels out, to stand before or behind "instructions": "this processor lacks". Returns text. */
char *tern_run_excluder(const tern_run *run, char *text, size_t bytes);

/* Fills all that can be read without measuring. command is the command line. */
void tern_run_describe(tern_run *run, const char *command);

#endif
