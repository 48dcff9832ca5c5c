#include "check/data.h"

#include "check/data_fill.h"

void tern_data_fill_w(const tern_data *data, tern_shape shape, int8_t *w)
{
    static tern_data_fill *const fills[] = {
        [TERN_W_RANDOM] = tern_w_fill_random,
        [TERN_W_ZERO] = tern_w_fill_zero,
        [TERN_W_PLUS] = tern_w_fill_plus,
        [TERN_W_MINUS] = tern_w_fill_minus,
        [TERN_W_ALTERNATING] = tern_w_fill_alternating,
        [TERN_W_BLOCKS] = tern_w_fill_blocks,
        [TERN_W_MIXED] = tern_w_fill_mixed,
        [TERN_W_NEAR] = tern_w_fill_near,
        [TERN_W_COUNT] = tern_w_fill_count,
        [TERN_W_COUNT12] = tern_w_fill_count12,
        [TERN_W_ONEHOT] = tern_w_fill_onehot,
    };

    fills[data->w](data, shape, w);
}

void tern_data_fill_x(const tern_data *data, tern_shape shape, int8_t *x)
{
    static tern_data_fill *const fills[] = {
        [TERN_X_RANDOM] = tern_x_fill_random,     [TERN_X_MIN] = tern_x_fill_min,
        [TERN_X_MAX] = tern_x_fill_max,           [TERN_X_ALTERNATING] = tern_x_fill_alternating,
        [TERN_X_ONEHOT] = tern_x_fill_onehot,     [TERN_X_ZERO] = tern_x_fill_zero,
        [TERN_X_RELU2] = tern_x_fill_relu2,       [TERN_X_SPARSE] = tern_x_fill_sparse,
        [TERN_X_BLOCKS] = tern_x_fill_blocks,     [TERN_X_NEAR] = tern_x_fill_near,
        [TERN_X_POSITIVE] = tern_x_fill_positive, [TERN_X_NEGATIVE] = tern_x_fill_negative,
        [TERN_X_EXTREME] = tern_x_fill_extreme,
    };

    fills[data->x](data, shape, x);
}
