/*
 * lut512.h - packed W, tables and sums of tmac.lut512.
 *
 * A line of a panel of 128 rows has 9 columns, three groups of three weights, in two bytes of each row: of 64 rows
 * there is a vector of first bytes, then one of second bytes. Their bits 0 to 4 are the indices of the first and the
 * second group. The third has bits 5 to 7 of the first byte, and above them bits 5 and 6 of the second. VPERMB takes
 * the lowest 6 bits of an index, and tables stand twice in its 64 bytes: the first two groups need no decoding at all,
 * and the third, a shift of each byte and a selection.
 *
 * A table has an entry for each index = code 0 + 3 code 1 + 9 code 2, where a code is w + 1. A sum of three products is
 * in -384..384; with 384 added it is 28 upper + lower, both digits below 28, so that nine of either add up to less than
 * 256.
 */
#ifndef TERN_LUT512_H
#define TERN_LUT512_H

#include "common.h"
#include "lut.h"

#include <stdbool.h>

enum {
    LUT512_VECTOR = 64,                           /* bytes, and rows */
    LUT512_VECTORS = 2,                           /* of rows */
    LUT512_ROWS = LUT512_VECTORS * LUT512_VECTOR, /* of a panel */
    LUT512_LINE = 2 * LUT512_ROWS,                /* bytes of packed W */
    LUT512_GROUP = 3,                             /* weights */
    LUT512_COLUMNS = 3 * LUT512_GROUP,            /* of a line */
    LUT512_PIECE = 4 * LUT512_COLUMNS,            /* weights packed at a time */
    LUT512_TABLE = 32,                            /* bytes: one digit of each entry */
    LUT512_TABLES = 3 * 2 * LUT512_TABLE,         /* bytes of the tables of a line */
    LUT512_BASE = 28,                             /* of the digits */
    LUT512_BIAS = LUT512_GROUP * 128              /* of a sum, so that none is below zero */
};

static inline size_t lut512_lines(const tern_problem *problem)
{
    return common_parts(problem->shape.k, LUT512_COLUMNS);
}

static inline size_t lut512_packed_bytes(const tern_problem *problem)
{
    return common_parts(problem->shape.m, LUT512_ROWS) * lut512_lines(problem) * LUT512_LINE;
}

/* Packs up to LUT512_PIECE weights of a row, up to 4 lines. Where there is none, the code is that of 0. */
LUT_INLINE void lut512_pack_piece(const int8_t *w, size_t count, uint8_t *line)
{
    const __m512i lanes = _mm512_setr_epi32(0x020100, 0x050403, 0x080706, 0, 0x0B0A09, 0x0E0D0C, 0x11100F, 0, 0x141312,
                                            0x171615, 0x1A1918, 0, 0x1D1C1B, 0x201F1E, 0x232221, 0);
    const __m512i digits = _mm512_set1_epi32(1 | 3 << 8 | 9 << 16);
    const __m512i places =
        _mm512_broadcast_i32x4(_mm_setr_epi16(1, 1, 256, 256, 1 << 5 | 1 << 10, 1 << 5 | 1 << 10, 0, 0));
    const __m512i fields = _mm512_broadcast_i32x4(_mm_setr_epi32(0x1F, 0x1F00, 0x60E0, 0));
    __m512i v = _mm512_maskz_loadu_epi8(((__mmask64)1 << count) - 1, w);
    uint32_t words[LUT512_VECTOR / 4] __attribute__((aligned(LUT512_VECTOR)));

    v = _mm512_permutexvar_epi8(lanes, _mm512_add_epi8(v, _mm512_set1_epi8(1)));
    v = _mm512_and_si512(_mm512_madd_epi16(_mm512_maddubs_epi16(v, digits), places), fields);
    v = _mm512_or_si512(v, _mm512_shuffle_epi32(v, _MM_PERM_BADC));
    _mm512_store_si512(words, _mm512_or_si512(v, _mm512_shuffle_epi32(v, _MM_PERM_CDAB)));
    for (size_t i = 0; i < common_parts(count, LUT512_COLUMNS); i++, line += LUT512_LINE) {
        line[0] = (uint8_t)words[4 * i];
        line[LUT512_VECTOR] = (uint8_t)(words[4 * i] >> 8);
    }
}

static inline void lut512_pack_row(const int8_t *w, size_t k, uint8_t *line)
{
    for (; k >= LUT512_PIECE; k -= LUT512_PIECE, w += LUT512_PIECE, line += 4 * LUT512_LINE)
        lut512_pack_piece(w, LUT512_PIECE, line);
    if (k > 0)
        lut512_pack_piece(w, k, line);
}

/* Sums of bytes widen to those of 32 rows in the even ones and those of 32 in the odd. */
static inline size_t lut512_place(size_t r)
{
    return r / LUT512_VECTOR * 2 * LUT512_VECTOR + r % 32 * 2 + r / 32 % 2;
}

