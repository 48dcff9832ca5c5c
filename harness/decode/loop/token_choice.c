/*
 * Candidates are kept as numbers of 64 bits that sort as wanted: the logit above, the id, turned over, below, so that
 * no two are equal and of two tokens with one logit the lower id comes first.
 *
 * A full sort is not needed. Tokens are counted by how far their logits lie below the largest; those of the first
 * bins, as many as top_k and top_p can need, become a heap, and the best are taken from it one by one.
 */
#include "decode/loop/token_choice.h"

#include "base/random.h"
#include "decode/ops/ops.h"
#include "machine/isa.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { BINS = 512, BINS_PER_E = 16 /* the last bin holds all that is less likely than the best by e^32 */ };

/* What may be set. Below the least temperature logits divided by it would leave the range of float. */
#define LEAST_TEMPERATURE 1e-3
#define MOST_TEMPERATURE  1e3

struct tern_token_choice {
    tern_token_choice_options options;
    const tern_ops *ops;
    uint32_t vocabulary;
    float *weight;  /* e^((logit - largest) / temperature) of each token */
    double total;   /* of all weights */
    uint64_t *heap; /* candidates */
    uint32_t count[BINS];
    double mass[BINS];
};

tern_status tern_token_choice_check(const tern_token_choice_options *options, tern_error *error)
{
    const double t = options->temperature;

    if (!(t == 0.0 || (t >= LEAST_TEMPERATURE && t <= MOST_TEMPERATURE)))
        return tern_error_set(error, TERN_USAGE, "a temperature is 0, or from %g to %g, not %g", LEAST_TEMPERATURE,
                              MOST_TEMPERATURE, t);
    if (!(options->top_p > 0.0 && options->top_p <= 1.0))
        return tern_error_set(error, TERN_USAGE, "top-p is above 0 and at most 1, not %g", options->top_p);
    return TERN_OK;
}

tern_status tern_token_choice_new(tern_token_choice **sampler, const tern_token_choice_options *options,
                                  uint32_t vocabulary, tern_error *error)
{
    const tern_status status = tern_token_choice_check(options, error);

    *sampler = NULL;
    if (status != TERN_OK)
        return status;
    if (vocabulary == 0)
        return tern_error_set(error, TERN_USAGE, "there is no vocabulary to choose from");
    tern_token_choice *s = calloc(1, sizeof *s);
    if (s == NULL)
        return tern_error_memory(error, "a sampler", sizeof *s);
    *s = (tern_token_choice){.options = *options, .ops = tern_ops_for(tern_isa_detect()), .vocabulary = vocabulary};
    if (s->options.top_k == 0 || s->options.top_k > vocabulary)
        s->options.top_k = vocabulary;
    s->weight = calloc(vocabulary, sizeof *s->weight);
    s->heap = calloc(vocabulary, sizeof *s->heap);
    if (s->weight == NULL || s->heap == NULL) {
        tern_token_choice_free(s);
        return tern_error_memory(error, "a sampler", (double)vocabulary * (sizeof *s->weight + sizeof *s->heap));
    }
    *sampler = s;
    return TERN_OK;
}

void tern_token_choice_free(tern_token_choice *s)
{
    if (s == NULL)
        return;
    free(s->weight);
    free(s->heap);
    free(s);
}

/* The lowest id among the largest. 16 maxima side by side, so that they are vectors. */
static uint32_t largest(const float *logits, uint32_t vocabulary)
{
    enum { SIDE_BY_SIDE = 16 };
    const uint32_t whole = vocabulary / SIDE_BY_SIDE * SIDE_BY_SIDE;
    float most[SIDE_BY_SIDE], top = -INFINITY;

    for (uint32_t l = 0; l < SIDE_BY_SIDE; l++)
        most[l] = -INFINITY;
    for (uint32_t i = 0; i < whole; i += SIDE_BY_SIDE)
        for (uint32_t l = 0; l < SIDE_BY_SIDE; l++)
            most[l] = logits[i + l] > most[l] ? logits[i + l] : most[l];
    for (uint32_t l = 0; l < SIDE_BY_SIDE; l++)
        top = most[l] > top ? most[l] : top;
    for (uint32_t i = whole; i < vocabulary; i++)
        top = logits[i] > top ? logits[i] : top;
    for (uint32_t i = 0; i < vocabulary; i++)
        if (logits[i] == top)
            return i;
    return 0; /* none of them is a number */
}

/* Larger for a larger logit, then for a lower id. */
static uint64_t key_of(float logit, uint32_t id)
{
    union {
        float value;
        uint32_t bits;
    } u = {.value = logit + 0.0f}; /* both zeros are one */
    const uint32_t ordered = u.bits & 0x80000000u ? ~u.bits : u.bits | 0x80000000u;

    return (uint64_t)ordered << 32 | (uint32_t)~id;
}

static uint32_t id_of(uint64_t key)
{
    return ~(uint32_t)key;
}

