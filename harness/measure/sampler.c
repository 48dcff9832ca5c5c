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
                          tern_timing *timing)
{
    double spent_ns = 0.0, call_ns = first_ns;

    timing->warmup_calls = 1;
    /* Page faults and cold caches make the first call a poor guide, unless it was so long that they do not count. */
    for (uint64_t calls = 1; first_ns < 4.0 * options->warm_up_ns && spent_ns < options->warm_up_ns; calls *= 2) {
        const double elapsed_ns = sampled->time_ns(sampled->context, calls);
        spent_ns += elapsed_ns;
        call_ns = elapsed_ns / (double)calls;
        timing->warmup_calls += calls;
    }
    timing->calls_per_sample = calls_for(options->min_sample_ns, call_ns);
}

double tern_sampler_summarise(tern_timing *timing)
{
    double sorted[TERN_MAX_SAMPLES];

    memcpy(sorted, timing->sample_ns, timing->samples * sizeof *sorted);
    tern_stats_sort(sorted, timing->samples);
    const tern_interval interval = tern_stats_median_interval(sorted, timing->samples);
    timing->median_ns = tern_stats_median(sorted, timing->samples);
    timing->low_ns = interval.low;
    timing->high_ns = interval.high;
    timing->min_ns = sorted[0];
    return tern_stats_half_width(interval, timing->median_ns);
}

static void keep(tern_timing *timing, double sample_ns, double drift)
{
    timing->sample_ns[timing->samples++] = sample_ns / (double)timing->calls_per_sample;
    timing->calls += timing->calls_per_sample;
    timing->disturbance.marked += drift > mark_drift;
    timing->disturbance.clock_drift = fmax(timing->disturbance.clock_drift, drift);
}

void tern_sampler_take(const tern_sampled *sampled, const tern_sampler_options *options, double end_ns,
                       tern_timing *timing)
{
    sampled->drift(sampled->context);
    for (;;) {
        const double sample_ns = sampled->time_ns(sampled->context, timing->calls_per_sample);
        const double drift = sampled->drift(sampled->context);
        const bool in_time = sampled->now_ns(sampled->context) < end_ns;
        const bool recount = in_time && timing->samples == 0 && sample_ns < too_short * options->min_sample_ns;
        const bool repeat =
            in_time && !recount && drift > repeat_drift && timing->disturbance.repeated < options->min_samples;

        sampled->settle(sampled->context, !recount && !repeat);
        if (!recount && !repeat) {
            keep(timing, sample_ns, drift);
            return;
        }
        if (recount)
            timing->calls_per_sample = calls_for(options->min_sample_ns, sample_ns / (double)timing->calls_per_sample);
        timing->disturbance.repeated += repeat;
    }
}
