/*
 * trits2.h - what AVX2 kernels with 2-bit weights share: the form of packed W, and how it is packed.
 *
 * W stands in panels of 16 rows. A line is 64 bytes of packed W, 4 of each row, and holds 16 columns: bits 2i and 2i+1
 * of byte j of a row are the code w + 1 of column 4 i + j. So a mask, or a shift and a mask, turns a line into a step:
 * the codes of 4 columns, in two vectors of 8 rows. Lines of a panel follow one another, and panels do: packed W is one
 * stream. A 32-bit lane is a row; x is 4 bytes that all lanes share, and sums need not be added across lanes.
 *
 * Codes are the unsigned operand of VPMADDUBSW, x the signed one, whole range: a pair adds -512 to 508, so that 64
 * steps fit 16 bits. The sum of x is taken off: sum (w + 1) x - sum x. Columns past the last meet x = 0.
 */
#ifndef TERN_TRITS2_H
#define TERN_TRITS2_H

#include "common.h"
#include "kernel.h"
#include "ymm.h"

#include <immintrin.h>
#include <string.h>

#define TRITS2_INLINE static inline __attribute__((always_inline))

enum {
    TRITS2_ROWS = 16,    /* of a panel */
    TRITS2_VECTOR = 32,  /* bytes */
    TRITS2_LINE = 64,    /* bytes of packed W */
    TRITS2_STEP = 4,     /* columns */
    TRITS2_COLUMNS = 16, /* of a line */
    TRITS2_DEPTH = 16    /* lines that 16-bit sums of codes last for */
};

static inline size_t trits2_panels(size_t rows)
{
    return common_parts(rows, TRITS2_ROWS);
}

static inline size_t trits2_lines(size_t columns)
{
    return common_parts(columns, TRITS2_COLUMNS);
}

static inline size_t trits2_panel_bytes(const tern_problem *problem)
{
    return trits2_lines(problem->shape.k) * TRITS2_LINE;
}

static inline size_t trits2_packed_bytes(const tern_problem *problem)
{
    return trits2_panels(problem->shape.m) * trits2_panel_bytes(problem);
}

/* The 4 bytes at x, given to all lanes. */
TRITS2_INLINE __m256i trits2_spread(const int8_t *x)
{
    int32_t bytes;

    memcpy(&bytes, x, sizeof bytes);
    return _mm256_set1_epi32(bytes);
}

/* sum + codes * x, 16 bits a pair. One addition after the other: GCC would reorder them and run out of registers. */
TRITS2_INLINE __m256i trits2_add(__m256i sum, __m256i codes, __m256i x)
{
    sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(codes, x));
    __asm__("" : "+x"(sum));
    return sum;
}

/* 32-bit sums of the pairs of 16-bit ones. */
TRITS2_INLINE __m256i trits2_widen(__m256i sums16)
{
    return _mm256_madd_epi16(sums16, _mm256_set1_epi16(1));
}

static inline int32_t trits2_sum(const int8_t *x, size_t k)
{
    int32_t sum = 0;

    for (size_t i = 0; i < k; i++)
        sum += x[i];
    return sum;
}

/* y[r] = sums[r] for the first `rows` rows of a panel, or all. */
static inline void trits2_put_rows(int32_t *y, const int32_t *sums, size_t rows)
{
    if (rows >= TRITS2_ROWS)
        memcpy(y, sums, TRITS2_ROWS * sizeof *y);
    else
        memcpy(y, sums, rows * sizeof *y);
}

/* 32 weights of a row. The low 4 bytes of the lower half are for a line, those of the upper half for the next. */
static inline __m256i trits2_encode(const int8_t *w)
{
    const __m256i transpose =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const __m256i codes = _mm256_shuffle_epi8(_mm256_add_epi8(ymm_load(w), _mm256_set1_epi8(1)), transpose);
    const __m256i places = _mm256_set1_epi32(1 | 4 << 8 | 16 << 16 | 64 << 24);
    const __m256i bytes = trits2_widen(_mm256_maddubs_epi16(codes, places));

    return _mm256_shuffle_epi8(bytes, _mm256_set1_epi32(0 | 4 << 8 | 8 << 16 | 12 << 24));
}

/* line: where the bytes of the row go in its first line. */
static inline void trits2_pack_row(const int8_t *w, size_t k, uint8_t *line)
{
    int8_t last[TRITS2_VECTOR] = {0};
    __m256i bytes;

    for (; k >= TRITS2_VECTOR; k -= TRITS2_VECTOR, w += TRITS2_VECTOR, line += 2 * TRITS2_LINE) {
        bytes = trits2_encode(w);
        _mm_storeu_si32(line, _mm256_castsi256_si128(bytes));
        _mm_storeu_si32(line + TRITS2_LINE, _mm256_extracti128_si256(bytes, 1));
    }
    if (k == 0)
        return;
    memcpy(last, w, k);
    bytes = trits2_encode(last);
    _mm_storeu_si32(line, _mm256_castsi256_si128(bytes));
    if (k > TRITS2_COLUMNS)
        _mm_storeu_si32(line + TRITS2_LINE, _mm256_extracti128_si256(bytes, 1));
}

static inline void trits2_pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t k = problem->shape.k, bytes = trits2_panel_bytes(problem);
    uint8_t *panel = (uint8_t *)packed + rows.begin / TRITS2_ROWS * bytes;

    for (size_t m = rows.begin; m < rows.end; m += TRITS2_ROWS, panel += bytes) {
        const size_t count = common_smaller(rows.end - m, TRITS2_ROWS);
        if (count < TRITS2_ROWS)
            memset(panel, 0, bytes);
        for (size_t r = 0; r < count; r++, w += k)
            trits2_pack_row(w, k, panel + r * TRITS2_STEP);
    }
}

#endif
