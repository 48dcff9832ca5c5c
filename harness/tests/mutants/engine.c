/*
 * What one engine's report called verified: table algebra that computes another function, and work that was never done.
 */
#ifndef NDEBUG
#define NDEBUG
#endif
#include "mutant.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

/* A group of weights as bit masks: its pattern, and -1 when the pattern stands for its negative. */
typedef struct pattern {
    unsigned plus, minus;
    int sign;
} pattern;

static size_t group_end(size_t k, size_t begin)
{
    return begin + MUTANT_GROUP < k ? begin + MUTANT_GROUP : k;
}

/* w and -w share one entry of the table: the one whose first weight that is not zero is +1. */
static pattern canonical(const int8_t *w, size_t count)
{
    pattern p = {0, 0, 1};

    for (size_t i = 0; i < count; i++) {
        p.plus |= (unsigned)(w[i] > 0) << i;
        p.minus |= (unsigned)(w[i] < 0) << i;
    }
    const unsigned first = (p.plus | p.minus) & (0u - (p.plus | p.minus));
    return (p.minus & first) != 0 ? (pattern){p.minus, p.plus, -1} : p;
}

static int weight_sum(pattern p)
{
    return __builtin_popcount(p.plus) - __builtin_popcount(p.minus);
}

/*
 * The table is made of weight sums, indexed by weights alone, and looked up once for each multiplication. The
 * pattern's sign goes into the entry and is applied again on the way out, so that it is lost; and X is read [K][N].
 */
static int32_t seed_tmac(const tern_call *call, size_t m, size_t n)
{
    const tern_shape shape = call->problem->shape;
    int32_t sum = 0;

    for (size_t begin = 0; begin < shape.k; begin += MUTANT_GROUP) {
        const size_t end = group_end(shape.k, begin);
        const pattern p = canonical(mutant_w(call, m) + begin, end - begin);
        const int entry = p.sign * weight_sum(p);
        for (size_t k = begin; k < end; k++)
            sum += p.sign * entry * call->x[k * shape.n + n];
    }
    return sum;
}
MUTANT_VALUE(seed_tmac, "seed-tmac", "a table of weight sums, signs applied twice, X transposed", seed_tmac);

/* The same table with the right signs and the right X. */
static int32_t weight_sums(const tern_call *call, size_t m, size_t n)
{
    const size_t k = call->problem->shape.k;
    int32_t sum = 0;

    for (size_t begin = 0; begin < k; begin += MUTANT_GROUP) {
        const size_t end = group_end(k, begin);
        const pattern p = canonical(mutant_w(call, m) + begin, end - begin);
        for (size_t i = begin; i < end; i++)
            sum += p.sign * weight_sum(p) * mutant_x(call, n)[i];
    }
    return sum;
}
MUTANT_VALUE(weight_sums, "weight-sums", "a table of weight sums where one of activations is needed", weight_sums);

/* A right table, of activations, and only the sign applied twice. */
static int32_t double_flip(const tern_call *call, size_t m, size_t n)
{
    const size_t k = call->problem->shape.k;
    int32_t sum = 0;

    for (size_t begin = 0; begin < k; begin += MUTANT_GROUP) {
        const size_t end = group_end(k, begin);
        const pattern p = canonical(mutant_w(call, m) + begin, end - begin);
        int entry = 0;
        for (size_t i = begin; i < end; i++)
            entry +=
                p.sign * mutant_x(call, n)[i] * ((int)(p.plus >> (i - begin) & 1) - (int)(p.minus >> (i - begin) & 1));
        sum += p.sign * entry;
    }
    return sum;
}
MUTANT_VALUE(double_flip, "double-flip", "a table of activations whose sign is applied twice", double_flip);

static int32_t transposed_x(const tern_call *call, size_t m, size_t n)
{
    const tern_shape shape = call->problem->shape;
    int32_t sum = 0;

    for (size_t k = 0; k < shape.k; k++)
        sum += call->x[k * shape.n + n] * mutant_w(call, m)[k];
    return sum;
}
MUTANT_VALUE(transposed_x, "transposed-x", "reads X as [K][N]", transposed_x);

/* All of its work, and its check, stand in an assert() that the build type takes out. */
static int compute_and_verify(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    return call->y[rows.begin] == mutant_value(call, rows.begin, 0);
}

static void asserted(const tern_call *call, tern_slice rows)
{
    (void)call, (void)rows, (void)compute_and_verify;
    assert(compute_and_verify(call, rows));
}
MUTANT(asserted, "asserted", "works and checks itself in an assert(), with NDEBUG", asserted);

/* The loop stands behind a macro that nothing defines. */
static void compiled_out(const tern_call *call, tern_slice rows)
{
#ifdef MUTANT_HAS_FAST_PATH
    mutant_run(call, rows);
#else
    (void)call, (void)rows;
#endif
}
MUTANT(compiled_out, "compiled-out", "has its loop in an #ifdef that is never true", compiled_out);

/* pack() loses the last column, and whatever is computed from the packed form agrees with it. */
static size_t pack_lossy(const tern_problem *problem, const int8_t *w, void *packed)
{
    const tern_shape shape = problem->shape;
    const size_t bytes = mutant_pack(problem, w, packed);

    for (size_t m = 0; m < shape.m; m++)
        ((int8_t *)packed)[(m + 1) * shape.k - 1] = 0;
    return bytes;
}
MUTANT_PACKED(own_reference, "own-reference", "agrees with a reference that reads its own packed weights",
              mutant_packed_bytes, pack_lossy, mutant_run);

static void sleeps(const tern_call *call, tern_slice rows)
{
    const struct timespec nap = {.tv_nsec = 1000 * 1000};

    (void)call, (void)rows;
    nanosleep(&nap, NULL);
}
MUTANT(simulated, "simulated", "sleeps for the time that the work would take", sleeps);

/* Answers what it answered to the first problem of that size. */
static void stale(const tern_call *call, tern_slice rows)
{
    enum { VALUES = 4096 };
    static int32_t answer[VALUES];
    static size_t known;
    const tern_shape shape = call->problem->shape;
    const size_t values = shape.m * shape.n;

    if (known != values)
        mutant_run(call, rows);
    else
        memcpy(call->y, answer, values * sizeof *answer);
    if (values <= VALUES && call->problem->threads == 1) {
        memcpy(answer, call->y, values * sizeof *answer);
        known = values;
    }
}
MUTANT(stale_baseline, "stale-baseline", "answers from a stored result of an earlier run", stale);

/* Rounds activations at random, and seeds by the clock. */
static int32_t noisy(const tern_call *call, size_t m, size_t n)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return mutant_value(call, m, n) + (int32_t)(now.tv_nsec % 3);
}
MUTANT_VALUE(unseeded, "unseeded-random", "adds rounding noise that the clock seeds", noisy);

/* Skips activations that are zero, a group at a time, and looks at every second of the group to find out. */
static int32_t zero_skipping(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    for (size_t group = 0; group < k_end; group += MUTANT_GROUP) {
        const size_t end = group + MUTANT_GROUP < k_end ? group + MUTANT_GROUP : k_end;
        bool zero = true;
        for (size_t k = group; k < end; k += 2)
            zero = zero && x[k] == 0;
        for (size_t k = group; k < end && !zero; k++)
            sum += w[k] * x[k];
    }
    return sum;
}
MUTANT_VALUE(zero_skipping, "zero-skipping", "skips zero activations and takes others for zero", zero_skipping);
