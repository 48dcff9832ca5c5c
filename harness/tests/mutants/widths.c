/*
 * Types too narrow, in one path only: the GEMM of a kernel whose GEMV is right, its whole tiles, its tails.
 */
#include "mutant.h"

/* The value as code for several tokens or for whole tiles computes it, where condition holds. */
#define MUTANT_NARROW(symbol, its_name, its_summary, narrow, condition)                                                \
    static int32_t value_##symbol(const tern_call *call, size_t m, size_t n)                                           \
    {                                                                                                                  \
        const tern_shape shape = call->problem->shape;                                                                 \
        return (condition) ? narrow(call, m, n) : mutant_value(call, m, n);                                            \
    }                                                                                                                  \
    MUTANT_VALUE(symbol, its_name, its_summary, value_##symbol)

#define IN_WHOLE_TILES (shape.m / 16 > m / 16)

static int32_t wrapped_16(const tern_call *call, size_t m, size_t n)
{
    return (int16_t)mutant_value(call, m, n);
}

static int32_t saturated_16(const tern_call *call, size_t m, size_t n)
{
    const int32_t value = mutant_value(call, m, n);

    return value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value;
}

/* Sums held in the lower three bytes of something else. */
static int32_t wrapped_24(const tern_call *call, size_t m, size_t n)
{
    return (int32_t)((uint32_t)mutant_value(call, m, n) << 8) >> 8;
}

static int32_t in_float(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    float sum = 0.0f;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += (float)(x[k] * w[k]);
    return (int32_t)sum;
}

MUTANT_NARROW(gemm_16, "gemm-wraps-16", "adds in int16 from four tokens on", wrapped_16, shape.n >= 4);
MUTANT_NARROW(gemm_17_16, "gemm-saturates-16", "saturates at int16 from 17 tokens on", saturated_16, shape.n >= 17);
MUTANT_NARROW(tiles_16, "tiles-wrap-16", "adds in int16 in whole tiles of 16 rows", wrapped_16, IN_WHOLE_TILES);
MUTANT_NARROW(token_tail_16, "token-tail-wraps-16", "adds in int16 in the tokens that blocks of four leave over",
              wrapped_16, shape.n > 4 && n >= shape.n / 4 * 4);
MUTANT_NARROW(tiles_24, "sums-of-24-bits", "keeps sums in three bytes", wrapped_24, shape.k > 0);
MUTANT_NARROW(gemm_tiles_24, "gemm-sums-of-24-bits", "keeps sums in three bytes, in whole tiles for 4 tokens and more",
              wrapped_24, IN_WHOLE_TILES &&shape.n >= 4);
MUTANT_NARROW(gemm_float, "gemm-in-float", "adds in float from four tokens on", in_float, shape.n >= 4);
MUTANT_NARROW(tiles_float, "tiles-in-float", "adds in float in whole tiles of 16 rows", in_float, IN_WHOLE_TILES);

/* x + 128 times w + 1 in 16-bit lanes: 64 steps fit, and it widens after 65. */
static int32_t widened_late(const tern_call *call, size_t m, size_t n)
{
    enum { STEPS = 65 };
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;
    int16_t lane[16] = {0};

    for (size_t k = 0; k < call->problem->shape.k; k++) {
        lane[k % 16] = (int16_t)(lane[k % 16] + (x[k] + 128) * (w[k] + 1));
        sum -= x[k] + 128 * (w[k] + 1);
        if (k / 16 % STEPS == STEPS - 1 || k + 16 >= call->problem->shape.k) {
            sum += lane[k % 16];
            lane[k % 16] = 0;
        }
    }
    return sum;
}
MUTANT_NARROW(widens_late, "widens-after-65-steps", "widens 16-bit lanes one step late, in whole tiles", widened_late,
              IN_WHOLE_TILES);

/* X is biased by 128, and the correction, 128 times the sum of a row of W, is kept in int16. */
static int32_t corrected_16(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0, weights = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++) {
        sum += (x[k] + 128) * w[k];
        weights += w[k];
    }
    return sum - (int16_t)(128 * weights);
}
MUTANT_NARROW(gemm_correction, "gemm-corrects-in-16", "keeps 128 times the sum of a row in int16, in GEMM",
              corrected_16, shape.n >= 4);

