/*
 * cases.h - results made by hand, for tests of what is drawn from them.
 */
#ifndef TERN_TESTS_CASES_H
#define TERN_TESTS_CASES_H

#include "record/results.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A timed, EXACT case of 64 x 64 x 1 with a median and no samples; change what the test is about, then add it. */
static inline tern_record make_case(const char *kernel, double ns)
{
    tern_record r = {
        .problem = {.m = 64,
                    .k = 64,
                    .n = 1,
                    .w = "random",
                    .x = "random",
                    .p0 = 0.5,
                    .seed = 1,
                    .threads = 1,
                    .cache = "hot"},
        .isa = "avx2",
        .bits_per_weight = 2.0,
        .timed = true,
        .timing = {.median_ns = ns,
                   .low_ns = ns,
                   .high_ns = ns,
                   .min_ns = ns,
                   .macs = 64 * 64,
                   .packed_bytes = 1024,
                   .traffic_bytes = 1344,
                   .roof_share = (double)NAN,
                   .intensity = 3.0},
    };

    snprintf(r.kernel, sizeof r.kernel, "%s", kernel);
    snprintf(r.id, sizeof r.id, "%s/64x64x1", kernel);
    return r;
}

static inline void add_run(tern_results *results, const char *host, const char *baseline)
{
    tern_run run = {.cases = 1, .cpus_allowed = 1, .commit = "abc"};

    snprintf(run.host, sizeof run.host, "%s", host);
    snprintf(run.baseline, sizeof run.baseline, "%s", baseline);
    assert_int_equal(tern_results_add(results, TERN_LINE_RUN, &run, NULL), TERN_OK);
}

static inline void add_made(tern_results *results, tern_record record)
{
    assert_int_equal(tern_results_add(results, TERN_LINE_CASE, &record, NULL), TERN_OK);
}

static inline void add_case(tern_results *results, const char *kernel, double ns)
{
    add_made(results, make_case(kernel, ns));
}

/* A run of a machine class and a commit, with a case that all such runs have in common. */
static inline tern_run *add_build(tern_results *results, const char *machine, const char *commit)
{
    add_run(results, "host", "slow");
    tern_run *run = &results->runs.item[results->runs.count - 1];
    snprintf(run->machine_class, sizeof run->machine_class, "%s", machine);
    snprintf(run->commit, sizeof run->commit, "%s", commit);
    add_case(results, "in-all", 1.0);
    return run;
}

#endif
