#include "measure/paired_attempt.h"

#include "base/text.h"
#include "machine/memory.h"
#include "measure/paired_ratio.h"
#include "measure/paired_result.h"
#include "measure/paired_rings.h"
#include "measure/plausible.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double warm_up_ns = 5e6;
static const double roof_slack = 1.1; /* the memory on its best day over what was measured */

static bool takes_turns(const tern_paired_track *t)
{
    return t->attempt->members > 1 || t->options->with_roofs;
}

static tern_status open_fixture(tern_paired_track *t, tern_error *error)
{
    size_t x_align = 1;

    for (uint32_t i = 0; i < t->attempt->members; i++) {
        const size_t align = t->attempt->member[i]->c->kernel->x_align;
        x_align = align > x_align ? align : x_align;
    }
    const tern_status status = tern_fixture_open(&t->fixture, t->attempt->member[0]->c, t->attempt->weights, x_align,
                                                 &t->attempt->layout, &t->options->pin, error);
    t->fixture.brief = t->attempt->brief;
    return status == TERN_OK ? tern_clock_drift_new(&t->clock_drift, t->attempt->member[0]->c->threads, error) : status;
}

/* Lets it read the packed W of one before it, where there is one that is equal. */
static void share_packed(tern_paired_track *t, uint32_t member)
{
    tern_case_arm *own = &t->lane[member].case_arm;

    for (uint32_t i = 0; i < member && tern_paired_is_ready(t, member) && !own->outcome->shares_packed; i++)
        own->outcome->shares_packed =
            tern_paired_is_ready(t, i) && tern_bench_share(&own->bench, &t->lane[i].case_arm.bench);
}

static tern_status open_case_arms(tern_paired_track *t, tern_paired_result *result)
{
    const tern_paired_attempt *attempt = t->attempt;
    const uint64_t ring_bytes = takes_turns(t) ? 0 : tern_memory_cold_bytes(t->options->llc_bytes);
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < attempt->members && status == TERN_OK; i++) {
        t->lane[i].case_arm = (tern_case_arm){
            .c = attempt->member[i]->c,
            .options = &attempt->member[i]->options,
            .outcome = &result->outcome[i],
            .active = &result->active,
            .number = i,
            .clock_drift = &t->clock_drift,
            .brief = attempt->brief,
            .read_only = t->guard + i * TERN_READ_ONLY_GUARDS,
            .series = {.sample_ns = tern_paired_result_samples(attempt, result, i),
                       .capacity = tern_paired_result_capacity(attempt)},
        };
        tern_paired_result_attach(attempt, result, i);
        status = tern_case_arm_open(&t->lane[i].case_arm, &t->fixture, ring_bytes, &result->error);
        if (status == TERN_OK && attempt->brief)
            share_packed(t, i);
    }
    return status;
}

static tern_roof_arm start_roof_arm(tern_paired_track *t, const tern_probe *probe, tern_active_arm *active)
{
    return (tern_roof_arm){.probe = probe, .team = t->fixture.team, .clock_drift = &t->clock_drift, .active = active};
}

static tern_status open_reader(tern_paired_track *t, double samples, tern_paired_result *result)
{
    if (!t->options->with_roofs || t->options->roof_reader == NULL)
        return TERN_OK;
    t->reader = start_roof_arm(t, t->options->roof_reader, &result->active);
    t->has_reader = true;
    return tern_roof_arm_open_reader(&t->reader, t->options->roof_read_ahead_bytes,
                                     (uint64_t)(samples * tern_paired_rings_reader_bytes(t)), &result->error);
}

/* Each case has one of its own, which runs right after it. */
static tern_status open_multiplier(tern_paired_track *t, uint32_t i, tern_paired_result *result)
{
    const tern_probe *probe = t->attempt->member[i]->options.roof_multiplier;

    if (probe == NULL || !tern_paired_is_ready(t, i))
        return TERN_OK;
    t->lane[i].multiplier = start_roof_arm(t, probe, &result->active);
    t->lane[i].has_multiplier = true;
    return tern_roof_arm_open_multiplier(&t->lane[i].multiplier, &result->error);
}

/*
 * The roofs: a cold case may be held up by memory, and one that is hot or uses a weight for several tokens by
 * multiply-adds.
 */
static tern_status open_roof_arms(tern_paired_track *t, tern_paired_result *result)
{
    const tern_case *c = t->attempt->member[0]->c;
    const double samples = tern_paired_rings_samples(t);
    tern_status status = TERN_OK;

    if (c->cache == TERN_COLD && takes_turns(t) &&
        ((status = tern_paired_rings_make(t, samples, result)) != TERN_OK ||
         (status = open_reader(t, samples, result)) != TERN_OK))
        return status;
    tern_active_arm_set(&result->active, TERN_NO_ARM);
    for (uint32_t i = 0; i < t->attempt->members && t->options->with_roofs && (c->cache == TERN_HOT || c->shape.n > 1);
         i++)
        if ((status = open_multiplier(t, i, result)) != TERN_OK)
            return status;
    return TERN_OK;
}

