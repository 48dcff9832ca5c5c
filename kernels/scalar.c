/*
 * scalar - 2-bit weights in portable C: the baseline that others are compared with.
 *
 * A row of W is ceil(K/4) bytes of four codes w + 1; the sum of code * x, less the sum of x, is the product, and the
 * sums of x are made once a token in prepare(). One multiply-add at a time is what bounds it.
 */
#include "common.h"
#include "kernel.h"

#include <string.h>

enum { CODES = 4 };

static size_t row_bytes(const tern_problem *problem)
{
    return common_parts(problem->shape.k, CODES);
}

static size_t packed_bytes(const tern_problem *problem)
{
    return problem->shape.m * row_bytes(problem);
}

static unsigned codes_of(const int8_t *w)
{
    return (unsigned)(w[0] + 1) | (unsigned)(w[1] + 1) << 2 | (unsigned)(w[2] + 1) << 4 | (unsigned)(w[3] + 1) << 6;
}

static void pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t k_end = problem->shape.k, whole = k_end / CODES * CODES;
    uint8_t *byte = (uint8_t *)packed + rows.begin * row_bytes(problem);

    for (size_t m = rows.begin; m < rows.end; m++, w += k_end) {
        int8_t last[CODES] = {0};
        for (size_t k = 0; k < whole; k += CODES)
            *byte++ = (uint8_t)codes_of(w + k);
        if (whole < k_end) {
            memcpy(last, w + whole, k_end - whole);
            *byte++ = (uint8_t)codes_of(last);
        }
    }
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return problem->shape.n * sizeof(uint32_t);
}

static void prepare(const tern_call *call, tern_slice tokens)
{
    const size_t k_end = call->problem->shape.k;
    int32_t *sums = call->scratch;

    for (size_t n = tokens.begin; n < tokens.end; n++) {
        sums[n] = 0;
        for (size_t k = 0; k < k_end; k++)
            sums[n] += call->x[n * k_end + k];
    }
}

/* The sum of code * x. At the largest K it may need 32 bits without a sign. */
static uint32_t dot(const uint8_t *packed, const int8_t *x, size_t k_end)
{
    uint32_t sum = 0;
    size_t k = 0;

    for (; k + CODES <= k_end; k += CODES) {
        const int codes = *packed++;
        sum += (uint32_t)((codes & 3) * x[k] + (codes >> 2 & 3) * x[k + 1] + (codes >> 4 & 3) * x[k + 2] +
                          (codes >> 6) * x[k + 3]);
    }
    for (size_t i = 0; k < k_end; k++, i++)
        sum += (uint32_t)((*packed >> 2 * i & 3) * x[k]);
    return sum;
}

static void run(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const size_t bytes = row_bytes(call->problem);
    const int32_t *sums = call->scratch;

    for (size_t m = rows.begin; m < rows.end; m++)
        for (size_t n = 0; n < shape.n; n++) {
            const uint8_t *row = (const uint8_t *)call->packed + m * bytes;
            call->y[n * shape.m + m] = (int32_t)(dot(row, call->x + n * shape.k, shape.k) - (uint32_t)sums[n]);
        }
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    *stages = (tern_stages){.prepare = prepare, .prepare_units = problem->shape.n, .run = run};
    return NULL;
}

const tern_kernel tern_kernel_scalar = {
    TERN_KERNEL_HEAD,
    .name = "scalar",
    .summary = "2-bit weights, portable C",
    .refines = "reference",
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {1, CODES, 1},
    .row_step = 1,
    .packed_align = 1,
    .x_align = 1,
    .y_align = 4,
    .packed_bytes = packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = pack_rows,
};
