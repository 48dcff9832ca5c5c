#include "measure/rounds.h"

#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

/* What one call of tern_rounds_run() knows. */
typedef struct course {
    const tern_arm *arm;
    uint32_t arms;
    const tern_sampler_options *options;
    const tern_schedule *schedule;
    double end_ns;
    uint32_t *leader; /* the arms that do not follow */
    uint32_t leaders;
    uint32_t *turn;
} course;

static double mean_of_round(const tern_series *series, uint32_t rounds, uint32_t round)
{
    const uint32_t visits = series->samples / rounds;
    double sum = 0.0;

    for (uint32_t i = 0; i < visits; i++)
        sum += series->sample_ns[round * visits + i];
    return sum / (double)visits;
}

/* Half of the width of what is to be known, as a share of it. */
static double half_width(const tern_arm *arm, uint32_t rounds)
{
    double own[TERN_MAX_SAMPLES], reference[TERN_MAX_SAMPLES], ratios[TERN_MAX_SAMPLES];

    if (arm->reference == NULL || arm->reference->failed) {
        const tern_estimate median = tern_sampler_estimate(arm->series);
        return tern_stats_half_width((tern_interval){median.low, median.high}, median.median);
    }
    for (uint32_t i = 0; i < rounds; i++) {
        own[i] = mean_of_round(arm->series, rounds, i);
        reference[i] = mean_of_round(arm->reference, rounds, i);
    }
    const tern_estimate ratio = tern_stats_ratio(own, reference, rounds, ratios);
    return tern_stats_half_width((tern_interval){ratio.low, ratio.high}, ratio.median);
}

/* Whether no more samples come: it failed, or whom it follows did. */
static bool is_over(const course *c, uint32_t i)
{
    return c->arm[i].series->failed || (c->arm[i].follows && i > 0 && c->arm[i - 1].series->failed);
}

/* Sets stop of those that are known precisely, now and not only in an earlier round. Returns whether all are. */
static bool are_precise(const course *c, uint32_t rounds)
{
    bool all = true;

    for (uint32_t i = 0; i < c->arms; i++) {
        tern_series *series = c->arm[i].series;
        if (is_over(c, i))
            continue;
        const bool precise =
            half_width(&c->arm[i], rounds) < c->options->precision && series->samples >= c->options->min_samples;
        series->stop = precise ? TERN_STOP_PRECISE : TERN_STOP_NONE;
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

/* One round: of each arm as many samples as the order asks for. */
static void go_round(const course *c, uint32_t round)
{
    const tern_sampler_options brief = tern_rounds_brief(c->options);
    const size_t turns = tern_schedule_draw(c->schedule, c->leaders, round, c->turn);

    for (size_t i = 0; i < turns; i++) {
        const uint32_t first = c->leader[c->turn[i]];
        if (c->arm[first].series->failed)
            continue;
        tern_sampler_take(c->arm[first].sampled, c->options, c->end_ns, c->arm[first].series);
        if (first + 1 < c->arms && c->arm[first + 1].follows && !c->arm[first].series->failed)
            tern_sampler_take(c->arm[first + 1].sampled, &brief, c->end_ns, c->arm[first + 1].series);
    }
}

/* Whether anybody is left who can be sampled, and has room for the samples of one more round. */
static bool may_go_on(const course *c)
{
    bool anybody = false;

    for (uint32_t i = 0; i < c->leaders; i++) {
        const tern_series *series = c->arm[c->leader[i]].series;
        if (!series->failed && series->samples + tern_schedule_visits(c->schedule, i) > series->capacity)
            return false;
        anybody = anybody || !series->failed;
    }
    return anybody;
}

/* The clock of one that takes turns; of those that failed before nothing need be there. */
static const tern_sampled *clock_of(const course *c)
{
    uint32_t i = 0;

    while (i + 1 < c->arms && c->arm[i].series->failed)
        i++;
    return c->arm[i].sampled;
}

static void go_round_until_done(course *c)
{
    const tern_sampled *clock = clock_of(c);
    tern_stop stop = TERN_STOP_NONE;

    c->end_ns = c->schedule->until == TERN_UNTIL_ROUNDS ? (double)INFINITY
                                                        : clock->now_ns(clock->context) + c->options->budget_ns;
    for (uint32_t rounds = 0; stop == TERN_STOP_NONE && may_go_on(c);) {
        go_round(c, rounds++);
        const bool precise = c->schedule->until == TERN_UNTIL_PRECISE && are_precise(c, rounds);
        stop = tern_schedule_stop(c->schedule, rounds, precise, clock->now_ns(clock->context) >= c->end_ns);
    }
    for (uint32_t i = 0; i < c->arms; i++)
        if (c->arm[i].series->stop == TERN_STOP_NONE)
            c->arm[i].series->stop = stop == TERN_STOP_NONE ? TERN_STOP_SAMPLES : stop;
}

tern_status tern_rounds_run(const tern_arm *arm, uint32_t arms, const tern_sampler_options *options,
                            const tern_schedule *schedule, tern_error *error)
{
    const size_t places = arms + tern_schedule_turns(arms);
    course c = {.arm = arm, .arms = arms, .options = options, .schedule = schedule};

    c.leader = malloc(places * sizeof *c.leader);
    if (c.leader == NULL)
        return tern_error_memory(error, "the order of samples", (double)(places * sizeof *c.leader));
    c.turn = c.leader + arms;
    for (uint32_t i = 0; i < arms; i++)
        if (!arm[i].follows)
            c.leader[c.leaders++] = i;
    go_round_until_done(&c);
    free(c.leader);
    return TERN_OK;
}
