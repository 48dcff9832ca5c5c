#include "measure/rounds.h"

#include "base/stats.h"

#include <xxhash.h>

/* Half of the width of what is to be known, as a share of it. */
static double half_width(const tern_arm *arm)
{
    const double own = tern_sampler_summarise(arm->timing);
    double ratios[TERN_MAX_SAMPLES];

    if (arm->reference == NULL)
        return own;
    const tern_estimate ratio =
        tern_stats_ratio(arm->timing->sample_ns, arm->reference->sample_ns, arm->timing->samples, ratios);
    return tern_stats_half_width((tern_interval){ratio.low, ratio.high}, ratio.median);
}

/* Sets stop of those that are known precisely, now and not only in an earlier round. Returns whether all are. */
static bool look(const tern_arm *arm, uint32_t arms, const tern_sampler_options *options)
{
    bool all = true;

    for (uint32_t i = 0; i < arms; i++) {
        tern_timing *timing = arm[i].timing;
        const bool precise = half_width(&arm[i]) < options->precision && timing->samples >= options->min_samples;
        timing->stop = precise ? TERN_STOP_PRECISE : TERN_STOP_NONE;
        all = all && precise;
    }
    return all;
}

tern_sampler_options tern_rounds_brief(const tern_sampler_options *options)
{
    tern_sampler_options brief = *options;

    brief.min_sample_ns /= 5.0;
    return brief;
}

/*
 * Of those that do not follow. Fisher and Yates, with a hash of seed, round and place for a generator. Returns how
 * many.
 */
static uint32_t draw_order(uint32_t *order, const tern_arm *arm, uint32_t arms, uint64_t seed, uint32_t round)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < arms; i++) {
        const uint32_t place[2] = {round, i};
        if (arm[i].follows)
            continue;
        const uint32_t j = (uint32_t)(XXH3_64bits_withSeed(place, sizeof place, seed) % (count + 1));
        order[count] = i; /* for j = count */
        order[count++] = order[j];
        order[j] = i;
    }
    return count;
}

/* One sample of each. */
static void go_round(const tern_arm *arm, uint32_t arms, const tern_sampler_options *options, double end_ns,
                     uint64_t seed, uint32_t round)
{
    const tern_sampler_options brief = tern_rounds_brief(options);
    uint32_t order[TERN_ARMS_MAX];
    const uint32_t count = draw_order(order, arm, arms, seed, round);

    for (uint32_t i = 0; i < count; i++) {
        const uint32_t first = order[i];
        tern_sampler_take(arm[first].sampled, options, end_ns, arm[first].timing);
        if (first + 1 < arms && arm[first + 1].follows)
            tern_sampler_take(arm[first + 1].sampled, &brief, end_ns, arm[first + 1].timing);
    }
}

void tern_rounds_run(const tern_arm *arm, uint32_t arms, const tern_sampler_options *options, uint64_t seed)
{
    const tern_sampled *clock = arm[0].sampled;
    const double end_ns = clock->now_ns(clock->context) + options->budget_ns;
    uint32_t rounds = 0;
    tern_stop stop = TERN_STOP_NONE;

    while (stop == TERN_STOP_NONE) {
        go_round(arm, arms, options, end_ns, seed, rounds++);
        stop = look(arm, arms, options)                  ? TERN_STOP_PRECISE
               : clock->now_ns(clock->context) >= end_ns ? TERN_STOP_BUDGET
               : rounds == TERN_MAX_SAMPLES              ? TERN_STOP_SAMPLES
                                                         : TERN_STOP_NONE;
    }
    for (uint32_t i = 0; i < arms; i++)
        if (arm[i].timing->stop == TERN_STOP_NONE)
            arm[i].timing->stop = stop;
}
