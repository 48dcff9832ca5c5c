#include "analyse/gate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const size_t tern_gate_looks[TERN_GATE_LOOKS] = {8, 12, TERN_GATE_PROCESSES};

const tern_gate_rule tern_gate_default_rule = {.delta = 0.02, .confidence = 0.99};

/* Steal above this share of the time makes every figure of the gate doubtful. */
static const double most_steal = 0.05;

static const char *const names[TERN_GATE_VERDICTS] = {
    [TERN_GATE_OPEN] = "",   [TERN_GATE_REGRESSED] = "REGRESSED",       [TERN_GATE_IMPROVED] = "IMPROVED",
    [TERN_GATE_SAME] = "OK", [TERN_GATE_INCONCLUSIVE] = "INCONCLUSIVE",
};

const char *tern_gate_verdict_name(tern_gate_verdict verdict)
{
    return names[verdict];
}

/* What the processes up to the last look that was reached say: OPEN before the first and between looks. */
static tern_gate_verdict look(const double *figures, size_t count, const tern_gate_rule *rule)
{
    const double delta = log1p(rule->delta);
    size_t i = 0;

    while (i < TERN_GATE_LOOKS && tern_gate_looks[i] != count)
        i++;
    if (i == TERN_GATE_LOOKS)
        return TERN_GATE_OPEN;
    const tern_mean mean = tern_mean_of(figures, count, rule->confidence);
    if (mean.low > 0.0 && mean.mean > delta)
        return TERN_GATE_REGRESSED;
    if (mean.high < 0.0 && mean.mean < -delta)
        return TERN_GATE_IMPROVED;
    if (mean.high < delta)
        return TERN_GATE_SAME;
    return i + 1 < TERN_GATE_LOOKS ? TERN_GATE_OPEN : TERN_GATE_INCONCLUSIVE;
}

static size_t until_next_look(size_t count)
{
    size_t i = 0;

    while (i < TERN_GATE_LOOKS && tern_gate_looks[i] <= count)
        i++;
    assert(i < TERN_GATE_LOOKS); /* who asks is before the last look */
    return tern_gate_looks[i] - count;
}

size_t tern_gate_wanted(const tern_gate_series *series, const tern_gate_rule *rule, int *second)
{
    const tern_gate_verdict first = look(series->first, series->firsts, rule);

    *second = first == TERN_GATE_REGRESSED;
    if (first == TERN_GATE_OPEN)
        return until_next_look(series->firsts);
    if (first == TERN_GATE_REGRESSED && look(series->second, series->seconds, rule) == TERN_GATE_OPEN)
        return until_next_look(series->seconds);
    return 0;
}

tern_gate_answer tern_gate_answer_of(const tern_gate_series *series, const tern_gate_rule *rule)
{
    double all[2 * TERN_GATE_PROCESSES];
    tern_gate_answer answer = {.verdict = look(series->first, series->firsts, rule), .delta = rule->delta};

    memcpy(all, series->first, series->firsts * sizeof *all);
    memcpy(all + series->firsts, series->second, series->seconds * sizeof *all);
    answer.mean = tern_mean_of(all, series->firsts + series->seconds, rule->confidence);
    if (answer.verdict == TERN_GATE_INCONCLUSIVE)
        answer.doubt = "the interval is still too wide after 16 processes";
    if (answer.verdict == TERN_GATE_REGRESSED) {
        answer.verdict = look(series->second, series->seconds, rule);
        if (answer.verdict != TERN_GATE_REGRESSED && answer.verdict != TERN_GATE_OPEN) {
            answer.verdict = TERN_GATE_INCONCLUSIVE;
            answer.doubt = "slower at first, but not when it was measured again";
        }
    }
    return answer;
}

static void doubt(tern_gate_answer *answer, const char *why)
{
    answer->verdict = TERN_GATE_INCONCLUSIVE;
    answer->doubt = why;
}

const char *tern_gate_noise_doubt(const tern_gate_noise *noise, double delta)
{
    if (noise->steal_share > most_steal)
        return "other virtual machines took more than 5 % of the time";
    if (noise->canary > 0.5 * log1p(delta))
        return "code that is the same on both sides moved by more than half of delta";
    return NULL;
}

void tern_gate_together(tern_gate_answer *answers, size_t count, const tern_gate_noise *noise, double confidence)
{
    const double alpha = 0.5 * (1.0 - confidence);
    double *p = calloc(count + 1, sizeof *p);
    unsigned char *holds = calloc(count + 1, 1);

    for (size_t i = 0; i < count && p != NULL; i++)
        p[i] = tern_mean_p_above(&answers[i].mean);
    if (p != NULL && holds != NULL)
        tern_holm(p, count, alpha, holds);
    for (size_t i = 0; i < count; i++) {
        tern_gate_answer *answer = &answers[i];
        const char *noisy = tern_gate_noise_doubt(noise, answer->delta);
        if (answer->verdict == TERN_GATE_OPEN)
            continue;
        if (noisy != NULL && (noise->steal_share > most_steal || answer->verdict != TERN_GATE_SAME))
            doubt(answer, noisy);
        else if (answer->verdict == TERN_GATE_REGRESSED && (holds == NULL || !holds[i]))
            doubt(answer, "too little for one of so many cases");
    }
    free(p);
    free(holds);
}
