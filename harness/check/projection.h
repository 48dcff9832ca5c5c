/*
 * projection.h - is a row of Y right? Told without computing it again, at the cost of M + K multiplications.
 *
 * Y = X W^T is projected on random 64-bit r_m (Freivalds, 1977): sum over m of r_m y[n][m] must equal sum over k of
 * u_k x[n][k], with u_k = sum over m of r_m w[m][k], all modulo 2^64. A row with an error in it passes with a
 * probability of at most 2^-32.
 */
#ifndef TERN_PROJECTION_H
#define TERN_PROJECTION_H

#include "base/error.h"
#include "kernel.h"

#include <stdbool.h>

typedef struct tern_projection {
    size_t m, k;
    uint64_t *r; /* M values; projections of the same seed may share them */
    uint64_t *u; /* K values */
} tern_projection;

/* Fills r for M rows. Another seed, other random numbers; those of fewer rows are the first ones of more. */
void tern_projection_fill(uint64_t *r, size_t m, uint64_t seed);

/* Adds rows begin to end - 1 of W, which begin at rows, to u, which is all zero before the first of them. */
void tern_projection_add(const tern_projection *projection, size_t begin, size_t end, const int8_t *rows);

/*
 * All of that for a whole w (M x K, as kernel.h lays it out), which is read once. Free with tern_projection_free(),
 * whatever is returned; TERN_ENVIRONMENT when memory is short.
 */
tern_status tern_projection_new(tern_projection *projection, tern_shape shape, const int8_t *w, uint64_t seed,
                                tern_error *error);
void tern_projection_free(tern_projection *projection);

/* Whether y (M values) is what x (K values), one token, gives. */
bool tern_projection_holds(const tern_projection *projection, const int8_t *x, const int32_t *y);

#endif
