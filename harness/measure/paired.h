/*
 * paired.h - cases of one problem timed in turns, in one child process, so that what is said of one against the other,
 * or against a roof, is a median over rounds.
 *
 * tern_paired_run() fills records, with roofs and everything else that a record holds. tern_paired_sample() returns raw
 * times of short samples and nothing else: it is what comparisons of kernels with themselves are made of (gate,
 * ablation, bisect).
 */
#ifndef TERN_PAIRED_H
#define TERN_PAIRED_H

#include "base/child.h"
#include "measure/case_weights.h"
#include "measure/paired_member.h"
#include "measure/ring_stock.h"
#include "measure/schedule.h"

/*
 * Times cases of the same shape, data, threads and cache state that are known to be EXACT, any number of them, each
 * once a round in random order. baseline is the member that the others are compared with, or -1. A case that crashes or
 * hangs goes on alone, and the others are timed again without it: its end is no finding of theirs. So does one with
 * threads of its own, when it has several: they would wait on the CPUs of the others. The copies of W of all cases, and
 * what the roof reads, take half of the available memory at most; when that leaves each less than
 * tern_memory_cold_bytes(), reuse_bytes of the timing tells what was read between two uses of a copy. child's own
 * deadline is not used. Fails only when the machine fails (TERN_ENVIRONMENT).
 */
tern_status tern_paired_run(const tern_paired_member *member, uint32_t members, int32_t baseline,
                            const tern_child_options *child, tern_error *error);

typedef struct tern_paired_request {
    const tern_case *c; /* arms cases of the same shape, data, threads and cache state; kernels may be of any plug-in */
    uint32_t arms;      /* >= 1 */
    /* schedule.rounds must be set: exactly so many rounds, or room for them. The seed draws order and layout. */
    tern_schedule schedule;
    double min_sample_ms; /* a sample is one call, or as many as take this long: from 0.1 on */
    double budget_s;      /* of all arms together, for TERN_UNTIL_BUDGET */
    tern_pin pin;
    uint64_t llc_bytes;       /* as in tern_measure_options */
    double roof_read_gbps;    /* for rings that are no larger than they must be; 0 = not known */
    double deadline_s;        /* of one turn of one arm: a sample and what belongs to it */
    tern_paired_enter *enter; /* or NULL */
    void *context;
    tern_ring_stock *stock; /* of cold cases with one thread; NULL: every process makes its own copies of packed W */
    const tern_case_weights *weights; /* those of the cases; NULL: every process makes its own */
} tern_paired_request;

/* What came of one arm. */
typedef struct tern_paired_arm {
    tern_finding finding;      /* EXACT, or why there are no samples */
    uint64_t calls_per_sample; /* 1 where a call takes longer than min_sample_ms */
    uint32_t visits;           /* samples a round: see tern_schedule_visits() */
    uint32_t samples;          /* visits * rounds, or 0 */
    double *ns;                /* time of a call, of each sample: ns[round * visits + visit], in the order taken */
    uint64_t packed_bytes;
    bool shares_packed;           /* its packed W is that of an arm before it: they are equal byte by byte */
    tern_disturbance disturbance; /* over all rounds, all arms */
} tern_paired_arm;

typedef struct tern_paired_samples {
    tern_paired_arm *arm; /* arms of them */
    uint32_t arms, rounds;
    double *ns; /* what the arms' ns point into */
} tern_paired_samples;

/*
 * Samples the arms in one child process, each checked while it is timed (case_arm.h). There is one untimed call before
 * each sample; where a call is longer than half a millisecond, a nap gives the sample a fresh time slice. Packed W, X
 * and Y begin at offsets into their pages that are drawn by the seed, once for all arms. Arms whose packed W is equal
 * read the same one. An arm that is wrong, or crashes, says so in its finding; after a crash nobody has samples. One
 * with several threads of its own is UNSUPPORTED. Free with tern_paired_samples_free(), whatever is returned. Fails
 * only when the machine fails or `enter` does.
 */
tern_status tern_paired_sample(const tern_paired_request *request, const tern_child_options *child,
                               tern_paired_samples *samples, tern_error *error);
void tern_paired_samples_free(tern_paired_samples *samples);

#endif
