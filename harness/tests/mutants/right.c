/*
 * The kernel before it is mutated, and others that are right. They are in the plug-in as well: a checker that
 * rejected them would prove nothing.
 */
#include "mutant.h"

#include <string.h>

size_t mutant_packed_bytes(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.k;
}

size_t mutant_pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    memcpy(packed, w, mutant_packed_bytes(problem));
    return mutant_packed_bytes(problem);
}

int32_t mutant_value(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += x[k] * w[k];
    return sum;
}

int32_t mutant_value_short(const tern_call *call, size_t m, size_t n)
{
    const size_t last = call->problem->shape.k - 1;

    return mutant_value(call, m, n) - mutant_x(call, n)[last] * mutant_w(call, m)[last];
}

void mutant_run(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * shape.m + m] = mutant_value(call, m, n);
}

MUTANT(unmutated, "unmutated", "the right kernel that the mutants are made from", mutant_run);

static size_t bytes_for_threads(const tern_problem *problem)
{
    return mutant_packed_bytes(problem) + 4096 / problem->threads;
}

static size_t pack_for_threads(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_pack(problem, w, packed);

    memset((int8_t *)packed + bytes, 0, bytes_for_threads(problem) - bytes);
    return bytes_for_threads(problem);
}
MUTANT_PACKED(packs_for_threads, "packs-for-threads", "right: the fewer threads, the larger its packed form",
              bytes_for_threads, pack_for_threads, mutant_run);
