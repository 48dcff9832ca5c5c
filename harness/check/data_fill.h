/*
 * data_fill.h - one function a pattern. They fill W (M x K) or X (N x K), and depend on nothing but their arguments.
 * What each pattern is stands in plan/case.h.
 */
#ifndef TERN_DATA_FILL_H
#define TERN_DATA_FILL_H

#include "plan/case.h"

/* Column i < k when columns are taken from both ends in turn: 0, K-1, 1, K-2, ... */
static inline size_t tern_column_in_turn(size_t i, size_t k)
{
    return i % 2 == 0 ? i / 2 : k - 1 - i / 2;
}

typedef void tern_data_fill(const tern_data *data, tern_shape shape, int8_t *values);

tern_data_fill tern_w_fill_random, tern_w_fill_zero, tern_w_fill_plus, tern_w_fill_minus, tern_w_fill_alternating,
    tern_w_fill_blocks, tern_w_fill_mixed, tern_w_fill_near, tern_w_fill_count, tern_w_fill_count12, tern_w_fill_onehot;

tern_data_fill tern_x_fill_random, tern_x_fill_min, tern_x_fill_max, tern_x_fill_alternating, tern_x_fill_onehot,
    tern_x_fill_zero, tern_x_fill_relu2, tern_x_fill_sparse, tern_x_fill_blocks, tern_x_fill_near, tern_x_fill_positive,
    tern_x_fill_negative, tern_x_fill_extreme;

#endif
