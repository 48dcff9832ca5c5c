/*
 * neon.h - what the kernels for NEON share: panels of 16 rows, how they are packed, X padded to whole lines, and the
 * GEMM around a register tile.
 *
 * A line is 64 bytes of packed W: 16 columns of the 16 rows of a panel, 4 bytes a row, so that a vector holds 4 rows.
 * Bits 2i and 2i+1 of byte j of a row hold the code w + 1 of column 4 i + j: what belongs to step i, the fields i of a
 * line, meets the same 4 bytes of x in every row, and a line meets the next 16 bytes of x in their own order. A vector
 * of sums is 4 rows, and Y is stored as it comes. The lines of a panel follow one another, and panels do, so that
 * packed W is one stream. Columns past the last meet zeros of x; rows past the last are never stored.
 */
#ifndef TERN_NEON_H
#define TERN_NEON_H

#include "common.h"
#include "kernel.h"

#include <arm_neon.h>
#include <stdbool.h>
#include <string.h>

#define NEON_INLINE static inline __attribute__((always_inline))

enum {
    NEON_ROWS = 16,                          /* of a panel */
    NEON_VECTORS = 4,                        /* of 4 rows each, in a line */
    NEON_STEPS = 4,                          /* of 4 columns each, in a line */
    NEON_COLUMNS = 16,                       /* of a line */
    NEON_LINE = 64,                          /* bytes of packed W */
    NEON_WEIGHTS = NEON_ROWS * NEON_COLUMNS, /* of a line, a byte each */
    NEON_BLOCK = 32,                         /* lines that 16-bit sums last for */
    NEON_TOKENS = 4                          /* of a register tile, at most */
};

static inline size_t neon_lines(tern_shape shape)
{
    return common_parts(shape.k, NEON_COLUMNS);
}

static inline size_t neon_panel_bytes(tern_shape shape)
{
    return neon_lines(shape) * NEON_LINE;
}

static inline size_t neon_packed_bytes(const tern_problem *problem)
{
    return common_parts(problem->shape.m, NEON_ROWS) * neon_panel_bytes(problem->shape);
}

/* Where the panel of row m begins. */
static inline const uint8_t *neon_panel(const tern_call *call, size_t m)
{
    return (const uint8_t *)call->packed + m / NEON_ROWS * neon_panel_bytes(call->problem->shape);
}

/* The 16 weights of a row in a line, in 4 bytes. Their fields share no bits, so that a sum puts them together. */
static inline void neon_pack_columns(int8x16_t w, uint8_t *bytes)
{
    static const int8_t shift[NEON_COLUMNS] = {0, 0, 0, 0, 2, 2, 2, 2, 4, 4, 4, 4, 6, 6, 6, 6};
    const uint8x16_t code = vreinterpretq_u8_s8(vaddq_s8(w, vdupq_n_s8(1)));
    const uint32_t fields = vaddvq_u32(vreinterpretq_u32_u8(vshlq_u8(code, vld1q_s8(shift))));

    memcpy(bytes, &fields, sizeof fields);
}

static inline void neon_pack_row(const int8_t *w, size_t k, uint8_t *line)
{
    int8_t last[NEON_COLUMNS] = {0};

    for (; k >= NEON_COLUMNS; k -= NEON_COLUMNS, w += NEON_COLUMNS, line += NEON_LINE)
        neon_pack_columns(vld1q_s8(w), line);
    if (k > 0) {
        memcpy(last, w, k);
        neon_pack_columns(vld1q_s8(last), line);
    }
}

static inline void neon_pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const tern_shape shape = problem->shape;
    const size_t padded = common_round_up(rows.end, NEON_ROWS), panel_bytes = neon_panel_bytes(shape);

    for (size_t m = rows.begin; m < padded; m++, w += shape.k) {
        uint8_t *line = (uint8_t *)packed + m / NEON_ROWS * panel_bytes + m % NEON_ROWS * NEON_STEPS;
        if (m < rows.end)
            neon_pack_row(w, shape.k, line);
        else
            for (size_t i = 0; i < neon_lines(shape); i++)
                memset(line + i * NEON_LINE, 0, NEON_STEPS);
    }
}

/* Scratch of a call: X, each row padded by zeros to whole lines, then the sums of x, one int32 a token. */
static inline size_t neon_x_stride(tern_shape shape)
{
    return neon_lines(shape) * NEON_COLUMNS;
}

static inline size_t neon_scratch_bytes(const tern_problem *problem)
{
    return problem->shape.n * (neon_x_stride(problem->shape) + sizeof(int32_t));
}

static inline int8_t *neon_x(const tern_call *call, size_t n)
{
    return (int8_t *)call->scratch + n * neon_x_stride(call->problem->shape);
}

