/*
 * loops.h - records of the decode loop made by hand, whose limits are known.
 */
#ifndef TERN_TESTS_LOOPS_H
#define TERN_TESTS_LOOPS_H

#include "cases.h"
#include "record/decode_rates.h"

enum { MB = 1000000 };

/* A run on a machine whose last-level cache has so many bytes. */
static inline void add_run_with_cache(tern_results *results, uint64_t llc_bytes)
{
    const tern_run run = {.cases = 1, .cpus_allowed = 1, .commit = "abc", .host = "host", .llc_bytes = llc_bytes};

    assert_int_equal(tern_results_add(results, TERN_LINE_RUN, &run, NULL), TERN_OK);
}

/*
 * Two layers of 25 MB each and nothing else, of which memory would allow 200 steps a second and multiply-adds 10 times
 * as many. As older versions wrote it: what bandwidth there is for 50 MB is not known.
 */
static inline void add_loop_at(tern_results *results, double tokens_per_s, double roof_step_gbps)
{
    static tern_decode_record r;

    r = (tern_decode_record){.timed = true,
                             .model = "small",
                             .kernel = "fast",
                             .layers = 2,
                             .measured_layers = 2,
                             .threads = 1,
                             .context = 8,
                             .sequences = 1,
                             .new_tokens = 1,
                             .steps = 1,
                             .packed_bytes = 50 * MB,
                             .ternary_weights = 50 * MB,
                             .roof_read_gbps = 10.0,
                             .roof_gmacs = 100.0,
                             .roof_instruction = "vpdpbusd",
                             .roof_step_gbps = roof_step_gbps,
                             .step_bytes = roof_step_gbps > 0.0 ? 50 * MB : 0};
    r.decode = (tern_phase){.tokens = 1, .total_ms = 1e3 / tokens_per_s, .parts = TERN_DECODE_PARTS};
    r.decode.part_ms[TERN_DECODE_GEMM] = r.decode.total_ms;
    r.step_ms[0] = r.decode.total_ms;
    r.kv_ratio_measured = r.allocations = (double)NAN;
    tern_decode_conclude(&r);
    assert_int_equal(tern_results_add(results, TERN_LINE_DECODE, &r, NULL), TERN_OK);
}

#endif
