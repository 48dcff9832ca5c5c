/*
 * measure_options.h - how a case is timed.
 */
#ifndef TERN_MEASURE_OPTIONS_H
#define TERN_MEASURE_OPTIONS_H

#include "machine/pin.h"
#include "machine/probe.h"
#include "measure/counters.h"

#include <stdbool.h>

typedef struct tern_measure_options {
    double min_sample_ms; /* a sample is one call, or as many as take this long */
    uint32_t min_samples; /* 15 */
    double precision;     /* stop when the interval's half-width is below this share of the median: 0.01 */
    double budget_s;      /* stop sampling after this long, with at least one sample */
    tern_pin pin;
    uint64_t llc_bytes;    /* last-level cache that the ring of a cold case must exceed fourfold; 0 = not known */
    double roof_read_gbps; /* measured for the same threads; 0 = not known */
    double roof_gmacs;
    const char *roof_instruction;
    double roof_ipc; /* additions a cycle and thread; 0 = not known */
    bool with_roofs; /* sample the roofs in turns with the case, by these probes */
    const tern_probe *roof_reader;
    uint32_t roof_read_ahead_bytes;
    const tern_probe *roof_multiplier;
    double (*peak_gmacs)(tern_team *team); /* measures the machine's peak again: tern_roof_peak_now(), or NULL */
    const tern_counters *counters;         /* counted after the samples; NULL = none */
} tern_measure_options;

#endif
