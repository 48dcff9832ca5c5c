#include "run/tuning_stage.h"

#include "base/interrupt.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { LEAST_ROUNDS = 9 };

/*
 * Of a stage, in each process: single samples from memory were seen to differ by 15 %, so that nine of them decide
 * little.
 */
static const double sampling_ns = 5e8;

void tern_tuning_stage_add(tern_tuning_stage *s, const tern_case *c)
{
    if (s->arms < TERN_TUNING_ARMS)
        s->arm[s->arms++] = (tern_tuning_arm){.c = *c};
}

static bool is_out(const tern_tuning_arm *a)
{
    return a->reason[0] != '\0';
}

/*
 * What came of one problem in one process. False when a setting ended all, which is out now, so that it is to be
 * repeated.
 */
static bool take_over(tern_tuning_stage *s, const tern_paired_samples *samples, const uint32_t *which, double times,
                      uint32_t process)
{
    bool whole = true, blamed = false;

    for (uint32_t i = 0; i < samples->arms; i++) {
        tern_tuning_arm *a = &s->arm[which[i]];
        const tern_paired_arm *from = &samples->arm[i];
        whole &= from->finding.verdict != TERN_EXACT || from->samples >= s->rounds;
        if (from->finding.verdict == TERN_EXACT)
            continue;
        blamed = true;
        a->wrong = tern_tried_explain(a->reason, sizeof a->reason, &from->finding);
    }
    for (uint32_t i = 0; i < samples->arms && whole; i++)
        for (uint32_t r = 0; r < s->rounds && samples->arm[i].samples >= s->rounds; r++)
            s->arm[which[i]].ns[process * s->rounds + r] += times * samples->arm[i].ns[r];
    for (uint32_t i = 0; i < samples->arms && !whole && !blamed; i++)
        tern_text_copy(s->arm[which[i]].reason, sizeof s->arm[which[i]].reason, "it could not be sampled");
    return whole || !blamed;
}

static tern_status sample_problem(tern_tuning_stage *s, size_t problem, uint32_t process, tern_error *error)
{
    const tern_tuning *tuning = s->tuning;
    tern_case c[TERN_TUNING_ARMS];
    uint32_t which[TERN_TUNING_ARMS] = {0}, arms;
    tern_status status = TERN_OK;
    bool done = false;

    while (!done && status == TERN_OK && tern_interrupt_signal() == 0) {
        tern_paired_samples samples = {0};
        arms = 0;
        for (uint32_t i = 0; i < s->arms; i++)
            if (!is_out(&s->arm[i])) {
                which[arms] = i;
                c[arms++] = tern_workload_case(s->workload, problem, &s->arm[i].c);
            }
        if (arms == 0)
            return TERN_OK;
        status = tuning->sample(tuning->context, c, arms, s->rounds, process, &samples, error);
        done = status == TERN_OK && take_over(s, &samples, which, s->workload->times[problem], process);
        tern_paired_samples_free(&samples);
    }
    return status;
}

static double median_of(const tern_tuning_arm *a)
{
    double sorted[TERN_TUNING_PROCESSES * TERN_TUNING_ROUNDS];

    if (a->rounds == 0)
        return NAN;
    memcpy(sorted, a->ns, a->rounds * sizeof *sorted);
    tern_stats_sort(sorted, a->rounds);
    return tern_stats_median(sorted, a->rounds);
}

tern_estimate tern_tuning_stage_ratio(const tern_tuning_arm *reference, const tern_tuning_arm *a)
{
    double ratio[TERN_TUNING_PROCESSES * TERN_TUNING_ROUNDS];

    return tern_stats_ratio(reference->ns, a->ns, reference->rounds < a->rounds ? reference->rounds : a->rounds, ratio);
}

tern_tried tern_tuning_stage_tried(const tern_tuning_stage *s, const tern_tuning_arm *a)
{
    tern_tried tried = {.ns = median_of(a),
                        .ratio = a->ratio.median,
                        .low = a->ratio.low,
                        .high = a->ratio.high,
                        .samples = a->rounds,
                        .wrong = a->wrong};

    tern_text_copy(tried.id, sizeof tried.id, s->tuning->workload->id);
    tern_text_copy(tried.stage, sizeof tried.stage, s->name);
    tern_text_copy(tried.kernel, sizeof tried.kernel, a->c.kernel->name);
    tern_text_copy(tried.reason, sizeof tried.reason, a->reason);
    tern_case_toggles(&a->c, tried.toggles, sizeof tried.toggles);
    return tried;
}

/* As many as the time allows; a call that is not timed comes before each sample. */
static uint32_t rounds_of(const tern_tuning_stage *s)
{
    const double rounds = s->once_ns > 0.0 ? sampling_ns / (2.0 * s->once_ns * s->arms) : 0.0;

    return (uint32_t)fmin(fmax(rounds, LEAST_ROUNDS), TERN_TUNING_ROUNDS);
}

tern_status tern_tuning_stage_sample(tern_tuning_stage *s, tern_error *error)
{
    const tern_tuning *tuning = s->tuning;
    tern_status status = TERN_OK;

    s->rounds = rounds_of(s);
    for (uint32_t process = 0; process < s->processes; process++)
        for (size_t problem = 0; problem < s->workload->problems && status == TERN_OK; problem++)
            status = sample_problem(s, problem, process, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    for (uint32_t i = 0; i < s->arms; i++)
        s->arm[i].rounds = is_out(&s->arm[i]) ? 0 : s->rounds * s->processes;
    for (uint32_t i = 0; i < s->arms && status == TERN_OK; i++) {
        s->arm[i].ratio = tern_tuning_stage_ratio(&s->arm[0], &s->arm[i]);
        const tern_tried tried = tern_tuning_stage_tried(s, &s->arm[i]);
        status = tuning->tell(tuning->context, &tried, error);
    }
    return status;
}

double tern_tuning_stage_speed(const tern_tuning_stage *s, const tern_tuning_arm *a)
{
    return s->arm[0].rounds > 0 ? a->ratio.median : 1.0 / median_of(a);
}

uint32_t tern_tuning_stage_fastest(const tern_tuning_stage *s, const bool *marked)
{
    uint32_t best = s->arms;

    for (uint32_t i = 0; i < s->arms; i++)
        if (!marked[i] && s->arm[i].rounds > 0 &&
            (best == s->arms || tern_tuning_stage_speed(s, &s->arm[i]) > tern_tuning_stage_speed(s, &s->arm[best])))
            best = i;
    return best;
}
