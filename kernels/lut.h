/*
 * lut.h - what kernels of full tables share: panels of rows, and how they are filled.
 *
 * W stands in panels. A line of a panel holds a few columns, whose indices stand in one or more bytes of each row, and
 * is what a step of the kernel reads; lines of a panel follow one another, panels do, packed W is one stream.
 */
#ifndef TERN_LUT_H
#define TERN_LUT_H

#include "kernel.h"

#include <immintrin.h>
#include <string.h>

#define LUT_INLINE static inline __attribute__((always_inline))

enum { LUT_HINT_NONE, LUT_HINT_L1, LUT_HINT_L2, LUT_HINT_NTA };

/* How a kernel packs; constants at the call. */
typedef struct lut_form {
    size_t rows;                 /* of a panel */
    size_t columns;              /* of a line */
    size_t line;                 /* bytes */
    size_t block;                /* columns, whole lines, packed at a time: their lines stay in the nearest cache */
    size_t (*place)(size_t row); /* where a row of a panel stands in a line */
    void (*pack_row)(const int8_t *w, size_t k, uint8_t *line); /* up to `block` columns, from that place on */
} lut_form;

static inline size_t lut_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many parts of `size` cover n. */
static inline size_t lut_parts(size_t n, size_t size)
{
    return (n + size - 1) / size;
}

/* Rows that the last panel has not are given zeros. */
LUT_INLINE void lut_pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed,
                              lut_form form)
{
    const size_t k_end = problem->shape.k, bytes = lut_parts(k_end, form.columns) * form.line;
    uint8_t *panel = (uint8_t *)packed + rows.begin / form.rows * bytes;

    for (size_t m = rows.begin; m < rows.end; m += form.rows, panel += bytes, w += form.rows * k_end) {
        const size_t count = lut_smaller(rows.end - m, form.rows);
        if (count < form.rows)
            memset(panel, 0, bytes);
        for (size_t k = 0; k < k_end; k += form.block)
            for (size_t r = 0; r < count; r++)
                form.pack_row(w + r * k_end + k, lut_smaller(k_end - k, form.block),
                              panel + k / form.columns * form.line + form.place(r));
    }
}

LUT_INLINE void lut_prefetch(const uint8_t *line, int hint)
{
    if (hint == LUT_HINT_L1)
        _mm_prefetch((const char *)line, _MM_HINT_T0);
    else if (hint == LUT_HINT_L2)
        _mm_prefetch((const char *)line, _MM_HINT_T1);
    else if (hint == LUT_HINT_NTA)
        _mm_prefetch((const char *)line, _MM_HINT_NTA);
}

#endif
