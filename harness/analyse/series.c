#include "analyse/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static bool take_samples(tern_repeat_series *s, const double *ns, size_t count)
{
    if (s->samples + count > s->capacity) {
        double *larger = realloc(s->ns, 2 * (s->samples + count) * sizeof *larger);
        if (larger == NULL)
            return false;
        s->ns = larger;
        s->capacity = 2 * (s->samples + count);
    }
    if (count > 0)
        memcpy(s->ns + s->samples, ns, count * sizeof *s->ns);
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

static void take_median(tern_repeat_series *s, double median_ns)
{
    s->fastest_ns = s->runs == 0 ? median_ns : fmin(s->fastest_ns, median_ns);
    s->slowest_ns = fmax(s->slowest_ns, median_ns);
    s->runs++;
}

static void take_figures(tern_repeat_series *s, const tern_record *r)
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
    take_median(s, t->median_ns);
}

static tern_status conclude(tern_repeat_series *s, tern_error *error)
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

static tern_status no_memory(const tern_repeat_series *s, tern_error *error)
{
    return tern_error_memory(error, "samples of repeated runs", (double)s->samples * sizeof *s->ns);
}

static bool same_figures(const double *a, size_t a_count, const double *b, size_t b_count)
{
    return a_count == b_count && a_count > 0 && memcmp(a, b, a_count * sizeof *a) == 0;
}

/* Whether an earlier record of the series has the same samples: one file was given twice, or with a copy of it. */
static bool is_copy(const tern_repeats *repeats, const tern_results *results, const tern_record *r)
{
    const tern_timing *t = &r->timing;
    const tern_record *other;
    size_t cursor = 0;

    while (t->sample_ns != NULL && (other = tern_results_find(results, TERN_LINE_CASE, r->id, &cursor)) != NULL &&
           other < r)
        if (other->timed && other->timing.sample_ns != NULL && tern_repeats_alike(repeats, other->run, r->run) &&
            same_figures(other->timing.sample_ns, other->timing.samples, t->sample_ns, t->samples))
            return true;
    return false;
}

static const tern_phase *phase_of(const tern_decode_record *r, size_t phase)
{
    return (const tern_phase *)(const void *)((const char *)r + phase);
}

/* The same of a phase of a decode run, by its rates. */
static bool is_copy_of_loop(const tern_repeats *repeats, const tern_results *results, const tern_decode_record *r,
                            size_t phase)
{
    const tern_phase *p = phase_of(r, phase);
    const tern_decode_record *other;
    size_t cursor = 0;

    while ((other = tern_results_find(results, TERN_LINE_DECODE, r->id, &cursor)) != NULL && other < r)
        if (other->timed && tern_repeats_alike(repeats, other->run, r->run) &&
            same_figures(phase_of(other, phase)->rate, phase_of(other, phase)->rates, p->rate, p->rates))
            return true;
    return false;
}

tern_status tern_repeat_series_fill(tern_repeat_series *series, const tern_repeats *repeats,
                                    const tern_results *results, const tern_record *r, tern_error *error)
{
    tern_repeat_series *s = series;
    const tern_record *other;
    size_t cursor = 0;

    *s = (tern_repeat_series){.ns = s->ns, .capacity = s->capacity};
    while ((other = tern_results_find(results, TERN_LINE_CASE, r->id, &cursor)) != NULL) {
        if (!other->timed || !tern_repeats_alike(repeats, other->run, r->run))
            continue;
        if (other < r) /* the first in its file is the first here */
            return TERN_OK;
        if (is_copy(repeats, results, other))
            continue;
        if (!take_samples(s, other->timing.sample_ns, other->timing.sample_ns == NULL ? 0 : other->timing.samples))
            return no_memory(s, error);
        take_figures(s, other);
    }
    return conclude(s, error);
}

tern_status tern_repeat_series_fill_phase(tern_repeat_series *series, const tern_repeats *repeats,
                                          const tern_results *results, const tern_decode_record *r, size_t phase,
                                          tern_error *error)
{
    tern_repeat_series *s = series;
    const tern_decode_record *other;
    size_t cursor = 0;

    *s = (tern_repeat_series){.ns = s->ns, .capacity = s->capacity};
    while ((other = tern_results_find(results, TERN_LINE_DECODE, r->id, &cursor)) != NULL) {
        const tern_phase *p = phase_of(other, phase);
        double ns[TERN_DECODE_REPETITIONS];
        if (!other->timed || p->rates == 0 || !tern_repeats_alike(repeats, other->run, r->run))
            continue;
        if (other < r)
            return TERN_OK;
        if (is_copy_of_loop(repeats, results, other, phase))
            continue;
        for (uint32_t i = 0; i < p->rates; i++)
            ns[i] = 1e9 / p->rate[i];
        if (!take_samples(s, ns, p->rates))
            return no_memory(s, error);
        tern_stats_sort(ns, p->rates);
        take_median(s, tern_stats_median(ns, p->rates));
    }
    return conclude(s, error);
}
