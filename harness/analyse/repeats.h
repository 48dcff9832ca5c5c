/*
 * repeats.h - which runs are of one machine, and which repeat each other, so that their samples are one series.
 */
#ifndef TERN_REPEATS_H
#define TERN_REPEATS_H

#include "base/error.h"
#include "base/stats.h"
#include "record/results.h"

/* Machines of one class are one machine here: times of theirs compare. From 1, in the order of the runs. */
uint32_t tern_repeats_machine(const tern_results *results, uint32_t run);
uint32_t tern_repeats_machines(const tern_results *results);

/*
 * Runs that repeat each other: of one machine, one build and the same settings, with timed cases in common. A build of a modified source is nobody's
 * repetition, since what was modified is not known.
 */
typedef struct tern_repeats {
    uint32_t *first; /* for each run the first that it repeats, or itself */
    bool any;        /* whether any run repeats another */
} tern_repeats;

/* TERN_ENVIRONMENT when memory ran out. Free with tern_repeats_free(), also after an error. */
tern_status tern_repeats_new(tern_repeats *repeats, const tern_results *results, tern_error *error);
void tern_repeats_free(tern_repeats *repeats);

/* A case in runs that repeat each other. All zero: empty. Free ns with free(). */
typedef struct tern_repeated {
    double *ns; /* samples of all runs, in their order */
    size_t samples, capacity, runs;
    tern_estimate median;          /* of all samples; no interval is narrower than what lies between the runs */
    double fastest_ns, slowest_ns; /* medians of single runs */
    tern_estimate roof, ratio;     /* of what was sampled in turns: means over runs, and the widest interval */
    double read_gbps, gmacs;       /* limits: the highest of the runs */
    uint64_t calls, paired;        /* paired: the same for cases that were sampled in turns in all these runs; or 0 */
} tern_repeated;

/*
 * Fills *series, whose memory is used again, with the timed records of a case that repeat r. series->runs is 0 when r is
 * not the first of them.
 */
tern_status tern_repeats_series(const tern_repeats *repeats, tern_repeated *series, const tern_results *results,
                                const tern_record *r, tern_error *error);

/*
 * The same results with one timed record for each series, in its first run; all else as it is. merged is empty before,
 * to be freed with tern_results_free(), also after an error.
 */
tern_status tern_repeats_merge(const tern_repeats *repeats, tern_results *merged, const tern_results *results,
                               tern_error *error);

#endif
