/*
 * tmac_t3.h - packed W of tmac.t3, five bits for three weights, and its tables.
 *
 * A group is three weights of a row, the digits of B = w0 + 3 w1 + 9 w2, -13..13: |B| is an index of four bits, and a
 * fifth bit says that B is negative. A unit is 8 groups of each of 64 rows, a panel, in five cache lines: four of
 * indices, groups 2i and 2i+1 in the nibbles of line i, and one of signs, that of group g in bit g. Units stand in this
 * order, outermost first: slabs of 2048 rows, pieces of 10 units, panels, units. So a slab is one stream for a thread
 * that takes its pieces one after the other, and what a piece needs of X stays in the nearest cache meanwhile. A thread
 * that has a part of a slab skips the rest of each piece.
 *
 * The sum T of a group, -384..384, is 28 upper + lower, with both in -15..15.
 */
#ifndef TERN_TMAC_T3_H
#define TERN_TMAC_T3_H

#include "common.h"
#include "lut.h"
#include "ymm.h"

enum {
    TMAC_T3_HALF = 32,                /* rows of a vector */
    TMAC_T3_ROWS = 64,                /* of a panel */
    TMAC_T3_VECTORS = 2,              /* of a panel's rows */
    TMAC_T3_LINE = 64,                /* bytes of a panel: two groups' indices, or the signs of a unit */
    TMAC_T3_GROUP = 3,                /* columns */
    TMAC_T3_GROUPS = 8,               /* of a unit */
    TMAC_T3_COLUMNS = 24,             /* of a unit */
    TMAC_T3_SIGNS = 4 * TMAC_T3_LINE, /* bytes of a unit before its signs */
    TMAC_T3_UNIT = 5 * TMAC_T3_LINE,  /* bytes */
    TMAC_T3_TABLE = 32,               /* bytes of a group's: 16 lower digits, 16 upper ones */
    TMAC_T3_UNIT_TABLES = TMAC_T3_GROUPS * TMAC_T3_TABLE,
    TMAC_T3_PIECE = 10, /* units that 16-bit sums last for: 80 groups of 384 */
    TMAC_T3_SLAB = 32,  /* panels */
    TMAC_T3_BASE = 28,  /* of the digits */
};

static inline size_t tmac_t3_panels(const tern_problem *problem)
{
    return common_parts(problem->shape.m, TMAC_T3_ROWS);
}

static inline size_t tmac_t3_units(const tern_problem *problem)
{
    return common_parts(problem->shape.k, TMAC_T3_COLUMNS);
}

static inline size_t tmac_t3_packed_bytes(const tern_problem *problem)
{
    return tmac_t3_panels(problem) * tmac_t3_units(problem) * TMAC_T3_UNIT;
}

/* Units of the piece that begins at `unit`. */
static inline size_t tmac_t3_units_of_piece(const tern_problem *problem, size_t unit)
{
    return common_smaller(tmac_t3_units(problem) - unit, TMAC_T3_PIECE);
}

/* Where the piece of a panel that begins at `unit` lies in packed W. */
static inline size_t tmac_t3_place(const tern_problem *problem, size_t panel, size_t unit)
{
    const size_t slab = panel / TMAC_T3_SLAB * TMAC_T3_SLAB,
                 of_slab = common_smaller(tmac_t3_panels(problem) - slab, TMAC_T3_SLAB);

    return (slab * tmac_t3_units(problem) + of_slab * unit + (panel - slab) * tmac_t3_units_of_piece(problem, unit)) *
           TMAC_T3_UNIT;
}

/* Where row r of a panel stands in a line: 16-bit sums come in the order of rows. */
static inline size_t tmac_t3_row(size_t r)
{
    return r / TMAC_T3_HALF * TMAC_T3_HALF + r / 16 % 2 * 8 + r / 8 % 2 * 16 + r % 8;
}

