/*
 * series.h - the samples that runs which are alike have of one case, or of a phase of one decode run, as one series.
 */
#ifndef TERN_SERIES_H
#define TERN_SERIES_H

#include "analyse/repeats.h"
#include "base/error.h"
#include "base/stats.h"
#include "record/results.h"

#include <stddef.h>

/*
 * The timed records of a case, or of a phase of a decode run, in runs that are alike. All zero: empty. Free ns with
 * free().
 */
typedef struct tern_repeat_series {
    double *ns; /* samples of all runs, in their order */
    size_t samples, capacity, runs;
    tern_estimate median;          /* of all samples; no interval is narrower than what lies between the runs */
    double fastest_ns, slowest_ns; /* medians of single runs */
    tern_estimate roof, ratio;     /* of what was sampled in turns: means over runs, and the widest interval */
    double read_gbps, gmacs;       /* limits: the highest of the runs */
    uint64_t calls, paired;        /* paired: the same for cases that were sampled in turns in all these runs; or 0 */
} tern_repeat_series;

/*
 * Fills *series, whose memory is used again, with the timed records of a case that repeat r. series->runs is 0 when r
 * is not the first of them.
 */
tern_status tern_repeat_series_fill(tern_repeat_series *series, const tern_repeats *repeats,
                                    const tern_results *results, const tern_record *r, tern_error *error);

/* The same of the time of a token: of a phase of a decode run, offsetof(tern_decode_record, prefill) or decode. */
tern_status tern_repeat_series_fill_phase(tern_repeat_series *series, const tern_repeats *repeats,
                                          const tern_results *results, const tern_decode_record *r, size_t phase,
                                          tern_error *error);

#endif
