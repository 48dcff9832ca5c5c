/*
 * lanes_portable.h - 16 floats side by side, in plain C. The other lanes_*.h are the same functions in vector
 * instructions and give the same bits for all numbers that are not NaN.
 */
#ifndef TERN_LANES_PORTABLE_H
#define TERN_LANES_PORTABLE_H

#include "base/half.h"
#include "kernel.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LANES_NAME "portable"
#define LANES_ISA  0
#define LANES_OPS  tern_ops_portable

/*
 * Sizes of the tiles that are held in registers, and how far ahead memory is asked for: of rows that lie side by side
 * (ops_rows.h), and of values (ops_attention.h). Here of no importance.
 */
enum { TILE_X = 2, TILE_ROWS = 2, TILE_COLUMNS = 2, ALONE_ROWS = 4, ALONE_COLUMNS = 4 };
enum { NEAR_BYTES = 4096, MIX_AHEAD_BYTES = 4096 };

typedef struct lanes {
    float v[16];
} lanes;

#define LANES_EACH(expression)                                                                                         \
    lanes y;                                                                                                           \
    for (int i = 0; i < 16; i++)                                                                                       \
        y.v[i] = (expression);                                                                                         \
    return y

static inline lanes lanes_set(float x)
{
    LANES_EACH(x);
}

static inline lanes lanes_load(const float *x)
{
    LANES_EACH(x[i]);
}

static inline void lanes_store(float *x, lanes a)
{
    memcpy(x, a.v, sizeof a.v);
}

static inline lanes lanes_from_i8(const int8_t *x)
{
    LANES_EACH((float)x[i]);
}

static inline lanes lanes_from_i32(const int32_t *x)
{
    LANES_EACH((float)x[i]);
}

static inline lanes lanes_add(lanes a, lanes b)
{
    LANES_EACH(a.v[i] + b.v[i]);
}

static inline lanes lanes_sub(lanes a, lanes b)
{
    LANES_EACH(a.v[i] - b.v[i]);
}

static inline lanes lanes_mul(lanes a, lanes b)
{
    LANES_EACH(a.v[i] * b.v[i]);
}

static inline lanes lanes_div(lanes a, lanes b)
{
    LANES_EACH(a.v[i] / b.v[i]);
}

/* a * b + c, rounded once */
static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    LANES_EACH(fmaf(a.v[i], b.v[i], c.v[i]));
}

/* b where the two are equal, zeros of either sign included */
static inline lanes lanes_max(lanes a, lanes b)
{
    LANES_EACH(a.v[i] > b.v[i] ? a.v[i] : b.v[i]);
}

static inline lanes lanes_abs(lanes a)
{
    LANES_EACH(tern_float_of(tern_float_bits(a.v[i]) & 0x7FFFFFFFu));
}

/* a < b ? yes : no */
static inline lanes lanes_if_less(lanes a, lanes b, lanes yes, lanes no)
{
    LANES_EACH(a.v[i] < b.v[i] ? yes.v[i] : no.v[i]);
}

/* 2^n of t = 1.5 * 2^23 + n, n from -126 to 127: the last bits of such a number are n. */
static inline lanes lanes_power(lanes t)
{
    LANES_EACH(tern_float_of((tern_float_bits(t.v[i]) << 23) + 0x3F800000u));
}

/* To the nearest integer, even among equals; the result fits. */
static inline void lanes_to_i8(int8_t *x, lanes a)
{
    for (int i = 0; i < 16; i++)
        x[i] = (int8_t)(uint8_t)tern_float_bits(a.v[i] + 0x1.8p23f);
}

static inline lanes lanes_from_f16(const uint16_t *half)
{
    LANES_EACH(tern_half_to_float(half[i]));
}

static inline void lanes_to_f16(uint16_t *half, lanes a)
{
    for (int i = 0; i < 16; i++)
        half[i] = tern_half_from_float(a.v[i]);
}

/* l with l + 8, l + 4, l + 2, l + 1 */
static inline float lanes_sum(lanes a)
{
    for (int width = 8; width > 0; width /= 2)
        for (int i = 0; i < width; i++)
            a.v[i] = a.v[i] + a.v[i + width];
    return a.v[0];
}

static inline void lanes_sum4(lanes a, lanes b, lanes c, lanes d, float *sum)
{
    sum[0] = lanes_sum(a);
    sum[1] = lanes_sum(b);
    sum[2] = lanes_sum(c);
    sum[3] = lanes_sum(d);
}

static inline void lanes_sum16(const lanes *a, float *sum)
{
    for (int i = 0; i < 16; i += 4)
        lanes_sum4(a[i], a[i + 1], a[i + 2], a[i + 3], sum + i);
}

static inline float lanes_top(lanes a)
{
    float top = a.v[0];
    for (int i = 1; i < 16; i++)
        top = a.v[i] > top ? a.v[i] : top;
    return top;
}

#endif