/* A unit of a row. */
static inline void tmac_t3_pack_unit(const int8_t *w, uint8_t *at)
{
    const __m128i groups = _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    const __m128i later = _mm_setr_epi8(4, 5, 6, -1, 7, 8, 9, -1, 10, 11, 12, -1, 13, 14, 15, -1);
    const __m128i first = _mm_loadu_si128((const __m128i *)(const void *)w);
    const __m128i last = _mm_loadu_si128((const __m128i *)(const void *)(w + TMAC_T3_COLUMNS - sizeof first));
    const __m256i v = _mm256_set_m128i(_mm_shuffle_epi8(last, later), _mm_shuffle_epi8(first, groups));
    const __m256i places = _mm256_set1_epi32(1 | 3 << 8 | 9 << 16);
    const __m256i b = _mm256_madd_epi16(_mm256_maddubs_epi16(places, v), _mm256_set1_epi16(1));
    const __m256i index = _mm256_abs_epi32(b);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(index), _mm256_extracti128_si256(index, 1));
    const __m128i pairs = _mm_maddubs_epi16(_mm_packus_epi16(words, words), _mm_set1_epi16(1 | 16 << 8));
    const uint32_t bytes = (uint32_t)_mm_cvtsi128_si32(_mm_packus_epi16(pairs, pairs));

    for (size_t i = 0; i < TMAC_T3_SIGNS / TMAC_T3_LINE; i++)
        at[i * TMAC_T3_LINE] = (uint8_t)(bytes >> 8 * i);
    at[TMAC_T3_SIGNS] = (uint8_t)_mm256_movemask_ps(_mm256_castsi256_ps(b));
}

/* A piece of a row. */
static inline void tmac_t3_pack_piece(const int8_t *w, size_t columns, uint8_t *at)
{
    int8_t last[TMAC_T3_COLUMNS] = {0};

    for (; columns >= TMAC_T3_COLUMNS; columns -= TMAC_T3_COLUMNS, w += TMAC_T3_COLUMNS, at += TMAC_T3_UNIT)
        tmac_t3_pack_unit(w, at);
    if (columns == 0)
        return;
    memcpy(last, w, columns);
    tmac_t3_pack_unit(last, at);
}

static inline void tmac_t3_pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t k_end = problem->shape.k;

    for (size_t m = rows.begin; m < rows.end; m += TMAC_T3_ROWS, w += TMAC_T3_ROWS * k_end)
        for (size_t unit = 0; unit < tmac_t3_units(problem); unit += TMAC_T3_PIECE) {
            const size_t units = tmac_t3_units_of_piece(problem, unit),
                         count = common_smaller(rows.end - m, TMAC_T3_ROWS);
            const size_t k = unit * TMAC_T3_COLUMNS;
            uint8_t *piece = (uint8_t *)packed + tmac_t3_place(problem, m / TMAC_T3_ROWS, unit);
            if (count < TMAC_T3_ROWS)
                memset(piece, 0, units * TMAC_T3_UNIT);
            for (size_t r = 0; r < count; r++)
                tmac_t3_pack_piece(w + r * k_end + k, common_smaller(k_end - k, units * TMAC_T3_COLUMNS),
                                   piece + tmac_t3_row(r));
        }
}

/* w0, w1 and w2 of |B| = 0 to 13. */
#define TMAC_T3_W0 0, 1, -1, 0, 1, -1, 0, 1, -1, 0, 1, -1, 0, 1, 0, 0
#define TMAC_T3_W1 0, 0, 1, 1, 1, -1, -1, -1, 0, 0, 0, 1, 1, 1, 0, 0
#define TMAC_T3_W2 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0

/* The sums that they stand for, of x0, x1 and x2. */
LUT_INLINE __m256i tmac_t3_sums(const int16_t *x)
{
    const __m256i w0 = _mm256_setr_epi16(TMAC_T3_W0);
    const __m256i w1 = _mm256_setr_epi16(TMAC_T3_W1);
    const __m256i w2 = _mm256_setr_epi16(TMAC_T3_W2);

    return _mm256_add_epi16(_mm256_add_epi16(_mm256_sign_epi16(_mm256_set1_epi16(x[0]), w0),
                                             _mm256_sign_epi16(_mm256_set1_epi16(x[1]), w1)),
                            _mm256_sign_epi16(_mm256_set1_epi16(x[2]), w2));
}

/* Tables of a unit. */
static inline void tmac_t3_build_tables(const int8_t *x, uint8_t *tables)
{
    int16_t wide[2 * TMAC_T3_COLUMNS];

    for (size_t i = 0; i < TMAC_T3_COLUMNS; i += 8)
        _mm_storeu_si128((__m128i *)(void *)(wide + i),
                         _mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)(const void *)(x + i))));
    for (size_t g = 0; g < TMAC_T3_GROUPS; g++, tables += TMAC_T3_TABLE) {
        const __m256i sum = tmac_t3_sums(wide + g * TMAC_T3_GROUP);
        const __m256i upper = _mm256_mulhrs_epi16(sum, _mm256_set1_epi16((32768 + TMAC_T3_BASE / 2) / TMAC_T3_BASE));
        const __m256i lower = _mm256_sub_epi16(sum, _mm256_mullo_epi16(upper, _mm256_set1_epi16(TMAC_T3_BASE)));
        ymm_store(tables, _mm256_permute4x64_epi64(_mm256_packs_epi16(lower, upper), 0xD8));
    }
}

#endif
