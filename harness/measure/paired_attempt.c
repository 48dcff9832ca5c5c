#include "measure/paired_attempt.h"

#include "base/text.h"
#include "machine/memory.h"
#include "machine/roof.h"
#include "measure/paired_ratio.h"
#include "measure/roof_arm.h"
#include "measure/rounds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(2 * TERN_PAIRED_MAX + 1 <= TERN_ARMS_MAX, "every case and every roof is a runner");

static const double warm_up_ns = 5e6;
static const double roof_slack = 1.1; /* the memory on its best day over what was measured */

typedef struct track {
    const tern_paired_attempt *attempt;
    const tern_measure_options *options; /* of the first entry */
    tern_fixture fixture;
    tern_clock_drift clock_drift;
    tern_case_arm case_arm[TERN_PAIRED_MAX];
    tern_roof_arm multiplier[TERN_PAIRED_MAX]; /* of each racer */
    bool has_multiplier[TERN_PAIRED_MAX];
    tern_roof_arm reader;
    bool has_reader;
    tern_arm arm[TERN_ARMS_MAX];
    uint32_t arms;
} track;

static const tern_case *problem_of(const track *t)
{
    return t->attempt->member[0]->c;
}

static bool takes_turns(const track *t)
{
    return t->attempt->members > 1 || t->options->with_roofs;
}

static tern_status open_fixture(track *t, tern_error *error)
{
    size_t x_align = 1;

    for (uint32_t i = 0; i < t->attempt->members; i++) {
        const size_t align = t->attempt->member[i]->c->kernel->x_align;
        x_align = align > x_align ? align : x_align;
    }
    return tern_fixture_open(&t->fixture, problem_of(t), x_align, &t->options->pin, error);
}

static tern_status open_case_arms(track *t, tern_paired_result *result)
{
    const uint64_t ring_bytes = takes_turns(t) ? 0 : tern_memory_cold_bytes(t->options->llc_bytes);
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < t->attempt->members && status == TERN_OK; i++) {
        const tern_paired_member *member = t->attempt->member[i];
        t->case_arm[i] = (tern_case_arm){
            .c = member->c,
            .options = &member->options,
            .outcome = &result->outcome[i],
            .active = &result->active,
            .number = i,
            .in_turns = takes_turns(t),
            .clock_drift = &t->clock_drift,
        };
        status = tern_case_arm_open(&t->case_arm[i], &t->fixture, ring_bytes, &result->error);
    }
    return status;
}

/*
 * What the case reads in one sample and the call before it: no more than memory gives in that time, but one copy at
 * least.
 */
static double sample_bytes(const track *t, const tern_case_arm *case_arm)
{
    const double packed_bytes = (double)case_arm->bench.packed_bytes, sample_ns = 1e6 * t->options->min_sample_ms;
    const double most = t->options->roof_read_gbps > 0.0 ? t->options->roof_read_gbps * sample_ns : (double)INFINITY;

    return packed_bytes + fmax(packed_bytes, fmin(packed_bytes * ceil(sample_ns / case_arm->call_ns), most));
}

static double reader_sample_bytes(const track *t)
{
    return t->options->with_roofs && t->options->roof_reader != NULL
               ? t->options->roof_read_gbps * 1e6 * t->options->min_sample_ms
               : 0.0;
}

/*
 * How many of its samples each ring holds. A case may come last in one round and first in a later one: then its own
 * ring and the whole rounds in between are what lies between two uses of a copy, and with a ring of n samples that is
 * (n - 1) rounds and a sample. It must be what a lone case has in its ring. Two samples more are for what is lost to
 * whole numbers and to a guess that is wrong. All rings together take half of the memory at most.
 */
static double samples_in_ring(const track *t)
{
    double round_bytes = reader_sample_bytes(t);

    for (uint32_t i = 0; i < t->attempt->members; i++)
        round_bytes += t->case_arm[i].ready ? sample_bytes(t, &t->case_arm[i]) : 0.0;
    const double wanted = (double)tern_memory_cold_bytes(t->options->llc_bytes);
    return fmin(3.0 + wanted / round_bytes, 0.5 * (double)tern_memory_available_bytes() / round_bytes);
}

