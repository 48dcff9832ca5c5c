#include "measure/heat.h"

#include "base/text.h"
#include "measure/memory.h"
#include "measure/pacer.h"
#include "measure/roof.h"
#include "measure/rounds.h"
#include "measure/standing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(2 * TERN_RACE_MAX + 1 <= TERN_RUNNERS_MAX, "every case and every roof is a runner");

static const double warm_up_ns = 5e6;
static const double roof_slack = 1.1; /* the memory on its best day over what was measured */

typedef struct track {
    const tern_heat *heat;
    const tern_measure_options *options; /* of the first entry */
    tern_setting setting;
    tern_canary canary;
    tern_racer racer[TERN_RACE_MAX];
    tern_pacer multiplier[TERN_RACE_MAX]; /* of each racer */
    bool has_multiplier[TERN_RACE_MAX];
    tern_pacer reader;
    bool has_reader;
    tern_runner runner[TERN_RUNNERS_MAX];
    uint32_t runners;
} track;

static const tern_case *problem_of(const track *t)
{
    return t->heat->entry[0]->c;
}

static bool takes_turns(const track *t)
{
    return t->heat->entries > 1 || t->options->pace;
}

static tern_status open_setting(track *t, tern_error *error)
{
    size_t x_align = 1;

    for (uint32_t i = 0; i < t->heat->entries; i++) {
        const size_t align = t->heat->entry[i]->c->kernel->x_align;
        x_align = align > x_align ? align : x_align;
    }
    return tern_setting_open(&t->setting, problem_of(t), x_align, &t->options->pin, error);
}

static tern_status open_racers(track *t, tern_heat_result *result)
{
    const uint64_t ring_bytes = takes_turns(t) ? 0 : tern_ring_wanted_bytes(t->options->llc_bytes);
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < t->heat->entries && status == TERN_OK; i++) {
        const tern_entry *entry = t->heat->entry[i];
        t->racer[i] = (tern_racer){
            .c = entry->c,
            .options = &entry->options,
            .trial = &result->trial[i],
            .turn = &result->turn,
            .number = i,
            .in_turns = takes_turns(t),
            .canary = &t->canary,
        };
        status = tern_racer_open(&t->racer[i], &t->setting, ring_bytes, &result->error);
    }
    return status;
}

/*
 * What the case reads in one sample and the call before it: no more than memory gives in that time, but one copy at
 * least.
 */
static double sample_bytes(const track *t, const tern_racer *racer)
{
    const double packed_bytes = (double)racer->bench.packed_bytes, sample_ns = 1e6 * t->options->min_sample_ms;
    const double most = t->options->roof_read_gbps > 0.0 ? t->options->roof_read_gbps * sample_ns : (double)INFINITY;

    return packed_bytes + fmax(packed_bytes, fmin(packed_bytes * ceil(sample_ns / racer->call_ns), most));
}

static double reader_sample_bytes(const track *t)
{
    return t->options->pace && t->options->roof_reader != NULL
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

    for (uint32_t i = 0; i < t->heat->entries; i++)
        round_bytes += t->racer[i].ready ? sample_bytes(t, &t->racer[i]) : 0.0;
    const double wanted = (double)tern_ring_wanted_bytes(t->options->llc_bytes);
    return fmin(3.0 + wanted / round_bytes, 0.5 * (double)tern_memory_available_bytes() / round_bytes);
}

static tern_status make_rings(track *t, double samples, tern_heat_result *result)
{
    const double most = (double)tern_ring_wanted_bytes(t->options->llc_bytes);
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < t->heat->entries && status == TERN_OK; i++) {
        tern_racer *racer = &t->racer[i];
        if (!racer->ready)
            continue;
        tern_turn_begin(&result->turn, i);
        status = tern_bench_copy(&racer->bench, (uint64_t)fmin(samples * sample_bytes(t, racer), most), &result->error);
    }
    return status;
}

static tern_pacer start_pacer(track *t, const tern_probe *probe, tern_turn *turn)
{
    return (tern_pacer){.probe = probe, .team = t->setting.team, .canary = &t->canary, .turn = turn};
}

static tern_status open_reader(track *t, double samples, tern_heat_result *result)
{
    if (!t->options->pace || t->options->roof_reader == NULL)
        return TERN_OK;
    t->reader = start_pacer(t, t->options->roof_reader, &result->turn);
    t->has_reader = true;
    return tern_pacer_open_reader(&t->reader, t->options->roof_read_ahead_bytes,
                                  (uint64_t)(samples * reader_sample_bytes(t)), &result->error);
}

/* Each case has one of its own, which runs right after it. */
static tern_status open_multiplier(track *t, uint32_t i, tern_heat_result *result)
{
    const tern_probe *probe = t->heat->entry[i]->options.roof_multiplier;

    if (probe == NULL || !t->racer[i].ready)
        return TERN_OK;
    t->multiplier[i] = start_pacer(t, probe, &result->turn);
    t->has_multiplier[i] = true;
    return tern_pacer_open_multiplier(&t->multiplier[i], &result->error);
}

/*
 * The roofs: a cold case may be held up by memory, and one that is hot or uses a weight for several tokens by
 * multiply-adds.
 */
static tern_status open_pacers(track *t, tern_heat_result *result)
{
    const tern_case *c = problem_of(t);
    const double samples = samples_in_ring(t);
    tern_status status = TERN_OK;

    if (c->cache == TERN_COLD && takes_turns(t) &&
        ((status = make_rings(t, samples, result)) != TERN_OK || (status = open_reader(t, samples, result)) != TERN_OK))
        return status;
    tern_turn_begin(&result->turn, TERN_NOBODY);
    for (uint32_t i = 0; i < t->heat->entries && t->options->pace && (c->cache == TERN_HOT || c->shape.n > 1); i++)
        if ((status = open_multiplier(t, i, result)) != TERN_OK)
            return status;
    return TERN_OK;
}