static inline int32_t *neon_sums(const tern_call *call)
{
    return (int32_t *)(void *)neon_x(call, call->problem->shape.n);
}

static inline void neon_prepare(const tern_call *call, tern_slice tokens)
{
    const size_t k = call->problem->shape.k, stride = neon_x_stride(call->problem->shape);

    for (size_t n = tokens.begin; n < tokens.end; n++) {
        int8_t *x = neon_x(call, n);
        int32_t sum = 0;
        memcpy(x, call->x + n * k, k);
        memset(x + k, 0, stride - k);
        for (size_t i = 0; i < k; i++)
            sum += x[i];
        neon_sums(call)[n] = sum;
    }
}

/* Y of the panel that begins at row m and of one token. */
static inline void neon_store(const tern_call *call, size_t n, size_t m, size_t rows, const int32x4_t sum[NEON_VECTORS])
{
    int32_t *y = call->y + n * call->problem->shape.m + m;
    int32_t value[NEON_ROWS];

    for (size_t v = 0; v < NEON_VECTORS; v++)
        vst1q_s32(value + 4 * v, sum[v]);
    memcpy(y, value, rows * sizeof *y);
}

/* Turns lines into weights, a byte each: of each line first step 0 of all rows, then step 1, and so on. */
static inline void neon_unpack(const uint8_t *line, size_t lines, int8_t *weights)
{
    const uint8x16_t low = vdupq_n_u8(3), one = vdupq_n_u8(1);

    for (; lines > 0; lines--, weights += NEON_WEIGHTS - NEON_LINE)
        for (size_t v = 0; v < NEON_VECTORS; v++, line += 16, weights += 16) {
            const uint8x16_t codes = vld1q_u8(line);
            const uint8x16_t step[NEON_STEPS] = {vandq_u8(codes, low), vandq_u8(vshrq_n_u8(codes, 2), low),
                                                 vandq_u8(vshrq_n_u8(codes, 4), low), vshrq_n_u8(codes, 6)};
            for (size_t i = 0; i < NEON_STEPS; i++)
                vst1q_s8(weights + i * NEON_LINE, vreinterpretq_s8_u8(vsubq_u8(step[i], one)));
        }
}

/*
 * Sums of weights times x over at most NEON_BLOCK lines, for `tokens` rows of x, `stride` bytes apart; a constant at
 * the call, at most NEON_TOKENS.
 */
typedef void neon_tile(const int8_t *weights, size_t lines, const int8_t *x, size_t stride, size_t tokens,
                       int32x4_t sum[NEON_TOKENS][NEON_VECTORS]);

/* What a block of a panel adds to Y, tokens [n, n + tokens). */
typedef struct neon_part {
    const int8_t *weights;
    size_t line, lines, m, rows;
} neon_part;

NEON_INLINE void neon_add_part(const tern_call *call, const neon_part *part, size_t n, size_t tokens, neon_tile *tile)
{
    const size_t stride = neon_x_stride(call->problem->shape);
    int32x4_t sum[NEON_TOKENS][NEON_VECTORS];

    tile(part->weights, part->lines, neon_x(call, n) + part->line * NEON_COLUMNS, stride, tokens, sum);
    for (size_t t = 0; t < tokens; t++) {
        int32_t value[NEON_ROWS] = {0};
        if (part->line > 0)
            memcpy(value, call->y + (n + t) * call->problem->shape.m + part->m, part->rows * sizeof *value);
        for (size_t v = 0; v < NEON_VECTORS; v++)
            sum[t][v] = vaddq_s32(sum[t][v], vld1q_s32(value + 4 * v));
        neon_store(call, n + t, part->m, part->rows, sum[t]);
    }
}

/* Several tokens: each panel is unpacked `block` lines at a time, in the nearest cache, and used by all of them. */
NEON_INLINE void neon_run_tokens(const tern_call *call, tern_slice rows, size_t block, size_t most, neon_tile *tile)
{
    const tern_shape shape = call->problem->shape;
    int8_t weights[NEON_BLOCK * NEON_WEIGHTS];

    for (size_t m = rows.begin; m < rows.end; m += NEON_ROWS)
        for (size_t line = 0; line < neon_lines(shape); line += block) {
            const neon_part part = {weights, line, common_smaller(block, neon_lines(shape) - line), m,
                                    common_smaller(NEON_ROWS, rows.end - m)};
            size_t n = 0;
            neon_unpack(neon_panel(call, m) + line * NEON_LINE, part.lines, weights);
            for (; n + most <= shape.n; n += most)
                neon_add_part(call, &part, n, most, tile);
            for (; n < shape.n; n++)
                neon_add_part(call, &part, n, 1, tile);
        }
}

#endif