static tern_status make_rings(track *t, double samples, tern_paired_result *result)
{
    const double most = (double)tern_memory_cold_bytes(t->options->llc_bytes);
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < t->attempt->members && status == TERN_OK; i++) {
        tern_case_arm *case_arm = &t->case_arm[i];
        if (!case_arm->ready)
            continue;
        tern_active_arm_set(&result->active, i);
        status = tern_bench_copy(&case_arm->bench, (uint64_t)fmin(samples * sample_bytes(t, case_arm), most),
                                 &result->error);
    }
    return status;
}

static tern_roof_arm start_roof_arm(track *t, const tern_probe *probe, tern_active_arm *active)
{
    return (tern_roof_arm){.probe = probe, .team = t->fixture.team, .clock_drift = &t->clock_drift, .active = active};
}

static tern_status open_reader(track *t, double samples, tern_paired_result *result)
{
    if (!t->options->with_roofs || t->options->roof_reader == NULL)
        return TERN_OK;
    t->reader = start_roof_arm(t, t->options->roof_reader, &result->active);
    t->has_reader = true;
    return tern_roof_arm_open_reader(&t->reader, t->options->roof_read_ahead_bytes,
                                     (uint64_t)(samples * reader_sample_bytes(t)), &result->error);
}

/* Each case has one of its own, which runs right after it. */
static tern_status open_multiplier(track *t, uint32_t i, tern_paired_result *result)
{
    const tern_probe *probe = t->attempt->member[i]->options.roof_multiplier;

    if (probe == NULL || !t->case_arm[i].ready)
        return TERN_OK;
    t->multiplier[i] = start_roof_arm(t, probe, &result->active);
    t->has_multiplier[i] = true;
    return tern_roof_arm_open_multiplier(&t->multiplier[i], &result->error);
}

/*
 * The roofs: a cold case may be held up by memory, and one that is hot or uses a weight for several tokens by
 * multiply-adds.
 */
static tern_status open_roof_arms(track *t, tern_paired_result *result)
{
    const tern_case *c = problem_of(t);
    const double samples = samples_in_ring(t);
    tern_status status = TERN_OK;

    if (c->cache == TERN_COLD && takes_turns(t) &&
        ((status = make_rings(t, samples, result)) != TERN_OK || (status = open_reader(t, samples, result)) != TERN_OK))
        return status;
    tern_active_arm_set(&result->active, TERN_NO_ARM);
    for (uint32_t i = 0; i < t->attempt->members && t->options->with_roofs && (c->cache == TERN_HOT || c->shape.n > 1);
         i++)
        if ((status = open_multiplier(t, i, result)) != TERN_OK)
            return status;
    return TERN_OK;
}

static tern_sampler_options sampler_options(const track *t)
{
    double budget_s = 0.0;

    for (uint32_t i = 0; i < t->attempt->members; i++)
        budget_s += t->case_arm[i].ready ? t->attempt->member[i]->options.budget_s : 0.0;
    return (tern_sampler_options){
        .warm_up_ns = warm_up_ns,
        .min_sample_ns = 1e6 * t->options->min_sample_ms,
        .min_samples = t->options->min_samples,
        .precision = t->options->precision,
        .budget_ns = 1e9 * budget_s,
    };
}

static void add_roof_arm(track *t, tern_roof_arm *roof_arm, const tern_sampler_options *how, bool follows)
{
    tern_roof_arm_warm_up(roof_arm, how);
    t->arm[t->arms++] = (tern_arm){.sampled = &roof_arm->sampled, .timing = &roof_arm->timing, .follows = follows};
}

static void add_case_arms(track *t, const tern_sampler_options *how)
{
    const tern_sampler_options brief = tern_rounds_brief(how);

    for (uint32_t i = 0; i < t->attempt->members; i++) {
        tern_case_arm *case_arm = &t->case_arm[i];
        const tern_roof_arm *roof_arm = t->has_multiplier[i] ? &t->multiplier[i] : t->has_reader ? &t->reader : NULL;
        if (!case_arm->ready)
            continue;
        tern_case_arm_warm_up(case_arm, how);
        t->arm[t->arms++] = (tern_arm){.sampled = &case_arm->sampled,
                                       .timing = &case_arm->outcome->timing,
                                       .reference = roof_arm == NULL ? NULL : &roof_arm->timing};
        if (t->has_multiplier[i])
            add_roof_arm(t, &t->multiplier[i], &brief, true);
    }
}

/* Calls of a round, with the one that is not timed. */
static uint64_t calls_of_round(const tern_timing *timing)
{
    return timing->calls_per_sample + (timing->calls_per_sample > 1);
}