static tern_sampler_options sampler_options(const tern_paired_track *t)
{
    double budget_s = 0.0;

    for (uint32_t i = 0; i < t->attempt->members; i++)
        budget_s += tern_paired_is_ready(t, i) ? t->attempt->member[i]->options.budget_s : 0.0;
    return (tern_sampler_options){
        .warm_up_ns = warm_up_ns,
        .min_sample_ns = 1e6 * t->options->min_sample_ms,
        .min_samples = t->options->min_samples,
        .precision = t->options->precision,
        .budget_ns = 1e9 * budget_s,
    };
}

static void add_roof_arm(tern_paired_track *t, tern_roof_arm *roof_arm, const tern_sampler_options *how, bool follows)
{
    tern_roof_arm_warm_up(roof_arm, how);
    t->arm[t->arms++] = (tern_arm){.sampled = &roof_arm->sampled, .series = &roof_arm->series, .follows = follows};
}

/* Each member has its place in the schedule, whether it is right so far or not. */
static void add_case_arms(tern_paired_track *t, const tern_sampler_options *how)
{
    const tern_sampler_options brief = tern_rounds_brief(how);

    for (uint32_t i = 0; i < t->attempt->members; i++) {
        tern_paired_lane *l = &t->lane[i];
        const tern_roof_arm *roof_arm = l->has_multiplier ? &l->multiplier : t->has_reader ? &t->reader : NULL;
        if (tern_paired_is_ready(t, i))
            tern_case_arm_warm_up(&l->case_arm, how);
        l->case_arm.series.failed = !tern_paired_is_ready(t, i);
        t->arm[t->arms++] = (tern_arm){.sampled = &l->case_arm.sampled,
                                       .series = &l->case_arm.series,
                                       .reference = roof_arm == NULL ? NULL : &roof_arm->series};
        if (l->has_multiplier && !l->case_arm.series.failed)
            add_roof_arm(t, &l->multiplier, &brief, true);
    }
}

/* Calls of a round at least: those of a sample, and one before that is not timed. */
static uint64_t least_calls(const tern_case_arm *case_arm)
{
    return case_arm->series.calls_per_sample + (case_arm->series.calls_per_sample > 1);
}

/* At most: one more within the sample, and those that are looked at behind it, for up to a fifth of its time. */
static uint64_t most_calls(const tern_case_arm *case_arm)
{
    const uint64_t calls = case_arm->series.calls_per_sample;

    return calls + (calls > 1 ? 2 : 0) + (calls + 4) / 5;
}

/*
 * Between two uses of a copy lie the rest of its ring, and what the others read in the rounds that are whole in
 * between.
 */
static void count_reuse(tern_paired_track *t)
{
    uint64_t all = t->has_reader ? t->reader.series.calls_per_sample * t->reader.block_bytes : 0;

    for (uint32_t i = 0; i < t->attempt->members; i++)
        if (tern_paired_is_ready(t, i))
            all += least_calls(&t->lane[i].case_arm) * t->lane[i].case_arm.outcome->timing.packed_bytes;
    for (uint32_t i = 0; i < t->attempt->members; i++) {
        if (!tern_paired_is_ready(t, i))
            continue;
        tern_timing *timing = &t->lane[i].case_arm.outcome->timing;
        const uint64_t rounds = timing->ring_slots / most_calls(&t->lane[i].case_arm);
        const uint64_t own = least_calls(&t->lane[i].case_arm) * timing->packed_bytes;
        if (rounds > 1)
            timing->reuse_bytes += (rounds - 1) * (all - own);
    }
}

/* What was sampled in the same rounds tells more than what was measured once. */
static void compare_with_roofs(const tern_paired_track *t, uint32_t i, double *roof_sample)
{
    const tern_measure_options *options = &t->attempt->member[i]->options;
    const tern_paired_lane *l = &t->lane[i];
    const tern_series *series = &l->case_arm.series;
    tern_timing *timing = &l->case_arm.outcome->timing;

    timing->roof_read_gbps = options->roof_read_gbps;
    timing->roof_gmacs = options->roof_gmacs;
    timing->roof_ipc = options->roof_ipc;
    if (options->roof_instruction != NULL)
        tern_text_copy(timing->roof_instruction, sizeof timing->roof_instruction, options->roof_instruction);
    if (t->has_reader) {
        timing->roof_read_gbps = t->reader.units_per_call / tern_sampler_estimate(&t->reader.series).median;
        tern_paired_ratio_to_roof(timing, series, (double)timing->packed_bytes, "read", &t->reader, roof_sample);
    }
    if (l->has_multiplier) {
        timing->roof_gmacs = l->multiplier.units_per_call / tern_sampler_estimate(&l->multiplier.series).median;
        tern_paired_ratio_to_roof(timing, series, (double)timing->macs, l->multiplier.probe->instruction,
                                  &l->multiplier, roof_sample);
    }
    timing->not_cold = t->attempt->member[0]->c->cache == TERN_COLD && timing->roof_read_gbps > 0.0 &&
                       (double)timing->packed_bytes / timing->median_ns > roof_slack * timing->roof_read_gbps;
}

