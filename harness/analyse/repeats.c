#include "analyse/repeats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static bool same_machine(const tern_results *results, uint32_t a, uint32_t b)
{
    return strcmp(results->runs.item[a].machine_class, results->runs.item[b].machine_class) == 0;
}

static uint32_t first_of_machine(const tern_results *results, uint32_t run)
{
    uint32_t first = 0;

    while (!same_machine(results, first, run))
        first++;
    return first;
}

uint32_t tern_repeats_machine(const tern_results *results, uint32_t run)
{
    const uint32_t first = first_of_machine(results, run);
    uint32_t number = 1;

    for (uint32_t i = 0; i < first; i++)
        number += first_of_machine(results, i) == i;
    return number;
}

uint32_t tern_repeats_machines(const tern_results *results)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < results->runs.count; i++)
        count += first_of_machine(results, i) == i;
    return count;
}

static bool is_repeated(const tern_results *results, uint32_t earlier, uint32_t run)
{
    const tern_run *a = &results->runs.item[earlier], *b = &results->runs.item[run];
    char text[64];

    return same_machine(results, earlier, run) && !a->dirty && !b->dirty &&
           tern_run_difference(a, b, text, sizeof text)[0] == '\0' &&
           tern_run_difference(b, a, text, sizeof text)[0] == '\0';
}

/* Whether both timed one case at least. */
static bool have_in_common(const tern_results *results, uint32_t earlier, uint32_t run)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i], *other;
        size_t cursor = 0;
        if (r->run != run || !r->timed)
            continue;
        while ((other = tern_results_find(results, TERN_LINE_CASE, r->id, &cursor)) != NULL)
            if (other->run == earlier && other->timed)
                return true;
    }
    return false;
}

tern_status tern_repeats_new(tern_repeats *repeats, const tern_results *results, tern_error *error)
{
    const uint32_t runs = (uint32_t)results->runs.count;

    *repeats = (tern_repeats){.first = calloc(runs + 1, sizeof *repeats->first)};
    if (repeats->first == NULL)
        return tern_error_memory(error, "runs", (double)runs * sizeof *repeats->first);
    for (uint32_t i = 0; i < runs; i++) {
        uint32_t j = 0;
        while (j < i && !(is_repeated(results, j, i) && have_in_common(results, j, i)))
            j++;
        repeats->first[i] = j < i ? repeats->first[j] : i;
        repeats->any |= j < i;
    }
    return TERN_OK;
}

void tern_repeats_free(tern_repeats *repeats)
{
    free(repeats->first);
    *repeats = (tern_repeats){0};
}

static bool take_samples(tern_repeated *s, const tern_timing *t)
{
    const size_t count = t->sample_ns == NULL ? 0 : t->samples;

    if (s->samples + count > s->capacity) {
        double *larger = realloc(s->ns, 2 * (s->samples + count) * sizeof *larger);
        if (larger == NULL)
            return false;
        s->ns = larger;
        s->capacity = 2 * (s->samples + count);
    }
    if (count > 0)
        memcpy(s->ns + s->samples, t->sample_ns, count * sizeof *s->ns);
    s->samples += count;
    return true;
}

/* The mean of the first `runs` estimates becomes that of one more. */
static void widen(tern_estimate *all, double median, double low, double high, size_t runs)
{
    all->median += (median - all->median) / (double)(runs + 1);
    all->low = runs == 0 ? low : fmin(all->low, low);
    all->high = runs == 0 ? high : fmax(all->high, high);
}

static void take_figures(tern_repeated *s, const tern_record *r)
{
    const tern_timing *t = &r->timing;
    const uint64_t both[2] = {s->paired, r->paired};

    widen(&s->roof, t->roof_paired_median, t->roof_paired_low, t->roof_paired_high, s->runs);
    widen(&s->ratio, t->ratio_median, t->ratio_low, t->ratio_high, s->runs);
    s->read_gbps = fmax(s->read_gbps, t->roof_read_gbps);
    s->gmacs = fmax(s->gmacs, t->roof_gmacs);
    s->calls += t->calls;
    if (r->paired == 0 || t->rounds != t->samples)
        s->paired = 0;
    else if (s->runs == 0 || s->paired != 0)
        s->paired = XXH3_64bits(both, sizeof both);
    s->fastest_ns = s->runs == 0 ? t->median_ns : fmin(s->fastest_ns, t->median_ns);
    s->slowest_ns = fmax(s->slowest_ns, t->median_ns);
    s->runs++;
}

static tern_status conclude(tern_repeated *s, tern_error *error)
{
    double *sorted = malloc((s->samples + 1) * sizeof *sorted);

    if (sorted == NULL)
        return tern_error_memory(error, "samples of repeated runs", (double)(s->samples * sizeof *sorted));
    s->median = (tern_estimate){s->fastest_ns, s->fastest_ns, s->slowest_ns};
    if (s->samples > 0) {
        memcpy(sorted, s->ns, s->samples * sizeof *sorted);
        tern_stats_sort(sorted, s->samples);
        const tern_interval interval = tern_stats_median_interval(sorted, s->samples);
        s->median = (tern_estimate){tern_stats_median(sorted, s->samples), fmin(interval.low, s->fastest_ns),
                                    fmax(interval.high, s->slowest_ns)};
    }
    free(sorted);
    return TERN_OK;
}

tern_status tern_repeats_series(const tern_repeats *repeats, tern_repeated *series, const tern_results *results,
                                const tern_record *r, tern_error *error)
{
    tern_repeated *s = series;
    const tern_record *other;
    size_t cursor = 0;

    *s = (tern_repeated){.ns = s->ns, .capacity = s->capacity};
    while ((other = tern_results_find(results, TERN_LINE_CASE, r->id, &cursor)) != NULL) {
        if (!other->timed || repeats->first[other->run] != repeats->first[r->run])
            continue;
        if (other < r) /* the first in its file is the first here */
            return TERN_OK;
        if (!take_samples(s, &other->timing))
            return tern_error_memory(error, "samples of repeated runs", (double)s->samples * sizeof *s->ns);
        take_figures(s, other);
    }
    return conclude(s, error);
}

/* The record with the samples of its series. What was sampled in turns in each of its runs still is, round by round. */
static tern_record with_series(const tern_record *r, const tern_repeated *s)
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

static tern_status add_case(const tern_repeats *repeats, tern_results *merged, const tern_results *results,
                            const tern_record *r, tern_repeated *s, tern_error *error)
{
    tern_record all = *r;

    if (r->timed) {
        const tern_status status = tern_repeats_series(repeats, s, results, r, error);
        if (status != TERN_OK || s->runs == 0)
            return status;
        if (s->runs > 1)
            all = with_series(r, s);
    }
    return tern_results_add(merged, TERN_LINE_CASE, &all, error);
}

tern_status tern_repeats_merge(const tern_repeats *repeats, tern_results *merged, const tern_results *results,
                               tern_error *error)
{
    tern_repeated s = {0};
    tern_status status = TERN_OK;

    for (size_t i = 0; i < results->order.count && status == TERN_OK; i++) {
        const tern_line_place at = results->order.item[i];
        if (at.line == TERN_LINE_CASE)
            status = add_case(repeats, merged, results, &results->cases.item[at.index], &s, error);
        else
            status = tern_results_add(merged, at.line, tern_results_line(results, at), error);
    }
    free(s.ns);
    return status;
}
