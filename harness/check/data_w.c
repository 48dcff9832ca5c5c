#include "base/random.h"
#include "check/data_fill.h"

#include <assert.h>
#include <string.h>

enum { STREAM_W = 1, STREAM_BLOCKS = 3 };

/* The lowest bit is the sign; the other 31 decide whether there is any. */
static inline int8_t trit(uint32_t random, uint32_t zeros)
{
    const int sign = 1 - 2 * (int)(random & 1);

    return (int8_t)(sign * ((random >> 1) >= zeros));
}

static uint32_t zeros_of(double p0)
{
    return (uint32_t)(p0 * 2147483648.0);
}

void tern_w_fill_random(const tern_data *data, tern_shape shape, int8_t *w)
{
    const uint64_t key = tern_random_key(data->seed, STREAM_W);
    const uint32_t zeros = zeros_of(data->p0);
    const size_t count = shape.m * shape.k;

    for (size_t i = 0; i + 1 < count; i += 2) {
        const uint64_t random = tern_random_number(key, i / 2);
        w[i] = trit((uint32_t)random, zeros);
        w[i + 1] = trit((uint32_t)(random >> 32), zeros);
    }
    if (count % 2 != 0)
        w[count - 1] = trit((uint32_t)tern_random_number(key, count / 2), zeros);
}

void tern_w_fill_zero(const tern_data *data, tern_shape shape, int8_t *w)
{
    (void)data;
    memset(w, 0, shape.m * shape.k);
}

void tern_w_fill_plus(const tern_data *data, tern_shape shape, int8_t *w)
{
    (void)data;
    memset(w, 1, shape.m * shape.k);
}

void tern_w_fill_minus(const tern_data *data, tern_shape shape, int8_t *w)
{
    (void)data;
    memset(w, -1, shape.m * shape.k);
}

/* Each row begins with the other sign than the row before. */
void tern_w_fill_alternating(const tern_data *data, tern_shape shape, int8_t *w)
{
    (void)data;
    for (size_t m = 0; m < shape.m; m++)
        for (size_t k = 0; k < shape.k; k++)
            w[m * shape.k + k] = (m + k) % 2 == 0 ? 1 : -1;
}

/*
 * Row m is made of runs of one length, and the rows differ in it. One in four of the blocks of 8 rows and 64 columns
 * is all zero besides.
 */
void tern_w_fill_blocks(const tern_data *data, tern_shape shape, int8_t *w)
{
    static const size_t lengths[] = {16, 64, 8, 32, 4, 256, 128, 512};
    const uint64_t key = tern_random_key(data->seed, STREAM_W), blocks = tern_random_key(data->seed, STREAM_BLOCKS);
    const uint32_t zeros = zeros_of(data->p0);

    for (size_t m = 0; m < shape.m; m++) {
        const size_t length = lengths[m % (sizeof lengths / sizeof *lengths)];
        for (size_t k = 0; k < shape.k; k++) {
            const bool zero = tern_random_number(blocks, m / 8 << 24 | k / 64) % 4 == 0;
            w[m * shape.k + k] = zero ? 0 : trit((uint32_t)tern_random_number(key, m << 24 | k / length), zeros);
        }
    }
}

void tern_w_fill_mixed(const tern_data *data, tern_shape shape, int8_t *w)
{
    static const double shares[] = {0.97, 0.0, 0.5, 1.0, 0.02, 0.9, 0.999, 0.33};
    const uint64_t key = tern_random_key(data->seed, STREAM_W);

    for (size_t m = 0; m < shape.m; m++) {
        const uint32_t zeros = zeros_of(shares[m % (sizeof shares / sizeof *shares)]);
        for (size_t k = 0; k < shape.k; k++)
            w[m * shape.k + k] = trit((uint32_t)tern_random_number(key, m * shape.k + k), zeros);
    }
}

/* -1, 0, 1, -1, ... */
static int8_t next_trit(int8_t trit)
{
    return (int8_t)(trit == 1 ? -1 : trit + 1);
}

void tern_w_fill_near(const tern_data *data, tern_shape shape, int8_t *w)
{
    const uint64_t key = tern_random_key(data->seed, STREAM_BLOCKS);

    assert(shape.k > 0);
    tern_w_fill_random(data, (tern_shape){1, shape.k, 1}, w);
    for (size_t m = 1; m < shape.m; m++) {
        int8_t *different = w + m * shape.k + tern_random_number(key, m) % shape.k;
        memcpy(w + m * shape.k, w, shape.k);
        *different = next_trit(*different);
    }
}

/* Neighbours in groups, and one group after the other has the next of all patterns. */
static void fill_patterns(const tern_data *data, tern_shape shape, size_t group, size_t patterns, int8_t *w)
{
    const size_t groups = (shape.k + group - 1) / group;

    for (size_t m = 0; m < shape.m; m++)
        for (size_t g = 0; g < groups; g++) {
            size_t pattern = (data->seed + m * groups + g) % patterns;
            for (size_t k = g * group; k < (g + 1) * group && k < shape.k; k++, pattern /= 3)
                w[m * shape.k + k] = (int8_t)((int)(pattern % 3) - 1);
        }
}

void tern_w_fill_count(const tern_data *data, tern_shape shape, int8_t *w)
{
    fill_patterns(data, shape, 8, 6561, w);
}

void tern_w_fill_count12(const tern_data *data, tern_shape shape, int8_t *w)
{
    fill_patterns(data, shape, 12, 531441, w);
}

/* The rows take the columns from both ends in turn, with either sign. */
void tern_w_fill_onehot(const tern_data *data, tern_shape shape, int8_t *w)
{
    (void)data;
    memset(w, 0, shape.m * shape.k);
    for (size_t m = 0; m < shape.m; m++)
        w[m * shape.k + tern_column_in_turn(m / 2 % shape.k, shape.k)] = m % 2 == 0 ? 1 : -1;
}