static inline void lut512_pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const lut_form form = {LUT512_ROWS, LUT512_COLUMNS, LUT512_LINE, 16 * LUT512_PIECE, lut512_place, lut512_pack_row};

    lut_pack_rows(problem, w, rows, packed, form);
}

/* The lower digits of all entries, then the upper ones. */
static inline void lut512_build_table(const int8_t x[LUT512_GROUP], uint8_t *table)
{
    static const uint8_t code01[LUT512_VECTOR] __attribute__((aligned(LUT512_VECTOR))) = {
        0, 0, 1, 0, 2, 0, 0, 1, 1, 1, 2, 1, 0, 2, 1, 2, 2, 2, 0, 0, 1, 0, 2, 0, 0, 1, 1,
        1, 2, 1, 0, 2, 1, 2, 2, 2, 0, 0, 1, 0, 2, 0, 0, 1, 1, 1, 2, 1, 0, 2, 1, 2, 2, 2};
    static const uint8_t code2[LUT512_VECTOR] __attribute__((aligned(LUT512_VECTOR))) = {
        [18] = 1, [20] = 1, [22] = 1, [24] = 1, [26] = 1, [28] = 1, [30] = 1, [32] = 1, [34] = 1,
        [36] = 2, [38] = 2, [40] = 2, [42] = 2, [44] = 2, [46] = 2, [48] = 2, [50] = 2, [52] = 2};
    const __m512i x01 = _mm512_set1_epi16((int16_t)((uint8_t)x[0] | (uint8_t)x[1] << 8));
    const __m512i x2 = _mm512_set1_epi16((uint8_t)x[2]);
    const __m512i start = _mm512_set1_epi16((int16_t)(LUT512_BIAS - x[0] - x[1] - x[2]));
    const __m512i sum01 = _mm512_maddubs_epi16(_mm512_load_si512(code01), x01);
    const __m512i sum2 = _mm512_maddubs_epi16(_mm512_load_si512(code2), x2);
    const __m512i sums = _mm512_add_epi16(start, _mm512_add_epi16(sum01, sum2));
    const __m512i upper = _mm512_mulhi_epu16(sums, _mm512_set1_epi16(65536 / LUT512_BASE + 1));
    const __m512i lower = _mm512_sub_epi16(sums, _mm512_mullo_epi16(upper, _mm512_set1_epi16(LUT512_BASE)));
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);

    _mm512_store_si512(table, _mm512_permutexvar_epi64(order, _mm512_packus_epi16(lower, upper)));
}

static inline void lut512_build_tables(const int8_t x[LUT512_COLUMNS], uint8_t *tables)
{
    for (size_t g = 0; g < LUT512_COLUMNS / LUT512_GROUP; g++)
        lut512_build_table(x + g * LUT512_GROUP, tables + g * 2 * LUT512_TABLE);
}

/* 16-bit sums of 64 rows: `total` is that of the first 32 plus 256 times that of the others, which `odd` is. */
typedef struct lut512_sum {
    __m512i total, odd;
} lut512_sum;

LUT_INLINE void lut512_widen(lut512_sum *sum, __m512i bytes)
{
    sum->total = _mm512_add_epi16(sum->total, bytes);
    sum->odd = _mm512_add_epi16(sum->odd, _mm512_srli_epi16(bytes, 8));
}

/* y = base * upper + lower - bias for up to 64 rows; or y +=. */
static inline void lut512_put(int32_t *y, size_t rows, lut512_sum lower, lut512_sum upper, int32_t bias, bool set)
{
    const __m512i base = _mm512_set1_epi32(LUT512_BASE), start = _mm512_set1_epi32(-bias);
    uint16_t low[LUT512_VECTOR], high[LUT512_VECTOR];

    _mm512_storeu_si512(low, _mm512_sub_epi16(lower.total, _mm512_slli_epi16(lower.odd, 8)));
    _mm512_storeu_si512(low + 32, lower.odd);
    _mm512_storeu_si512(high, _mm512_sub_epi16(upper.total, _mm512_slli_epi16(upper.odd, 8)));
    _mm512_storeu_si512(high + 32, upper.odd);
    for (size_t r = 0; r < rows; r += 16) {
        const __mmask16 mask = (__mmask16)(0xFFFF >> (16 - common_smaller(rows - r, 16)));
        const __m512i u = _mm512_mullo_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)(high + r))), base);
        const __m512i v = _mm512_add_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)(low + r))), start);
        const __m512i old = set ? _mm512_setzero_si512() : _mm512_maskz_loadu_epi32(mask, y + r);
        _mm512_mask_storeu_epi32(y + r, mask, _mm512_add_epi32(old, _mm512_add_epi32(u, v)));
    }
}

#endif
