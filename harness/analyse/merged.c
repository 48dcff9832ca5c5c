#include "analyse/merged.h"

#include "analyse/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The record with the samples of its series. What was sampled in turns in each of its runs still is, round by round. */
static tern_record with_series(const tern_record *r, const tern_repeat_series *s)
{
    tern_record all = *r;
    tern_timing *t = &all.timing;

    t->sample_ns = s->ns;
    t->samples = (uint32_t)s->samples;
    t->median_ns = s->median.median;
    t->low_ns = s->median.low;
    t->high_ns = s->median.high;
    if (s->samples > 0)
        t->min_ns = tern_stats_min(s->ns, s->samples);
    t->calls = s->calls;
    t->runs = (uint32_t)s->runs;
    t->fastest_run_ns = s->fastest_ns;
    t->slowest_run_ns = s->slowest_ns;
    t->roof_read_gbps = s->read_gbps;
    t->roof_gmacs = s->gmacs;
    all.paired = s->paired;
    t->rounds = s->paired == 0 ? 0 : t->samples;
    t->roof_sample = NULL;
    t->roof_paired_median = s->roof.median;
    t->roof_paired_low = s->roof.low;
    t->roof_paired_high = s->roof.high;
    t->ratio_median = s->ratio.median;
    t->ratio_low = s->ratio.low;
    t->ratio_high = s->ratio.high;
    tern_record_conclude(&all);
    return all;
}

/* How much a verdict says: what is wrong outweighs what is right, and both what nothing came of. */
static int weight_of(tern_verdict verdict)
{
    return tern_verdict_is_wrong(verdict) ? 3 : verdict == TERN_EXACT ? 2 : verdict == TERN_UNSUPPORTED ? 1 : 0;
}

/* The record that stands for all of its case. NULL: r is not the first of them. */
static const tern_record *case_that_counts(const tern_repeats *repeats, const tern_results *results,
                                           const tern_record *r)
{
    const tern_record *found = r, *other;
    size_t cursor = 0;

    while ((other = tern_results_find(results, TERN_LINE_CASE, r->id, &cursor)) != NULL) {
        if (!tern_repeats_alike(repeats, other->run, r->run))
            continue;
        if (other < r)
            return NULL;
        const int more = weight_of(other->finding.verdict) - weight_of(found->finding.verdict);
        if (more > 0 || (more == 0 && other->timed && !found->timed))
            found = other;
    }
    return found;
}

static tern_status add_case(tern_results *merged, const tern_repeats *repeats, const tern_results *results,
                            const tern_record *r, tern_repeat_series *s, tern_error *error)
{
    const tern_record *found = case_that_counts(repeats, results, r);

    if (found == NULL)
        return TERN_OK;
    tern_record all = *found;
    if (found->timed) {
        const tern_status status = tern_repeat_series_fill(s, repeats, results, found, error);
        if (status != TERN_OK)
            return status;
        if (s->runs > 1)
            all = with_series(found, s);
    }
    return tern_results_add(merged, TERN_LINE_CASE, &all, error);
}

/* Times of a phase are of its best repetition, so they are those of the run that has it. */
static void take_phase(tern_phase *all, const tern_phase *of_run)
{
    const tern_phase best = of_run->tokens_per_s > all->tokens_per_s ? *of_run : *all;
    double rate[2 * TERN_DECODE_REPETITIONS];
    const uint32_t both = all->rates + of_run->rates,
                   rates = both < TERN_DECODE_REPETITIONS ? both : TERN_DECODE_REPETITIONS;

    memcpy(rate, all->rate, all->rates * sizeof *rate);
    memcpy(rate + all->rates, of_run->rate, of_run->rates * sizeof *rate);
    *all = best;
    all->rates = rates;
    memcpy(all->rate, rate, rates * sizeof *rate);
}

/* What was measured of the machine: the best of both runs, as of cases. */
typedef struct roofs {
    double read_gbps, gmacs;
    char instruction[sizeof((tern_decode_record *)0)->roof_instruction];
} roofs;

static roofs best_roofs(const tern_decode_record *a, const tern_decode_record *b)
{
    roofs best = {.read_gbps = fmax(a->roof_read_gbps, b->roof_read_gbps), .gmacs = fmax(a->roof_gmacs, b->roof_gmacs)};

    memcpy(best.instruction, (a->roof_gmacs < b->roof_gmacs ? b : a)->roof_instruction, sizeof best.instruction);
    return best;
}

static void take_loop(tern_decode_record *all, const tern_decode_record *r)
{
    const tern_phase prefill = all->prefill, decode = all->decode;
    const uint32_t repetitions = all->repetitions + r->repetitions;
    const roofs best = best_roofs(all, r);

    if (r->decode.tokens_per_s > decode.tokens_per_s)
        *all = *r;
    all->prefill = prefill;
    all->decode = decode;
    all->repetitions = repetitions;
    all->roof_read_gbps = best.read_gbps;
    all->roof_gmacs = best.gmacs;
    memcpy(all->roof_instruction, best.instruction, sizeof all->roof_instruction);
    take_phase(&all->prefill, &r->prefill);
    take_phase(&all->decode, &r->decode);
}

/* all is room for one decode run, which is large. */
static tern_status add_loop(tern_results *merged, const tern_repeats *repeats, const tern_results *results,
                            const tern_decode_record *r, tern_decode_record *all, tern_error *error)
{
    const tern_decode_record *other;
    size_t cursor = 0;

    *all = *r;
    while ((other = tern_results_find(results, TERN_LINE_DECODE, r->id, &cursor)) != NULL) {
        if (other == r || !tern_repeats_alike(repeats, other->run, r->run))
            continue;
        if (other < r)
            return TERN_OK;
        if (weight_of(other->finding.verdict) > weight_of(all->finding.verdict) ||
            (other->timed && !all->timed && all->finding.verdict == TERN_EXACT))
            *all = *other;
        else if (other->timed && all->timed)
            take_loop(all, other);
    }
    return tern_results_add(merged, TERN_LINE_DECODE, all, error);
}

static tern_status merge(tern_results *merged, const tern_repeats *repeats, const tern_results *results,
                         tern_error *error)
{
    tern_decode_record *loop = malloc(sizeof *loop);
    tern_repeat_series s = {0};
    tern_status status = TERN_OK;

    if (loop == NULL)
        return tern_error_memory(error, "a decode run", sizeof *loop);
    for (size_t i = 0; i < results->order.count && status == TERN_OK; i++) {
        const tern_line_place at = results->order.item[i];
        if (at.line == TERN_LINE_CASE)
            status = add_case(merged, repeats, results, &results->cases.item[at.index], &s, error);
        else if (at.line == TERN_LINE_DECODE)
            status = add_loop(merged, repeats, results, &results->decodes.item[at.index], loop, error);
        else
            status = tern_results_add(merged, at.line, tern_results_line(results, at), error);
    }
    free(loop);
    free(s.ns);
    return status;
}

tern_status tern_merged_new(tern_merged *merged, const tern_results *results, tern_error *error)
{
    *merged = (tern_merged){.results = results};
    const tern_status status = tern_repeats_new(&merged->repeats, results, error);
    if (status != TERN_OK || !merged->repeats.shared)
        return status;
    merged->results = &merged->own;
    return merge(&merged->own, &merged->repeats, results, error);
}

void tern_merged_free(tern_merged *merged)
{
    tern_repeats_free(&merged->repeats);
    tern_results_free(&merged->own);
    merged->results = NULL;
}
