/*
 * sample.columns - a plug-in to start from: two bit masks a row, one for +1 and one for -1, in words of 64 columns.
 *
 * Built outside this tree with nothing but kernel.h:
 *
 *     cc -std=c11 -O2 -shared -fPIC -I path/to/kernels sample_plugin.c -o sample.so
 *     ternbench check SUITE --plugin sample.so
 */
#include "kernel.h"

#include <string.h>

enum { WORD = 64 };

static size_t words(const tern_problem *problem)
{
    return (problem->shape.k + WORD - 1) / WORD;
}

static size_t packed_bytes(const tern_problem *problem)
{
    return problem->shape.m * words(problem) * 2 * sizeof(uint64_t);
}

static size_t pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    uint64_t *mask = packed;
    const size_t k_end = problem->shape.k;

    memset(packed, 0, packed_bytes(problem));
    for (size_t m = 0; m < problem->shape.m; m++, w += k_end, mask += 2 * words(problem))
        for (size_t k = 0; k < k_end; k++) {
            const uint64_t bit = (uint64_t)1 << k % WORD;
            mask[k / WORD * 2] |= w[k] > 0 ? bit : 0;
            mask[k / WORD * 2 + 1] |= w[k] < 0 ? bit : 0;
        }
    return packed_bytes(problem);
}

/* Sum of x at the bits that are set. */
static int32_t gather(uint64_t mask, const int8_t *x)
{
    int32_t sum = 0;

    for (; mask != 0; mask &= mask - 1)
        sum += x[__builtin_ctzll(mask)];
    return sum;
}

static void run(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const size_t width = words(call->problem);

    for (size_t m = rows.begin; m < rows.end; m++) {
        const uint64_t *mask = (const uint64_t *)call->packed + m * width * 2;
        for (size_t n = 0; n < shape.n; n++) {
            const int8_t *x = call->x + n * shape.k;
            int32_t sum = 0;
            for (size_t i = 0; i < width; i++)
                sum += gather(mask[2 * i], x + i * WORD) - gather(mask[2 * i + 1], x + i * WORD);
            call->y[n * shape.m + m] = sum;
        }
    }
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->run = run;
    return NULL;
}

static const tern_kernel columns = {
    TERN_KERNEL_HEAD,
    .name = "sample.columns",
    .summary = "two bit masks a row, walked bit by bit",
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {1, WORD, 1},
    .row_step = 1,
    .packed_align = 8,
    .x_align = 1,
    .y_align = 4,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .bind = bind,
};

TERN_PLUGIN(&columns);
