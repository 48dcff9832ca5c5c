/*
 * reference - the definition, with int8 weights: three loops and nothing else.
 */
#include "kernel.h"

#include <string.h>

static size_t packed_bytes(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.k;
}

static void pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t k = problem->shape.k;

    memcpy((int8_t *)packed + rows.begin * k, w, (rows.end - rows.begin) * k);
}

static void run(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const int8_t *w = call->packed;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            int32_t sum = 0;
            for (size_t k = 0; k < shape.k; k++)
                sum += call->x[n * shape.k + k] * w[m * shape.k + k];
            call->y[n * shape.m + m] = sum;
        }
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->run = run;
    return NULL;
}

const tern_kernel tern_kernel_reference = {
    TERN_KERNEL_HEAD,
    .name = "reference",
    .summary = "int8 weights, the triple loop of the definition",
    .bits_per_weight = 8.0,
    .multiple = {1, 1, 1},
    .tile = {1, 1, 1},
    .row_step = 1,
    .packed_align = 1,
    .x_align = 1,
    .y_align = 4,
    .packed_bytes = packed_bytes,
    .bind = bind,
    .pack_rows = pack_rows,
};