/*
 * Between two uses of a copy lie the rest of its ring, and what the others read in the rounds that are whole in
 * between.
 */
static void count_reuse(track *t)
{
    uint64_t all = t->has_reader ? t->reader.timing.calls_per_sample * t->reader.block_bytes : 0;

    for (uint32_t i = 0; i < t->attempt->members; i++)
        if (t->case_arm[i].ready)
            all += calls_of_round(&t->case_arm[i].outcome->timing) * t->case_arm[i].outcome->timing.packed_bytes;
    for (uint32_t i = 0; i < t->attempt->members; i++) {
        tern_timing *timing = &t->case_arm[i].outcome->timing;
        const uint64_t calls = calls_of_round(timing);
        if (t->case_arm[i].ready && timing->ring_slots / calls > 1)
            timing->reuse_bytes += (timing->ring_slots / calls - 1) * (all - calls * timing->packed_bytes);
    }
}

/* What was sampled in the same rounds tells more than what was measured once. */
static void compare_with_roofs(track *t, uint32_t i)
{
    const tern_measure_options *options = &t->attempt->member[i]->options;
    const tern_roof_arm *multiplier = &t->multiplier[i];
    tern_timing *timing = &t->case_arm[i].outcome->timing;

    timing->roof_read_gbps = options->roof_read_gbps;
    timing->roof_gmacs = options->roof_gmacs;
    if (options->roof_instruction != NULL)
        tern_text_copy(timing->roof_instruction, sizeof timing->roof_instruction, options->roof_instruction);
    if (t->has_reader) {
        timing->roof_read_gbps = t->reader.units_per_call / t->reader.timing.median_ns;
        tern_paired_ratio_to_roof(timing, (double)timing->packed_bytes, "read", &t->reader);
    }
    if (t->has_multiplier[i]) {
        timing->roof_gmacs = multiplier->units_per_call / multiplier->timing.median_ns;
        tern_paired_ratio_to_roof(timing, (double)timing->macs, multiplier->probe->instruction, multiplier);
    }
    timing->not_cold = problem_of(t)->cache == TERN_COLD && timing->roof_read_gbps > 0.0 &&
                       (double)timing->packed_bytes / timing->median_ns > roof_slack * timing->roof_read_gbps;
}

static void compare_with_baseline(const track *t, tern_timing *timing)
{
    const int32_t baseline = t->attempt->baseline;
    const bool known = baseline >= 0 && t->case_arm[baseline].ready;

    tern_paired_ratio_to_baseline(timing, known ? &t->case_arm[baseline].outcome->timing : NULL);
}

static void go_round(track *t)
{
    const tern_sampler_options how = sampler_options(t);

    add_case_arms(t, &how);
    if (t->arms == 0)
        return;
    if (t->has_reader)
        add_roof_arm(t, &t->reader, &how, false);
    tern_rounds_run(t->arm, t->arms, &how, problem_of(t)->data.seed);
    count_reuse(t);
    for (uint32_t i = 0; i < t->attempt->members; i++) {
        if (!t->case_arm[i].ready)
            continue;
        compare_with_roofs(t, i);
        if (t->case_arm[i].in_turns)
            compare_with_baseline(t, &t->case_arm[i].outcome->timing);
        tern_case_arm_conclude(&t->case_arm[i]);
    }
}

void tern_paired_attempt_run(const tern_paired_attempt *attempt, tern_paired_result *result)
{
    track *t = calloc(1, sizeof *t);

    if (t == NULL) {
        result->status = tern_error_memory(&result->error, "timing", sizeof *t);
        return;
    }
    t->attempt = attempt;
    t->options = &attempt->member[0]->options;
    tern_active_arm_set(&result->active, TERN_NO_ARM);
    if ((result->status = open_fixture(t, &result->error)) == TERN_OK &&
        (result->status = open_case_arms(t, result)) == TERN_OK &&
        (result->status = open_roof_arms(t, result)) == TERN_OK)
        go_round(t);
    for (uint32_t i = 0; i < attempt->members; i++) {
        tern_case_arm_close(&t->case_arm[i]);
        tern_roof_arm_close(&t->multiplier[i]);
    }
    tern_roof_arm_close(&t->reader);
    tern_fixture_close(&t->fixture);
    free(t);
}
