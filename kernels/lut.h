/*
 * lut.h - what kernels of full tables share: how the compiler is told to unroll, and, of most, panels of rows and how
 * they are filled.
 *
 * W stands in panels. A line of a panel holds a few columns, whose indices stand in one or more bytes of each row, and
 * is what a step of the kernel reads; lines of a panel follow one another, panels do, packed W is one stream.
 */
#ifndef TERN_LUT_H
#define TERN_LUT_H

#include "common.h"
#include "kernel.h"

#include <immintrin.h>
#include <string.h>

#define LUT_INLINE static inline __attribute__((always_inline))

/* GCC must be told to unroll; clang does it by itself, but too late to keep arrays of vectors in registers. */
#ifdef __clang__
#define LUT_UNROLL _Pragma("clang loop unroll(full)")
#else
#define LUT_UNROLL _Pragma("GCC unroll 8")
#endif

/* The 16 bytes of a table, in both halves. */
LUT_INLINE __m256i lut_load_table(const uint8_t *table)
{
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(const void *)table));
}

#ifdef __AVX512F__
/* GCC would load it again for each use. */
LUT_INLINE __m512i lut_load_index(const uint8_t *line)
{
    __m512i index = _mm512_load_si512(line);

    __asm__("" : "+v"(index));
    return index;
}
#endif

/* lut_runs[hint]: run_with(call, rows, hint), where hint is a constant. */
#define LUT_RUN(name, run_with, hint)                                                                                  \
    static void name(const tern_call *call, tern_slice rows)                                                           \
    {                                                                                                                  \
        run_with(call, rows, hint);                                                                                    \
    }
#define LUT_RUNS(run_with)                                                                                             \
    LUT_RUN(run_plain, run_with, COMMON_HINT_NONE)                                                                     \
    LUT_RUN(run_l1, run_with, COMMON_HINT_L1)                                                                          \
    LUT_RUN(run_l2, run_with, COMMON_HINT_L2)                                                                          \
    LUT_RUN(run_nta, run_with, COMMON_HINT_NTA)                                                                        \
    static tern_stage_fn *const lut_runs[] = {run_plain, run_l1, run_l2, run_nta};

/* How a kernel packs; constants at the call. */
typedef struct lut_form {
    size_t rows;                 /* of a panel */
    size_t columns;              /* of a line */
    size_t line;                 /* bytes */
    size_t block;                /* columns, whole lines, packed at a time: their lines stay in the nearest cache */
    size_t (*place)(size_t row); /* where a row of a panel stands in a line */
    void (*pack_row)(const int8_t *w, size_t k, uint8_t *line); /* up to `block` columns, from that place on */
} lut_form;

/* Rows that the last panel has not are given zeros. */
LUT_INLINE void lut_pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed,
                              lut_form form)
{
    const size_t k_end = problem->shape.k, bytes = common_parts(k_end, form.columns) * form.line;
    uint8_t *panel = (uint8_t *)packed + rows.begin / form.rows * bytes;

    for (size_t m = rows.begin; m < rows.end; m += form.rows, panel += bytes, w += form.rows * k_end) {
        const size_t count = common_smaller(rows.end - m, form.rows);
        if (count < form.rows)
            memset(panel, 0, bytes);
        for (size_t k = 0; k < k_end; k += form.block)
            for (size_t r = 0; r < count; r++)
                form.pack_row(w + r * k_end + k, common_smaller(k_end - k, form.block),
                              panel + k / form.columns * form.line + form.place(r));
    }
}

#endif
