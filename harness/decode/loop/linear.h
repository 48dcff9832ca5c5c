/*
 * linear.h - the products of a layer: which matrices they stack, and how they are cut where scales change.
 *
 * A product is over integers, and scales go onto its sums. Where a matrix has several scales along a row (see
 * weights.h), the columns of each are a product of their own, a part; its sums are exact, and the sums of the parts are
 * scaled, row by row, and added as floats in the order of the columns. The cuts are the same in all layers. Nearly all
 * models have one part a linear layer.
 */
#ifndef TERN_LINEAR_H
#define TERN_LINEAR_H

#include "kernel.h"
#include "model/weights.h"

/* What one product computes: matrices that take the same input are stacked, so that they are one call. */
typedef enum tern_linear {
    TERN_LINEAR_QKV,
    TERN_LINEAR_O,
    TERN_LINEAR_GATE_UP,
    TERN_LINEAR_DOWN,
    TERN_LINEARS
} tern_linear;

tern_shape tern_linear_shape(const tern_geometry *geometry, tern_linear linear, size_t tokens);

/* Rows [begin, end) of the stacked matrices of a product, (end - begin) * columns trits. */
void tern_linear_trits(const tern_weights *weights, uint32_t layer, tern_linear linear, size_t begin, size_t end,
                       int8_t *w);

/* Whether each matrix of the linear layer has one scale in this layer. */
bool tern_linear_is_uniform(const tern_weights *weights, uint32_t layer, tern_linear linear);

typedef struct tern_part {
    tern_linear linear;
    tern_columns columns;
} tern_part;

typedef struct tern_parts {
    tern_part *part; /* by linear layer, then by column */
    size_t count;
    size_t first[TERN_LINEARS + 1]; /* of a linear layer: up to the first of the next */
} tern_parts;

/* TERN_ENVIRONMENT when memory is short. Free with tern_parts_free(). */
tern_status tern_parts_new(tern_parts *parts, const tern_weights *weights, tern_error *error);
void tern_parts_free(tern_parts *parts);

tern_shape tern_part_shape(const tern_geometry *geometry, const tern_part *part, size_t tokens);

/*
 * Rows [begin, end) of a part. w has room for whole rows of the linear layer, and gets (end - begin) times the part's
 * columns.
 */
void tern_part_trits(const tern_weights *weights, uint32_t layer, const tern_part *part, size_t begin, size_t end,
                     int8_t *w);

/* What the sums of each row of a part are multiplied by: as many as its shape has rows. */
void tern_part_scales(const tern_weights *weights, uint32_t layer, const tern_part *part, float *scale);

#endif
