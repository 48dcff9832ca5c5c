#include "analyse/culprit.h"

#include <math.h>
#include <stdlib.h>

static const double enough = 0.99, near_even = 0.15;

/* The logarithm of the density of Student's t with 4 degrees of freedom, up to a constant. */
static double log_t4(double t)
{
    return -2.5 * log1p(t * t / 4.0);
}

static void normalise(tern_culprit *culprit)
{
    double most = -INFINITY, all = 0.0;

    for (size_t b = 0; b < culprit->count; b++)
        most = fmax(most, culprit->log_p[b]);
    for (size_t b = 0; b < culprit->count; b++)
        all += culprit->p[b] = exp(culprit->log_p[b] - most);
    for (size_t b = 0; b < culprit->count; b++)
        culprit->p[b] /= all;
}

bool tern_culprit_new(tern_culprit *culprit, size_t count, double delta, double sigma)
{
    *culprit = (tern_culprit){.count = count, .delta = delta, .sigma = sigma};
    culprit->log_p = calloc(count + 1, sizeof *culprit->log_p);
    culprit->p = calloc(count + 1, sizeof *culprit->p);
    if (culprit->log_p == NULL || culprit->p == NULL)
        return false;
    normalise(culprit);
    return true;
}

void tern_culprit_free(tern_culprit *culprit)
{
    free(culprit->log_p);
    free(culprit->p);
    culprit->log_p = culprit->p = NULL;
}

void tern_culprit_observe(tern_culprit *culprit, size_t k, double y)
{
    for (size_t b = 0; b < culprit->count; b++)
        culprit->log_p[b] += log_t4((y - (k >= b ? culprit->delta : 0.0)) / culprit->sigma);
    normalise(culprit);
}

bool tern_culprit_exclude(tern_culprit *culprit, size_t first, size_t last)
{
    bool left = false;

    for (size_t b = 0; b < culprit->count; b++)
        left |= (b < first || b > last) && culprit->log_p[b] > -INFINITY;
    for (size_t b = first; left && b <= last; b++)
        culprit->log_p[b] = -INFINITY;
    normalise(culprit);
    return left;
}

/* The probability of commits first to first + length - 1, for the first at which it is the greatest. */
static double best_of_length(const tern_culprit *culprit, size_t length, size_t *first)
{
    double sum = 0.0, best = 0.0;

    for (size_t end = 0; end < culprit->count; end++) {
        sum += culprit->p[end];
        if (end >= length)
            sum -= culprit->p[end - length];
        if (end + 1 >= length && sum > best) {
            best = sum;
            *first = end + 1 - length;
        }
    }
    return best;
}

void tern_culprit_range(const tern_culprit *culprit, size_t *first, size_t *last)
{
    size_t length = 1;

    *first = 0;
    while (length < culprit->count && best_of_length(culprit, length, first) < enough)
        length++;
    *last = *first + length - 1;
    if (length == culprit->count) {
        *first = 0;
        *last = culprit->count - 1;
    }
}

/* Whether a measurement could make the range any smaller: it splits it at one of its commits but the last. */
static bool can_be_split(size_t first, size_t last, const tern_commit_state *state)
{
    for (size_t k = first; k < last; k++)
        if (state[k] != TERN_COMMIT_UNBUILDABLE)
            return true;
    return false;
}

size_t tern_culprit_next(const tern_culprit *culprit, const tern_commit_state *state)
{
    size_t first = 0, last = culprit->count - 1, best = culprit->count, built = culprit->count;
    double best_off = INFINITY, built_off = INFINITY, before = 0.0;

    if (culprit->count < 2)
        return culprit->count;
    tern_culprit_range(culprit, &first, &last);
    if (!can_be_split(first, last, state))
        return culprit->count;
    /* The last commit is the bad end: it is known. */
    for (size_t k = 0; k + 1 < culprit->count; k++) {
        before += culprit->p[k];
        const double off = fabs(before - 0.5);
        if (state[k] == TERN_COMMIT_UNBUILDABLE)
            continue;
        if (off < best_off) {
            best = k;
            best_off = off;
        }
        if (state[k] == TERN_COMMIT_BUILT && off < built_off) {
            built = k;
            built_off = off;
        }
    }
    return built_off <= near_even ? built : best;
}
