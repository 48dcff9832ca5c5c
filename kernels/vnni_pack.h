/*
 * vnni_pack.h - packs W for the AVX-512 VNNI kernels (see vnni.h), as fast as memory delivers it.
 *
 * Vectors of as many columns of a row as make whole lines are encoded four rows at a time: 128-bit lane l of the result
 * is what these rows have in line l. Four of them make the lines of a panel, after an exchange of lanes.
 *
 * A kernel defines vnni_encode() after it includes this.
 */
#ifndef TERN_VNNI_PACK_H
#define TERN_VNNI_PACK_H

#include "common.h"
#include "vnni.h"

enum {
    VNNI_PACK_LINES = VNNI_LINE / VNNI_COLUMNS, /* that a vector of weights fills */
    VNNI_PACK_COLUMNS = VNNI_PACK_LINES * VNNI_COLUMNS
};

/* Lane l: the 4 bytes in line l of each of four rows, whose first VNNI_PACK_COLUMNS weights count. */
VNNI_INLINE __m512i vnni_encode(const __m512i rows[4]);

/* Lane l of the result r is lane r of v[l]. */
VNNI_INLINE void vnni_exchange_lanes(const __m512i v[4], __m512i result[4])
{
    const __m512i low01 = _mm512_shuffle_i32x4(v[0], v[1], 0x44), high01 = _mm512_shuffle_i32x4(v[0], v[1], 0xEE);
    const __m512i low23 = _mm512_shuffle_i32x4(v[2], v[3], 0x44), high23 = _mm512_shuffle_i32x4(v[2], v[3], 0xEE);

    result[0] = _mm512_shuffle_i32x4(low01, low23, 0x88);
    result[1] = _mm512_shuffle_i32x4(low01, low23, 0xDD);
    result[2] = _mm512_shuffle_i32x4(high01, high23, 0x88);
    result[3] = _mm512_shuffle_i32x4(high01, high23, 0xDD);
}

/* Packs `columns` of `rows` rows that lie k weights apart, at most VNNI_PACK_COLUMNS and VNNI_ROWS. */
VNNI_INLINE void vnni_pack_vectors(const int8_t *w, size_t k, size_t rows, size_t columns, uint8_t *packed)
{
    __m512i lanes[4], line[4];

    for (size_t quarter = 0; quarter < 4; quarter++) {
        __m512i v[4];
        for (size_t i = 0; i < 4; i++) {
            const size_t row = 4 * quarter + i;
            v[i] = row < rows ? vnni_load_bytes(w + row * k, columns) : _mm512_setzero_si512();
        }
        lanes[quarter] = vnni_encode(v);
    }
    vnni_exchange_lanes(lanes, line);
    for (size_t i = 0; i < common_parts(columns, VNNI_COLUMNS); i++)
        _mm512_store_si512(packed + i * VNNI_LINE, line[i]);
}

static inline void vnni_pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t k = problem->shape.k, whole = k / VNNI_PACK_COLUMNS * VNNI_PACK_COLUMNS;
    uint8_t *line = (uint8_t *)packed + rows.begin / VNNI_ROWS * vnni_lines(problem->shape) * VNNI_LINE;

    for (size_t m = rows.begin; m < rows.end; m += VNNI_ROWS, w += VNNI_ROWS * k) {
        const size_t count = common_smaller(rows.end - m, VNNI_ROWS);
        for (size_t i = 0; i < whole; i += VNNI_PACK_COLUMNS, line += VNNI_PACK_LINES * VNNI_LINE)
            vnni_pack_vectors(w + i, k, count, VNNI_PACK_COLUMNS, line);
        if (whole < k) {
            vnni_pack_vectors(w + whole, k, count, k - whole, line);
            line += common_parts(k - whole, VNNI_COLUMNS) * VNNI_LINE;
        }
    }
}

#endif
