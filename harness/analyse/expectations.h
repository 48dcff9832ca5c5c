/*
 * expectations.h - what somebody claims that an optimisation gives, read from a text file, beside what records show.
 *
 * A file has a section for each claim:
 *
 *     [vectors]
 *     claimed = 4 8          ; times as fast
 *     measure = kernels      ; or threads, toggle, cache, decode
 *     kernel  = ^avx2$       ; of kernels: the fastest of these ...
 *     over    = ^scalar$     ; ... over the fastest of these, problem by problem
 *
 * threads compares the most with the fewest threads, case by case; toggle (with `toggle = NAME`) is what an ablation
 * loses without it; cache and decode are of the decode loop. cache is with its KV cache over without: what `ablate
 * decode` loses without it or, where there is no such ablation, what `decode --compare-cache` found; decode is over its
 * baseline. Claims are never multiplied with each other.
 */
#ifndef TERN_EXPECTATIONS_H
#define TERN_EXPECTATIONS_H

#include "base/error.h"
#include "base/ini.h"
#include "base/stats.h"
#include "record/results.h"

enum { TERN_EXPECTATIONS = 32 };

typedef enum tern_expected_measure {
    TERN_EXPECTED_KERNELS,
    TERN_EXPECTED_THREADS,
    TERN_EXPECTED_TOGGLE,
    TERN_EXPECTED_CACHE,
    TERN_EXPECTED_DECODE,
    TERN_EXPECTED_MEASURES
} tern_expected_measure;

typedef struct tern_expectation {
    char name[TERN_INI_NAME_BYTES];
    double low, high; /* claimed: times as fast */
    tern_expected_measure measure;
    char kernel[128], over[128]; /* regular expressions */
    char toggle[64];
} tern_expectation;

typedef struct tern_expectations {
    tern_expectation item[TERN_EXPECTATIONS];
    size_t count;
} tern_expectations;

/* TERN_USAGE: the file cannot be read, or what stands in it makes no sense; the sentence says where. */
tern_status tern_expectations_read(tern_expectations *expectations, const char *path, tern_error *error);

typedef enum tern_expected_status {
    TERN_EXPECTED_UNMEASURED,
    TERN_EXPECTED_INVALID,   /* a variant that it is about is wrong: it has no speed */
    TERN_EXPECTED_NO_EFFECT, /* the interval holds 1 */
    TERN_EXPECTED_SLOWER,    /* below 1 */
    TERN_EXPECTED_BELOW,     /* better than nothing, and less than what was claimed */
    TERN_EXPECTED_UNDECIDED, /* the interval holds 1 and reaches what was claimed: it shows neither */
    TERN_EXPECTED_WITHIN,
    TERN_EXPECTED_ABOVE,
    TERN_EXPECTED_STATUSES
} tern_expected_status;

/* "not measured", "INVALID", "no effect", "slower", "below", "undecided", "as claimed", "above" */
const char *tern_expected_status_name(tern_expected_status status);

typedef struct tern_expected_outcome {
    tern_expected_status status;
    tern_estimate ratio; /* over all comparisons: the geometric mean with its 95 % interval; of one, its own */
    size_t comparisons;
    double share;      /* of the lower end of the claim; NaN: not measured */
    const char *wrong; /* the id of a variant that is wrong; points into the results; NULL: none */
} tern_expected_outcome;

/* TERN_ENVIRONMENT when memory ran out, TERN_USAGE when a regular expression is none. */
tern_status tern_expectation_measure(const tern_expectation *expectation, const tern_results *results,
                                     tern_expected_outcome *outcome, tern_error *error);

#endif
