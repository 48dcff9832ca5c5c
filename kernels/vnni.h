/*
 * vnni.h - what the AVX-512 VNNI kernels share: the form of packed W, and the few operations they are made of.
 *
 * VPDPBUSD adds four products of an unsigned byte, here the code w + 1, and a signed one, x, to a 32-bit lane;
 * nothing saturates. A lane is a row, so that sums need not be added across lanes and Y is stored as it comes. A step
 * is 4 columns: one vector of codes, and 4 bytes of x that all lanes share. A line is 64 bytes of packed W, 4 for
 * each of the 16 rows of a panel, and holds VNNI_DIGITS steps: digit i of byte j is column 4 i + j of the line, so
 * that x is read in its own order. The lines of a panel follow one another, and panels do, so that packed W is one
 * stream. Weights past the last column and row are zeros. The sum of x, the price of codes for weights, is taken off
 * once a token.
 *
 * A kernel defines VNNI_DIGITS before it includes this.
 */
#ifndef TERN_VNNI_H
#define TERN_VNNI_H

#include "common.h"
#include "kernel.h"

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#define VNNI_INLINE static inline __attribute__((always_inline))

enum {
    VNNI_ROWS = 16,                        /* of a panel */
    VNNI_LINE = 64,                        /* bytes; of a vector, too */
    VNNI_STEP = 4,                         /* columns */
    VNNI_COLUMNS = VNNI_STEP * VNNI_DIGITS /* of a line */
};

/* To whole lines. */
static inline size_t vnni_round_up(size_t bytes)
{
    return common_parts(bytes, VNNI_LINE) * VNNI_LINE;
}

/* Lines of a panel. */
static inline size_t vnni_lines(tern_shape shape)
{
    return common_parts(shape.k, VNNI_COLUMNS);
}

static inline size_t vnni_packed_bytes(const tern_problem *problem)
{
    return common_parts(problem->shape.m, VNNI_ROWS) * vnni_lines(problem->shape) * VNNI_LINE;
}

/* Compilers move no access to memory past this, and keep no copies of what is there. */
VNNI_INLINE void vnni_apart(void)
{
    __asm__ volatile("" ::: "memory");
}

VNNI_INLINE __m512i vnni_load(const void *line)
{
    return _mm512_load_si512(line);
}

/*
 * Sums of 16 rows. Lanes of 32 bits: __m512i has lanes of 64, and what changes between the two GCC copies around
 * loops.
 */
typedef int32_t vnni_sums __attribute__((vector_size(VNNI_LINE)));

VNNI_INLINE void vnni_add(vnni_sums *sums, __m512i codes, __m512i x)
{
    *sums = (vnni_sums)_mm512_dpbusd_epi32((__m512i)*sums, codes, x);
}

/* The 4 bytes at x, given to all lanes. */
VNNI_INLINE __m512i vnni_spread(const int8_t *x)
{
    int32_t bytes;

    memcpy(&bytes, x, sizeof bytes);
    return _mm512_set1_epi32(bytes);
}

/*
 * The same with the 4 bytes at x, as one instruction: GCC 12 would load and spread x in one of its own, which matters
 * where x is used once.
 */
VNNI_INLINE void vnni_add_spread(vnni_sums *sums, __m512i codes, const int8_t *x)
{
    __asm__("vpdpbusd %2%{1to16%}, %1, %0"
            : "+v"(*sums)
            : "v"(codes), "m"(*(const int8_t(*)[VNNI_STEP])(const void *)x));
}

/* Stores the sums of the rows of a panel that are below `end`. */
VNNI_INLINE void vnni_store(int32_t *y, size_t panel, size_t end, __m512i sums)
{
    const size_t rows = end - panel * VNNI_ROWS;

    _mm512_mask_storeu_epi32(y + panel * VNNI_ROWS, (__mmask16)(rows < VNNI_ROWS ? (1u << rows) - 1 : 0xFFFF), sums);
}

/* `count` bytes, at most 64, then zeros. */
VNNI_INLINE __m512i vnni_load_bytes(const int8_t *from, size_t count)
{
    return _mm512_maskz_loadu_epi8(count < VNNI_LINE ? (UINT64_C(1) << count) - 1 : UINT64_MAX, from);
}

static inline int32_t vnni_sum(const int8_t *x, size_t k)
{
    __m512i sum = _mm512_setzero_si512();

    for (size_t i = 0; i < k; i += VNNI_LINE)
        sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), vnni_load_bytes(x + i, common_smaller(k - i, VNNI_LINE)));
    return _mm512_reduce_add_epi32(sum);
}

#endif
