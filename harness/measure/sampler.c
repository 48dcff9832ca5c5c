#include "measure/sampler.h"

#include "base/stats.h"

#include <math.h>
#include <string.h>

static const double mark_drift = 0.02, repeat_drift = 0.03;

/* A sample this much shorter than wanted means that the calls were counted while something slowed them down. */
static const double too_short = 0.8;

static uint64_t calls_for(double wanted_ns, double call_ns)
{
    return call_ns >= wanted_ns ? 1 : (uint64_t)ceil(wanted_ns / fmax(call_ns, 1e-3));
}

void tern_sampler_warm_up(const tern_sampled *sampled, const tern_sampler_options *options, double first_ns,
                          tern_series *series)
{
    double spent_ns = 0.0, call_ns = first_ns;

    series->warmup_calls = 1;
    /* Page faults and cold caches make the first call a poor guide, unless it was so long that they do not count. */
    for (uint64_t calls = 1; first_ns < 4.0 * options->warm_up_ns && spent_ns < options->warm_up_ns; calls *= 2) {
        const double elapsed_ns = sampled->time_ns(sampled->context, calls);
        spent_ns += elapsed_ns;
        call_ns = fmin(call_ns, elapsed_ns / (double)calls);
        series->warmup_calls += calls;
    }
    series->calls_per_sample = calls_for(options->min_sample_ns, call_ns);
}

static void keep(tern_series *series, double sample_ns, double drift)
{
    series->sample_ns[series->samples++] = sample_ns / (double)series->calls_per_sample;
    series->calls += series->calls_per_sample;
    series->marked += drift > mark_drift;
    series->clock_drift = fmax(series->clock_drift, drift);
}

static double look_at_clock(const tern_sampled *sampled)
{
    return sampled->drift == NULL ? 0.0 : sampled->drift(sampled->context);
}

void tern_sampler_take(const tern_sampled *sampled, const tern_sampler_options *options, double end_ns,
                       tern_series *series)
{
    look_at_clock(sampled);
    while (!series->failed) {
        const double sample_ns = sampled->time_ns(sampled->context, series->calls_per_sample);
        const double drift = look_at_clock(sampled);
        const bool in_time = sampled->now_ns(sampled->context) < end_ns;
        const bool recount = in_time && series->samples == 0 && sample_ns < too_short * options->min_sample_ns;
        const bool repeat = in_time && !recount && drift > repeat_drift && series->repeated < options->min_samples;
        const bool kept = !recount && !repeat;

        series->failed = sampled->settle != NULL && !sampled->settle(sampled->context, kept);
        if (kept && !series->failed) {
            keep(series, sample_ns, drift);
            return;
        }
        if (recount)
            series->calls_per_sample = calls_for(options->min_sample_ns, sample_ns / (double)series->calls_per_sample);
        series->repeated += repeat;
    }
}

tern_estimate tern_sampler_estimate(const tern_series *series)
{
    double sorted[TERN_MAX_SAMPLES];
    const uint32_t count = series->samples < TERN_MAX_SAMPLES ? series->samples : TERN_MAX_SAMPLES;

    memcpy(sorted, series->sample_ns, count * sizeof *sorted);
    tern_stats_sort(sorted, count);
    const tern_interval interval = tern_stats_median_interval(sorted, count);
    return (tern_estimate){tern_stats_median(sorted, count), interval.low, interval.high};
}
