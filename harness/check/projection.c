#include "check/projection.h"

#include "base/random.h"

#include <stdlib.h>

/* Odd, so that no error of a single value is lost. */
void tern_projection_fill(uint64_t *r, size_t m, uint64_t seed)
{
    for (size_t i = 0; i < m; i++)
        r[i] = tern_random_number(seed, i) | 1;
}

void tern_projection_add(const tern_projection *projection, size_t begin, size_t end, const int8_t *rows)
{
    for (size_t m = begin; m < end; m++, rows += projection->k)
        for (size_t k = 0; k < projection->k; k++)
            projection->u[k] += projection->r[m] * (uint64_t)(int64_t)rows[k];
}

tern_status tern_projection_new(tern_projection *projection, tern_shape shape, const int8_t *w, uint64_t seed,
                                tern_error *error)
{
    *projection = (tern_projection){.m = shape.m, .k = shape.k};
    projection->r = calloc(shape.m + shape.k, sizeof *projection->r);
    if (projection->r == NULL)
        return tern_error_memory(error, "projecting Y", (double)(shape.m + shape.k) * sizeof *projection->r);
    projection->u = projection->r + shape.m;
    tern_projection_fill(projection->r, shape.m, seed);
    tern_projection_add(projection, 0, shape.m, w);
    return TERN_OK;
}

void tern_projection_free(tern_projection *projection)
{
    free(projection->r);
    *projection = (tern_projection){0};
}

bool tern_projection_holds(const tern_projection *projection, const int8_t *x, const int32_t *y)
{
    uint64_t got = 0, expected = 0;

    for (size_t m = 0; m < projection->m; m++)
        got += projection->r[m] * (uint64_t)(int64_t)y[m];
    for (size_t k = 0; k < projection->k; k++)
        expected += projection->u[k] * (uint64_t)(int64_t)x[k];
    return got == expected;
}