static void sift_down(uint64_t *heap, uint32_t count, uint32_t at)
{
    const uint64_t key = heap[at];

    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1] > heap[child])
            child++;
        if (heap[child] <= key)
            break;
        heap[at] = heap[child];
    }
    heap[at] = key;
}

static uint32_t bin_of(const tern_token_choice *s, float top, float logit)
{
    const float below = (top - logit) * (float)(BINS_PER_E / s->options.temperature);

    return below < BINS - 1 ? (uint32_t)below : BINS - 1; /* not a number: the last one */
}

/* Counts tokens by bins. Returns what all of them weigh. */
static double count_bins(tern_token_choice *s, const float *logits, float top)
{
    double total = 0.0;

    for (uint32_t i = 0; i < BINS; i++) {
        s->count[i] = 0;
        s->mass[i] = 0.0;
    }
    for (uint32_t i = 0; i < s->vocabulary; i++) {
        const uint32_t bin = bin_of(s, top, logits[i]);
        s->count[bin]++;
        s->mass[bin] += (double)s->weight[i];
    }
    for (uint32_t i = 0; i < BINS; i++)
        total += s->mass[i];
    return total;
}

/* Makes a heap of the tokens of the first bins that hold top_k tokens, or weigh enough. Returns their number. */
static uint32_t gather(tern_token_choice *s, const float *logits, float top, double enough)
{
    uint32_t bins = 0, count = 0, found = 0;

    for (double mass = 0.0; bins < BINS && count < s->options.top_k && mass < enough; bins++) {
        mass += s->mass[bins];
        count += s->count[bins];
    }
    for (uint32_t i = 0; i < s->vocabulary; i++)
        if (bin_of(s, top, logits[i]) < bins)
            s->heap[found++] = key_of(logits[i], i);
    for (uint32_t i = found / 2; i-- > 0;)
        sift_down(s->heap, found, i);
    return found;
}

/*
 * Takes the best from a heap of `found`, top_k at most, until they weigh enough. They end up behind it, the best
 * last. Returns how many.
 */
static uint32_t take(tern_token_choice *s, uint32_t found, double enough, double *weight)
{
    uint32_t taken = 0;

    for (*weight = 0.0; taken < s->options.top_k && taken < found && *weight < enough;) {
        const uint32_t last = found - ++taken;
        const uint64_t best = s->heap[0];
        s->heap[0] = s->heap[last];
        sift_down(s->heap, last, 0);
        s->heap[last] = best;
        *weight += (double)s->weight[id_of(best)];
    }
    return taken;
}

/* A number from 0 up to 1 that is a function of its arguments alone: three rounds of SplitMix64, one for each. */
static double random_share(uint64_t seed, uint32_t sequence, uint64_t step)
{
    const uint64_t of_seed = tern_random_number(seed, 0), of_sequence = tern_random_number(of_seed, sequence);

    return (double)(tern_random_number(of_sequence, step) >> 11) * 0x1p-53;
}

/* Any token by its weight: their order does not matter. */
static uint32_t choose_of_all(const tern_token_choice *s, uint32_t best, double share)
{
    double left = share * s->total;

    for (uint32_t i = 0; i < s->vocabulary; i++) {
        left -= (double)s->weight[i];
        if (left < 0.0)
            return i;
    }
    return best; /* what was left by rounding, or all that are not numbers */
}

static uint32_t choose_of_best(tern_token_choice *s, const float *logits, uint32_t best, double share)
{
    const bool all = s->options.top_k == s->vocabulary; /* else top_p is a share of the top_k */
    const uint32_t found = gather(s, logits, logits[best], all ? s->options.top_p * s->total : INFINITY);
    double weight;
    const uint32_t taken = take(s, found, all ? s->options.top_p * s->total : INFINITY, &weight);
    const double enough = all ? weight : s->options.top_p * weight;
    double nucleus = 0.0, left;
    uint32_t count = 0;

    while (count < taken && nucleus < enough)
        nucleus += (double)s->weight[id_of(s->heap[found - ++count])];
    left = share * nucleus;
    for (uint32_t i = 1; i <= count; i++) {
        const uint32_t id = id_of(s->heap[found - i]);
        left -= (double)s->weight[id];
        if (left < 0.0)
            return id;
    }
    return best;
}

uint32_t tern_token_choice_next(tern_token_choice *s, const float *logits, uint32_t sequence, uint64_t step)
{
    const uint32_t best = largest(logits, s->vocabulary);

    if (s->options.temperature == 0.0)
        return best;
    const double share = random_share(s->options.seed, sequence, step);
    s->ops->exps(logits, logits[best], (float)(1.0 / s->options.temperature), s->vocabulary, s->weight);
    s->total = count_bins(s, logits, logits[best]);
    return s->options.top_k == s->vocabulary && s->options.top_p == 1.0 ? choose_of_all(s, best, share)
                                                                        : choose_of_best(s, logits, best, share);
}