static tern_sampler_options sampler_options(const track *t)
{
    double budget_s = 0.0;

    for (uint32_t i = 0; i < t->heat->entries; i++)
        budget_s += t->racer[i].ready ? t->heat->entry[i]->options.budget_s : 0.0;
    return (tern_sampler_options){
        .warm_up_ns = warm_up_ns,
        .min_sample_ns = 1e6 * t->options->min_sample_ms,
        .min_samples = t->options->min_samples,
        .precision = t->options->precision,
        .budget_ns = 1e9 * budget_s,
    };
}

static void add_pacer(track *t, tern_pacer *pacer, const tern_sampler_options *how, bool follows)
{
    tern_pacer_warm_up(pacer, how);
    t->runner[t->runners++] = (tern_runner){.sampled = &pacer->sampled, .timing = &pacer->timing, .follows = follows};
}

static void add_racers(track *t, const tern_sampler_options *how)
{
    const tern_sampler_options brief = tern_rounds_brief(how);

    for (uint32_t i = 0; i < t->heat->entries; i++) {
        tern_racer *racer = &t->racer[i];
        const tern_pacer *pacer = t->has_multiplier[i] ? &t->multiplier[i] : t->has_reader ? &t->reader : NULL;
        if (!racer->ready)
            continue;
        tern_racer_warm_up(racer, how);
        t->runner[t->runners++] = (tern_runner){.sampled = &racer->sampled,
                                                .timing = &racer->trial->timing,
                                                .reference = pacer == NULL ? NULL : &pacer->timing};
        if (t->has_multiplier[i])
            add_pacer(t, &t->multiplier[i], &brief, true);
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

    for (uint32_t i = 0; i < t->heat->entries; i++)
        if (t->racer[i].ready)
            all += calls_of_round(&t->racer[i].trial->timing) * t->racer[i].trial->timing.packed_bytes;
    for (uint32_t i = 0; i < t->heat->entries; i++) {
        tern_timing *timing = &t->racer[i].trial->timing;
        const uint64_t calls = calls_of_round(timing);
        if (t->racer[i].ready && timing->ring_slots / calls > 1)
            timing->reuse_bytes += (timing->ring_slots / calls - 1) * (all - calls * timing->packed_bytes);
    }
}

/* What was sampled in the same rounds tells more than what was measured once. */
static void compare_with_roofs(track *t, uint32_t i)
{
    const tern_measure_options *options = &t->heat->entry[i]->options;
    const tern_pacer *multiplier = &t->multiplier[i];
    tern_timing *timing = &t->racer[i].trial->timing;

    timing->roof_read_gbps = options->roof_read_gbps;
    timing->roof_gmacs = options->roof_gmacs;
    if (options->roof_instruction != NULL)
        tern_text_copy(timing->roof_instruction, sizeof timing->roof_instruction, options->roof_instruction);
    if (t->has_reader) {
        timing->roof_read_gbps = t->reader.units_per_call / t->reader.timing.median_ns;
        tern_standing_against_roof(timing, (double)timing->packed_bytes, "read", &t->reader);
    }
    if (t->has_multiplier[i]) {
        timing->roof_gmacs = multiplier->units_per_call / multiplier->timing.median_ns;
        tern_standing_against_roof(timing, (double)timing->macs, multiplier->probe->instruction, multiplier);
    }
    timing->not_cold = problem_of(t)->cache == TERN_COLD && timing->roof_read_gbps > 0.0 &&
                       (double)timing->packed_bytes / timing->median_ns > roof_slack * timing->roof_read_gbps;
}

static void compare_with_baseline(const track *t, tern_timing *timing)
{
    const int32_t baseline = t->heat->baseline;
    const bool known = baseline >= 0 && t->racer[baseline].ready;

    tern_standing_against_baseline(timing, known ? &t->racer[baseline].trial->timing : NULL);
}

static void go_round(track *t)
{
    const tern_sampler_options how = sampler_options(t);

    add_racers(t, &how);
    if (t->runners == 0)
        return;
    if (t->has_reader)
        add_pacer(t, &t->reader, &how, false);
    tern_rounds_run(t->runner, t->runners, &how, problem_of(t)->data.seed);
    count_reuse(t);
    for (uint32_t i = 0; i < t->heat->entries; i++) {
        if (!t->racer[i].ready)
            continue;
        compare_with_roofs(t, i);
        if (t->racer[i].in_turns)
            compare_with_baseline(t, &t->racer[i].trial->timing);
        tern_racer_conclude(&t->racer[i]);
    }
}

void tern_heat_run(const tern_heat *heat, tern_heat_result *result)
{
    track *t = calloc(1, sizeof *t);

    if (t == NULL) {
        result->status = tern_error_memory(&result->error, "timing", sizeof *t);
        return;
    }
    t->heat = heat;
    t->options = &heat->entry[0]->options;
    tern_turn_begin(&result->turn, TERN_NOBODY);
    if ((result->status = open_setting(t, &result->error)) == TERN_OK &&
        (result->status = open_racers(t, result)) == TERN_OK && (result->status = open_pacers(t, result)) == TERN_OK)
        go_round(t);
    for (uint32_t i = 0; i < heat->entries; i++) {
        tern_racer_close(&t->racer[i]);
        tern_pacer_close(&t->multiplier[i]);
    }
    tern_pacer_close(&t->reader);
    tern_setting_close(&t->setting);
    free(t);
}
