/*
 * Number i of a stream is mix(key + i * odd), so that it can be had without those before it: no state, and no order.
 * The mixer is the finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
 * OOPSLA 2014).
 */
#include "check/data.h"

#include <stdint.h>
#include <string.h>

typedef enum stream { STREAM_W = 1, STREAM_X = 2 } stream;

static inline uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint64_t stream_key(uint64_t seed, stream which)
{
    return mix(mix(seed) + which);
}

static inline uint64_t number(uint64_t key, size_t i)
{
    return mix(key + (uint64_t)(i + 1) * 0x9E3779B97F4A7C15u);
}

/* The lowest bit is the sign; the other 31 decide whether there is any. */
static inline int8_t trit(uint32_t random, uint32_t zeros)
{
    const int sign = 1 - 2 * (int)(random & 1);

    return (int8_t)(sign * ((random >> 1) >= zeros));
}

static void fill_w_random(const tern_data *data, size_t count, int8_t *w)
{
    const uint64_t key = stream_key(data->seed, STREAM_W);
    const uint32_t zeros = (uint32_t)(data->p0 * 2147483648.0);

    for (size_t i = 0; i + 1 < count; i += 2) {
        const uint64_t random = number(key, i / 2);
        w[i] = trit((uint32_t)random, zeros);
        w[i + 1] = trit((uint32_t)(random >> 32), zeros);
    }
    if (count % 2 != 0)
        w[count - 1] = trit((uint32_t)number(key, count / 2), zeros);
}

/* +1, -1, +1, ... along k, each row beginning with the other sign than the row before. */
static void fill_w_alternating(tern_shape shape, int8_t *w)
{
    for (size_t m = 0; m < shape.m; m++)
        for (size_t k = 0; k < shape.k; k++)
            w[m * shape.k + k] = (m + k) % 2 == 0 ? 1 : -1;
}

void tern_data_fill_w(const tern_data *data, tern_shape shape, int8_t *w)
{
    const size_t count = shape.m * shape.k;

    switch (data->w) {
    case TERN_W_RANDOM:
        fill_w_random(data, count, w);
        break;
    case TERN_W_ZERO:
        memset(w, 0, count);
        break;
    case TERN_W_PLUS:
        memset(w, 1, count);
        break;
    case TERN_W_MINUS:
        memset(w, -1, count);
        break;
    case TERN_W_ALTERNATING:
        fill_w_alternating(shape, w);
        break;
    }
}

static void fill_x_random(const tern_data *data, size_t count, int8_t *x)
{
    const uint64_t key = stream_key(data->seed, STREAM_X);

    for (size_t i = 0; i < count; i += 8) {
        const uint64_t random = number(key, i / 8);
        for (size_t byte = 0; byte < 8 && i + byte < count; byte++)
            x[i + byte] = (int8_t)((int)(random >> (8 * byte) & 0xFF) - 128);
    }
}

static void fill_x_alternating(tern_shape shape, int8_t *x)
{
    for (size_t n = 0; n < shape.n; n++)
        for (size_t k = 0; k < shape.k; k++)
            x[n * shape.k + k] = (n + k) % 2 == 0 ? 127 : -128;
}

/* The tokens take the columns from both ends in turn: 0, K-1, 1, K-2, ... */
static void fill_x_onehot(tern_shape shape, int8_t *x)
{
    memset(x, 0, shape.n * shape.k);
    for (size_t n = 0; n < shape.n; n++) {
        const size_t turn = n % shape.k / 2;
        const bool left = n % shape.k % 2 == 0;
        x[n * shape.k + (left ? turn : shape.k - 1 - turn)] = left ? -128 : 127;
    }
}

void tern_data_fill_x(const tern_data *data, tern_shape shape, int8_t *x)
{
    const size_t count = shape.n * shape.k;

    switch (data->x) {
    case TERN_X_RANDOM:
        fill_x_random(data, count, x);
        break;
    case TERN_X_MIN:
        memset(x, -128, count);
        break;
    case TERN_X_MAX:
        memset(x, 127, count);
        break;
    case TERN_X_ALTERNATING:
        fill_x_alternating(shape, x);
        break;
    case TERN_X_ONEHOT:
        fill_x_onehot(shape, x);
        break;
    case TERN_X_ZERO:
        memset(x, 0, count);
        break;
    }
}
