#include "base/random.h"
#include "check/data_fill.h"

#include <string.h>

enum { STREAM_X = 2, STREAM_ZEROS = 4 };

void tern_x_fill_random(const tern_data *data, tern_shape shape, int8_t *x)
{
    const uint64_t key = tern_random_key(data->seed, STREAM_X);
    const size_t count = shape.n * shape.k;

    for (size_t i = 0; i < count; i += 8) {
        const uint64_t random = tern_random_number(key, i / 8);
        for (size_t byte = 0; byte < 8 && i + byte < count; byte++)
            x[i + byte] = (int8_t)((int)(random >> (8 * byte) & 0xFF) - 128);
    }
}

void tern_x_fill_min(const tern_data *data, tern_shape shape, int8_t *x)
{
    (void)data;
    memset(x, -128, shape.n * shape.k);
}

void tern_x_fill_max(const tern_data *data, tern_shape shape, int8_t *x)
{
    (void)data;
    memset(x, 127, shape.n * shape.k);
}

void tern_x_fill_zero(const tern_data *data, tern_shape shape, int8_t *x)
{
    (void)data;
    memset(x, 0, shape.n * shape.k);
}

void tern_x_fill_alternating(const tern_data *data, tern_shape shape, int8_t *x)
{
    (void)data;
    for (size_t n = 0; n < shape.n; n++)
        for (size_t k = 0; k < shape.k; k++)
            x[n * shape.k + k] = (n + k) % 2 == 0 ? 127 : -128;
}

/* The tokens take the columns from both ends in turn: 0, K-1, 1, K-2, ...; from the K-th on with the other sign. */
void tern_x_fill_onehot(const tern_data *data, tern_shape shape, int8_t *x)
{
    (void)data;
    memset(x, 0, shape.n * shape.k);
    for (size_t n = 0; n < shape.n; n++) {
        const size_t i = n % shape.k;
        const bool low = i % 2 == n / shape.k % 2;
        x[n * shape.k + tern_column_in_turn(i, shape.k)] = low ? -128 : 127;
    }
}

void tern_x_fill_relu2(const tern_data *data, tern_shape shape, int8_t *x)
{
    tern_x_fill_random(data, shape, x);
    for (size_t i = 0; i < shape.n * shape.k; i++)
        x[i] = (int8_t)(x[i] > 0 ? x[i] * x[i] / 128 : 0);
}

void tern_x_fill_positive(const tern_data *data, tern_shape shape, int8_t *x)
{
    tern_x_fill_random(data, shape, x);
    for (size_t i = 0; i < shape.n * shape.k; i++)
        x[i] = (int8_t)(x[i] < 0 ? -1 - x[i] : x[i]);
}

void tern_x_fill_negative(const tern_data *data, tern_shape shape, int8_t *x)
{
    tern_x_fill_positive(data, shape, x);
    for (size_t i = 0; i < shape.n * shape.k; i++)
        x[i] = (int8_t)(-1 - x[i]);
}

void tern_x_fill_extreme(const tern_data *data, tern_shape shape, int8_t *x)
{
    tern_x_fill_random(data, shape, x);
    for (size_t i = 0; i < shape.n * shape.k; i++)
        x[i] = x[i] < 0 ? -128 : 127;
}

void tern_x_fill_sparse(const tern_data *data, tern_shape shape, int8_t *x)
{
    const uint64_t key = tern_random_key(data->seed, STREAM_ZEROS);

    tern_x_fill_random(data, shape, x);
    for (size_t n = 0; n < shape.n; n++) {
        const uint64_t tenths = (data->seed + n + shape.k) % 9 + 1;
        for (size_t k = 0; k < shape.k; k++)
            if (tern_random_number(key, n * shape.k + k) % 10 < tenths)
                x[n * shape.k + k] = 0;
    }
}

void tern_x_fill_blocks(const tern_data *data, tern_shape shape, int8_t *x)
{
    static const size_t lengths[] = {16, 64, 8, 32, 4, 256, 128, 512};
    const uint64_t key = tern_random_key(data->seed, STREAM_ZEROS);

    tern_x_fill_random(data, shape, x);
    for (size_t n = 0; n < shape.n; n++) {
        const size_t length = lengths[(n + shape.k) % (sizeof lengths / sizeof *lengths)];
        for (size_t k = 0; k < shape.k; k++)
            if (n % 5 == 4 || tern_random_number(key, n << 24 | k / length) % 2 == 0)
                x[n * shape.k + k] = 0;
    }
}

void tern_x_fill_near(const tern_data *data, tern_shape shape, int8_t *x)
{
    const uint64_t key = tern_random_key(data->seed, STREAM_ZEROS);

    tern_x_fill_random(data, (tern_shape){1, shape.k, 1}, x);
    for (size_t n = 1; n < shape.n; n++) {
        memcpy(x + n * shape.k, x, shape.k);
        x[n * shape.k + tern_random_number(key, n) % shape.k] ^= 0x55;
    }
}
