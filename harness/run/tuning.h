/*
 * tuning.h - the search for the fastest kernel and toggles of a workload. It decides from samples alone, whoever takes
 * them: three stages, each of which samples its settings in turns.
 *
 *   kernels   each contender with its own toggles; those near the best go on
 *   toggles   of each of those, every toggle alone at the values of its grid; what wins is combined
 *   final     of those that are near the best by now: their own toggles, the best single change, and the combination,
 *             in two processes
 *
 * A kernel's own toggles stay unless another setting is faster by half a percent and clearly so; the combination is
 * taken only where that holds against the best single change, too.
 */
#ifndef TERN_TUNING_H
#define TERN_TUNING_H

#include "measure/paired.h"
#include "record/tried.h"
#include "run/workload.h"

enum { TERN_TUNING_CONTENDERS = 4, TERN_TUNING_ARMS = 64 };

/*
 * Samples the arms, cases of one problem, in so many rounds of a process of its own, as tern_paired_sample() does. The
 * caller frees the samples.
 */
typedef tern_status tern_tuning_sample(void *context, const tern_case *c, uint32_t arms, uint32_t rounds,
                                       uint64_t process, tern_paired_samples *samples, tern_error *error);

/* Is told each setting that was tried. */
typedef tern_status tern_tuning_tell(void *context, const tern_tried *tried, tern_error *error);

typedef struct tern_tuning {
    const tern_workload *workload;
    const tern_workload *part;    /* the same with fewer rows, for all stages but the last */
    double once_ns, part_once_ns; /* a sample of each problem of them, all together; 0: not known, few rounds will do */
    const tern_case *contender;   /* kernels with toggles; the first is the most likely one */
    size_t contenders;            /* 1 to TERN_TUNING_CONTENDERS */
    const char *next;             /* to be said of the next kernel where only one is sampled; NULL: nothing */
    tern_tuning_sample *sample;
    tern_tuning_tell *tell;
    void *context;
} tern_tuning;

/*
 * Gives *best the kernel and toggles; the chosen setting is told last. What a signal ends leaves the best so far.
 * TERN_NOTHING when none of the contenders can be sampled.
 */
tern_status tern_tuning_choose(const tern_tuning *tuning, tern_case *best, tern_tried *chosen, tern_error *error);

#endif