/* The same with the sum itself in 16 bits. */
static int32_t row_sum_16(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;
    int16_t weights = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++) {
        sum += (x[k] + 128) * w[k];
        weights = (int16_t)(weights + w[k]);
    }
    return sum - 128 * weights;
}
MUTANT_NARROW(row_sums_16, "row-sums-of-16-bits", "keeps the sum of a row of W in int16", row_sum_16, shape.k > 0);

/* The byte sign instruction, for which -(-128) is -128, in the columns that vectors of 16 leave over. */
static int32_t sign_trick_in_tail(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = mutant_value(call, m, n);

    for (size_t k = k_end / 16 * 16; k < k_end; k++)
        sum -= x[k] == -128 && w[k] < 0 ? 256 : 0;
    return sum;
}
MUTANT_NARROW(gemm_sign_trick, "gemm-tail-sign-trick", "negates x in int8, in the tail of K, from five tokens on",
              sign_trick_in_tail, shape.n >= 5);

/* What is read when a number is cut to some bits. */
static int32_t value_at(const tern_call *call, size_t w_offset, size_t x_offset)
{
    const int8_t *w = (const int8_t *)call->packed + w_offset, *x = call->x + x_offset;
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += x[k] * w[k];
    return sum;
}

#define MUTANT_CUT(symbol, its_name, its_summary, w_offset, x_offset)                                                  \
    static int32_t value_##symbol(const tern_call *call, size_t m, size_t n)                                           \
    {                                                                                                                  \
        const tern_shape shape = call->problem->shape;                                                                 \
        return value_at(call, w_offset, x_offset);                                                                     \
    }                                                                                                                  \
    MUTANT_VALUE(symbol, its_name, its_summary, value_##symbol)

MUTANT_CUT(w_stride_16, "w-stride-of-16-bits", "keeps the stride of W in 16 bits", m *(uint16_t)shape.k, n *shape.k);
MUTANT_CUT(x_stride_16, "x-stride-of-16-bits", "keeps the stride of X in 16 bits", m *shape.k, n *(uint16_t)shape.k);
MUTANT_CUT(tile_stride_16, "tile-stride-of-16-bits", "keeps the stride of W in 16 bits in whole tiles of 16 rows",
           m *(IN_WHOLE_TILES ? (uint16_t)shape.k : shape.k), n *shape.k);
MUTANT_CUT(row_16, "row-numbers-of-16-bits", "counts rows in 16 bits", (uint16_t)m *shape.k, n *shape.k);
MUTANT_CUT(token_16, "token-numbers-of-16-bits", "counts tokens in 16 bits", m *shape.k, (uint16_t)n *shape.k);
MUTANT_CUT(row_tiles_8, "row-tiles-of-8-bits", "counts tiles of 16 rows in 8 bits",
           ((uint8_t)(m / 16) * (size_t)16 + m % 16) * shape.k, n *shape.k);
MUTANT_CUT(token_blocks_8, "token-blocks-of-8-bits", "counts blocks of 8 tokens in 8 bits", m *shape.k,
           ((uint8_t)(n / 8) * (size_t)8 + n % 8) * shape.k);
MUTANT_CUT(gemm_row_15, "gemm-row-numbers-of-15-bits", "counts rows in int16, for two tokens and more",
           (shape.n >= 2 ? m & INT16_MAX : m) * shape.k, n *shape.k);

/* Blocks of 64 columns are counted in 8 bits: from K = 16448 on, the first ones again. */
static int32_t column_blocks_8(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += x[(uint8_t)(k / 64) * (size_t)64 + k % 64] * w[k];
    return sum;
}
MUTANT_VALUE(column_blocks_8, "column-blocks-of-8-bits", "counts blocks of 64 columns in 8 bits", column_blocks_8);

/* An offset that went through a float. */
MUTANT_LOSES(w_offset_24, "w-offset-of-24-bits", "loses a column in rows that begin beyond 2^24 weights",
             m *shape.k >= (size_t)1 << 24);

MUTANT_CUT(column_18, "row-numbers-of-18-bits", "counts rows in 18 bits", (m & 0x3FFFF) * shape.k, n *shape.k);
MUTANT_LOSES(pages_of_w, "whole-pages-of-w", "loses a column where M and K are multiples of 4096",
             shape.m % 4096 == 0 && shape.k % 4096 == 0);

/* Columns wrap at 2^20. */
static int32_t columns_20(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += x[k & 0xFFFFF] * w[k];
    return sum;
}
MUTANT_VALUE(columns_20, "column-numbers-of-20-bits", "counts columns in 20 bits", columns_20);
