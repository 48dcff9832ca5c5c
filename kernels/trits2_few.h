/*
 * trits2_few.h - few tokens, with W as trits2.h packs it: codes are taken out of a line in registers and multiplied
 * with up to four tokens at once.
 *
 * A line gives 8 vectors of codes, by 14 instructions, and each meets every token of the tile. 8 sums, 2 vectors of the
 * line, 2 of codes, one of x, one product and the mask fill the 16 registers. More tokens than four read a panel again,
 * from a near cache. Bound by memory when W streams; in cache by the multiply-add and add pairs, at four tokens 64 of
 * 78 vector instructions. Many tokens are faster with codes that are unpacked to memory once (trits2_gemm.h).
 */
#ifndef TERN_TRITS2_FEW_H
#define TERN_TRITS2_FEW_H

#include "token_tiling.h"
#include "trits2.h"

enum { TRITS2_FEW = 4 }; /* tokens of a tile, at most */

/* x of a tile: tokens are `stride` bytes apart. */
typedef struct trits2_few_x {
    const int8_t *x;
    size_t stride, tokens; /* tokens: a constant where it counts */
} trits2_few_x;

/* Sums of a panel's upper and lower 8 rows, by token. */
typedef struct trits2_few_sums {
    __m256i token[TRITS2_FEW][2];
} trits2_few_sums;

/* 16-bit sums += a line times x. */
TRITS2_INLINE void trits2_few_add_line(trits2_few_sums *sum, const uint8_t *line, trits2_few_x x)
{
    const __m256i mask = _mm256_set1_epi8(3);
    __m256i upper = ymm_load(line), lower = ymm_load(line + TRITS2_VECTOR);

#pragma GCC unroll 4
    for (size_t step = 0; step < TRITS2_COLUMNS; step += TRITS2_STEP) {
        const __m256i first = _mm256_and_si256(upper, mask), second = _mm256_and_si256(lower, mask);
#pragma GCC unroll 4
        for (size_t t = 0; t < TRITS2_FEW; t++)
            if (t < x.tokens) {
                const __m256i v = trits2_spread(x.x + t * x.stride + step);
                sum->token[t][0] = trits2_add(sum->token[t][0], first, v);
                sum->token[t][1] = trits2_add(sum->token[t][1], second, v);
            }
        upper = _mm256_srli_epi16(upper, 2);
        lower = _mm256_srli_epi16(lower, 2);
    }
}

/* total, of 32 bits, += lines of a panel times x. Lines `ahead` bytes further on are prefetched to L2; 0: none. */
TRITS2_INLINE void trits2_few_add_lines(trits2_few_sums *total, const uint8_t *line, size_t lines, trits2_few_x x,
                                        size_t ahead)
{
    while (lines > 0) {
        const uint8_t *end = line + common_smaller(lines, TRITS2_DEPTH) * TRITS2_LINE;
        trits2_few_sums sum;
#pragma GCC unroll 4
        for (size_t t = 0; t < TRITS2_FEW; t++)
            sum.token[t][0] = sum.token[t][1] = _mm256_setzero_si256();
        lines -= (size_t)(end - line) / TRITS2_LINE;
        for (; line < end; line += TRITS2_LINE, x.x += TRITS2_COLUMNS) {
            if (ahead > 0)
                common_prefetch(line + ahead, COMMON_HINT_L2);
            trits2_few_add_line(&sum, line, x);
        }
#pragma GCC unroll 4
        for (size_t t = 0; t < TRITS2_FEW; t++)
            for (size_t half = 0; t < x.tokens && half < 2; half++)
                total->token[t][half] = _mm256_add_epi32(total->token[t][half], trits2_widen(sum.token[t][half]));
    }
}

/* Tokens from `begin` on, and what every panel needs of them. */
typedef struct trits2_few_tile {
    size_t begin;
    __m256i start[TRITS2_FEW];                /* minus the sum of x */
    int8_t last[TRITS2_FEW * TRITS2_COLUMNS]; /* x of the line that X ends in, token by token */
} trits2_few_tile;

static inline trits2_few_tile trits2_few_begin(const tern_call *call, token_tile tokens)
{
    const size_t k = call->problem->shape.k, whole = k / TRITS2_COLUMNS * TRITS2_COLUMNS;
    const int8_t *x = call->x + tokens.begin * k;
    trits2_few_tile tile = {.begin = tokens.begin};

    for (size_t t = 0; t < tokens.count; t++, x += k) {
        tile.start[t] = _mm256_set1_epi32(-trits2_sum(x, k));
        memcpy(tile.last + t * TRITS2_COLUMNS, x + whole, k - whole);
    }
    return tile;
}

/* Y of a tile's tokens for the panel that begins at row m, below row `end`. tokens is a constant. */
TRITS2_INLINE void trits2_few_run(const tern_call *call, const trits2_few_tile *tile, size_t tokens, size_t m,
                                  size_t end, size_t ahead)
{
    const tern_shape shape = call->problem->shape;
    const size_t whole = shape.k / TRITS2_COLUMNS;
    const uint8_t *panel = (const uint8_t *)call->packed + m / TRITS2_ROWS * trits2_panel_bytes(call->problem);
    const trits2_few_x x = {call->x + tile->begin * shape.k, shape.k, tokens};
    trits2_few_sums total;
    int32_t y[TRITS2_ROWS];

#pragma GCC unroll 4
    for (size_t t = 0; t < TRITS2_FEW; t++)
        total.token[t][0] = total.token[t][1] = tile->start[t];
    trits2_few_add_lines(&total, panel, whole, x, ahead);
    if (whole * TRITS2_COLUMNS < shape.k)
        trits2_few_add_lines(&total, panel + whole * TRITS2_LINE, 1, (trits2_few_x){tile->last, TRITS2_COLUMNS, tokens},
                             ahead);
    for (size_t t = 0; t < tokens; t++) {
        ymm_store(y, total.token[t][0]);
        ymm_store(y + TRITS2_ROWS / 2, total.token[t][1]);
        trits2_put_rows(call->y + (tile->begin + t) * shape.m + m, y, end - m);
    }
}

#endif
