/*
 * measure.h - times one case that is known to be EXACT.
 */
#ifndef TERN_MEASURE_H
#define TERN_MEASURE_H

#include "base/child.h"
#include "machine/pin.h"
#include "machine/probe.h"
#include "measure/counters.h"
#include "record/record.h"

#include <stdbool.h>

typedef struct tern_measure_options {
    double min_sample_ms; /* 5 */
    uint32_t min_samples; /* 15 */
    double precision;     /* stop when the interval's half-width is below this share of the median: 0.01 */
    double budget_s;      /* stop sampling after this long, with at least one sample */
    tern_pin pin;
    uint64_t llc_bytes;    /* last-level cache that the ring of a cold case must exceed fourfold; 0 = not known */
    double roof_read_gbps; /* measured for the same threads; 0 = not known */
    double roof_gmacs;
    const char *roof_instruction;
    bool with_roofs; /* sample the roofs in turns with the case, by these probes */
    const tern_probe *roof_reader;
    uint32_t roof_read_ahead_bytes;
    const tern_probe *roof_multiplier;
    const tern_counters *counters; /* counted after the samples; NULL = none */
} tern_measure_options;

/*
 * Makes the data, packs it (a ring of copies when the case is cold), warms up and samples in a child process. Y is
 * compared again after timing: when it is wrong, finding becomes MISMATCH or NONDETERMINISTIC and the record is not
 * timed. Fills facts (at most TERN_MAX_FACTS) and p0_measured of the record beside finding, timed and timing. Fails
 * only when the machine fails (TERN_ENVIRONMENT).
 */
tern_status tern_measure_case(const tern_case *c, const tern_measure_options *options, const tern_child_options *child,
                              tern_record *record, tern_error *error);

#endif