static void compare_with_baseline(const tern_paired_track *t, uint32_t i)
{
    const int32_t baseline = t->attempt->baseline;
    const bool known = baseline >= 0 && t->lane[baseline].case_arm.outcome->timed;

    tern_paired_ratio_to_baseline(&t->lane[i].case_arm.outcome->timing, &t->lane[i].case_arm.series,
                                  known ? &t->lane[baseline].case_arm.series : NULL);
}

static void conclude(tern_paired_track *t, tern_paired_result *result)
{
    const uint32_t members = t->attempt->members;

    count_reuse(t);
    for (uint32_t i = 0; i < members; i++)
        tern_case_arm_conclude(&t->lane[i].case_arm);
    if (t->attempt->brief)
        return;
    for (uint32_t i = 0; i < members; i++) {
        tern_arm_outcome *outcome = &result->outcome[i];
        if (!outcome->timed)
            continue;
        compare_with_roofs(t, i, tern_paired_result_roof_samples(t->attempt, result, i));
        outcome->timed =
            tern_plausible_check(&t->fixture, &t->attempt->member[i]->options, &outcome->timing, &outcome->finding);
    }
    /* Last, when it is known whether the baseline is right and timed. */
    for (uint32_t i = 0; i < members && takes_turns(t); i++)
        if (result->outcome[i].timed)
            compare_with_baseline(t, i);
}

static bool is_any_ready(const tern_paired_track *t)
{
    bool any = false;

    for (uint32_t i = 0; i < t->attempt->members; i++)
        any = any || tern_paired_is_ready(t, i);
    return any;
}

static tern_status sample(tern_paired_track *t, tern_paired_result *result)
{
    const tern_sampler_options how = sampler_options(t);

    add_case_arms(t, &how);
    if (!is_any_ready(t))
        return TERN_OK;
    if (t->has_reader)
        add_roof_arm(t, &t->reader, &how, false);
    const tern_status status = tern_rounds_run(t->arm, t->arms, &how, &t->attempt->schedule, &result->error);
    if (status == TERN_OK)
        conclude(t, result);
    return status;
}

static tern_status run(tern_paired_track *t, tern_paired_result *result)
{
    const tern_paired_attempt *attempt = t->attempt;
    const size_t arms = 2 * (size_t)attempt->members + 1, guards = (size_t)attempt->members * TERN_READ_ONLY_GUARDS;
    tern_status status;

    t->lane = calloc(attempt->members, sizeof *t->lane);
    t->arm = calloc(arms, sizeof *t->arm);
    t->guard = calloc(guards, sizeof *t->guard);
    if (t->lane == NULL || t->arm == NULL || t->guard == NULL)
        return tern_error_memory(&result->error, "timing in turns", (double)arms * sizeof *t->lane);
    tern_fault_watch(t->guard, guards, &result->fault);
    if (attempt->enter != NULL &&
        (status = attempt->enter(attempt->context, attempt->c, attempt->members, &result->error)) != TERN_OK)
        return status;
    if ((status = open_fixture(t, &result->error)) != TERN_OK || (status = open_case_arms(t, result)) != TERN_OK ||
        (status = open_roof_arms(t, result)) != TERN_OK)
        return status;
    return sample(t, result);
}

/* In the child. */
static void run_and_close(void *argument, void *shared)
{
    const tern_paired_attempt *attempt = argument;
    tern_paired_result *result = shared;
    tern_paired_track t = {.attempt = attempt, .options = &attempt->member[0]->options};

    tern_active_arm_set(&result->active, TERN_NO_ARM);
    result->status = run(&t, result);
    if (result->status == TERN_OK)
        tern_paired_rings_leave(&t);
    for (uint32_t i = 0; i < t.attempt->members && t.lane != NULL; i++) {
        tern_case_arm_close(&t.lane[i].case_arm);
        tern_roof_arm_close(&t.lane[i].multiplier);
    }
    tern_roof_arm_close(&t.reader);
    tern_clock_drift_free(&t.clock_drift);
    tern_fixture_close(&t.fixture);
    free(t.guard);
    free(t.arm);
    free(t.lane);
}

tern_status tern_paired_attempt_run(tern_paired_attempt *attempt, const tern_child_options *child,
                                    tern_paired_result **result, tern_child_outcome *outcome, tern_error *error)
{
    const size_t bytes = tern_paired_result_bytes(attempt);
    tern_child_options together = *child;

    *result = calloc(1, bytes);
    if (*result == NULL)
        return tern_error_memory(error, "timing in turns", (double)bytes);
    together.deadline_s = 0.0;
    together.turn = tern_active_arm_began;
    for (uint32_t i = 0; i < attempt->members; i++) {
        together.deadline_s += attempt->member[i]->deadline_s;
        (*result)->active.deadline_s = fmax((*result)->active.deadline_s, attempt->member[i]->deadline_s);
    }
    const tern_status status = tern_child_run(run_and_close, attempt, *result, bytes, &together, outcome, error);
    tern_paired_result_bound(attempt, *result);
    if (status != TERN_OK || outcome->end != TERN_CHILD_DONE || (*result)->status == TERN_OK)
        return status;
    if (error != NULL)
        *error = (*result)->error;
    return (*result)->status;
}
