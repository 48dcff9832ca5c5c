/*
 * vnni.h - what the kernels built on VPDPBUSD share: panels of 16 rows, how they are packed, and X as their GEMM reads it.
 *
 * VPDPBUSD adds four products of an unsigned byte, here the code w + 1, and a signed one, x, to a 32-bit lane; nothing
 * saturates. A lane is a row, so that sums need not be added across lanes and Y is stored as it comes. A step is 4 columns: one
 * vector of codes, and 4 bytes of x that all lanes share. A line is 64 bytes of packed W, 4 for each row of a panel, and
 * holds `digits` steps: digit i of byte j is column 4 i + j of the line, so that x is read in its own order. The lines
 * of a panel follow one another, and panels do, so that packed W is one stream. Columns past the last are zeros, rows
 * past the last too. The sum of x, the price of codes for weights, is taken off once a token.
 */
#ifndef TERN_VNNI_H
#define TERN_VNNI_H

#include "kernel.h"

#include <string.h>

#define VNNI_INLINE static inline __attribute__((always_inline))

enum {
    VNNI_ROWS = 16,   /* of a panel */
    VNNI_LINE = 64,   /* bytes */
    VNNI_STEP = 4,    /* columns */
    VNNI_MAX_LINE = 5 /* steps */
};

static inline size_t vnni_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t vnni_round_up(size_t bytes)
{
    return (bytes + VNNI_LINE - 1) / VNNI_LINE * VNNI_LINE;
}

static inline size_t vnni_panels(tern_shape shape)
{
    return (shape.m + VNNI_ROWS - 1) / VNNI_ROWS;
}

/* Lines of a panel. */
static inline size_t vnni_lines(tern_shape shape, size_t digits)
{
    return (shape.k + VNNI_STEP * digits - 1) / (VNNI_STEP * digits);
}

static inline size_t vnni_packed_bytes(tern_shape shape, size_t digits)
{
    return vnni_panels(shape) * vnni_lines(shape, digits) * VNNI_LINE;
}

/* Turns the weights of one row in one line, 4 * digits of them, into 4 bytes. */
typedef uint32_t vnni_encode(const int8_t *w);

/* The four codes of a step, a byte each: -1, 0, 1 become 0, 1, 2. */
static inline uint32_t vnni_codes(const int8_t *w)
{
    uint32_t bytes;

    memcpy(&bytes, w, sizeof bytes);
    return ((bytes & 0x03030303u) + 0x01010101u) & 0x03030303u;
}

VNNI_INLINE void vnni_pack_row(const int8_t *w, size_t k, size_t digits, vnni_encode *encode, uint8_t *line)
{
    const size_t width = VNNI_STEP * digits;
    int8_t last[VNNI_STEP * VNNI_MAX_LINE] = {0};
    uint32_t bytes;

    for (; k >= width; k -= width, w += width, line += VNNI_LINE) {
        bytes = encode(w);
        memcpy(line, &bytes, sizeof bytes);
    }
    if (k > 0) {
        memcpy(last, w, k);
        bytes = encode(last);
        memcpy(line, &bytes, sizeof bytes);
    }
}

VNNI_INLINE void vnni_pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, uint8_t *packed,
                                size_t digits, vnni_encode *encode)
{
    const tern_shape shape = problem->shape;
    const size_t panel_bytes = vnni_lines(shape, digits) * VNNI_LINE;

    if (rows.end == shape.m)
        memset(packed + (vnni_panels(shape) - 1) * panel_bytes, 0, panel_bytes);
    for (size_t m = rows.begin; m < rows.end; m++, w += shape.k)
        vnni_pack_row(w, shape.k, digits, encode,
                      packed + m / VNNI_ROWS * panel_bytes + m % VNNI_ROWS * sizeof(uint32_t));
}

static inline int32_t vnni_sum(const int8_t *x, size_t k)
{
    int32_t sum = 0;

    for (size_t i = 0; i < k; i++)
        sum += x[i];
    return sum;
}

/*
 * A GEMM's scratch: for each token, minus the sum of its x; X, re-ordered; for each thread, room for the codes of a block
 * of W. Tokens go in tiles of at most `most`, as equal as they can be. X of a tile is its 4 bytes of each token at step 0, then those at step
 * 1, and so on, zeros past the last column: one stream, whatever the tile and wherever the rows of X begin.
 */
typedef struct vnni_tokens {
    size_t begin, count;
} vnni_tokens;

static inline size_t vnni_tiles(size_t n, size_t most)
{
    return (n + most - 1) / most;
}

static inline vnni_tokens vnni_tile_tokens(size_t n, size_t tiles, size_t tile)
{
    const size_t count = n / tiles, larger = n % tiles;

    return (vnni_tokens){tile * count + vnni_smaller(tile, larger), count + (tile < larger)};
}

static inline size_t vnni_columns(tern_shape shape, size_t digits)
{
    return vnni_lines(shape, digits) * VNNI_STEP * digits;
}

static inline int32_t *vnni_starts(const tern_call *call)
{
    return call->scratch;
}

static inline size_t vnni_starts_bytes(size_t n)
{
    return vnni_round_up(n * sizeof(int32_t));
}

/* X of the tile that begins at token n. */
static inline int8_t *vnni_tile_x(const tern_call *call, size_t digits, size_t n)
{
    const tern_shape shape = call->problem->shape;

    return (int8_t *)call->scratch + vnni_starts_bytes(shape.n) + n * vnni_columns(shape, digits);
}

static inline size_t vnni_tokens_bytes(tern_shape shape, size_t digits)
{
    return vnni_starts_bytes(shape.n) + vnni_round_up(shape.n * vnni_columns(shape, digits));
}

static inline void vnni_prepare_tile(const tern_call *call, size_t digits, vnni_tokens tokens)
{
    const tern_shape shape = call->problem->shape;
    const int8_t *x = call->x + tokens.begin * shape.k;
    int8_t *out = vnni_tile_x(call, digits, tokens.begin);
    const size_t whole = shape.k / VNNI_STEP * VNNI_STEP, columns = vnni_columns(shape, digits);

    for (size_t n = 0; n < tokens.count; n++)
        vnni_starts(call)[tokens.begin + n] = -vnni_sum(x + n * shape.k, shape.k);
    for (size_t k = 0; k < whole; k += VNNI_STEP)
        for (size_t n = 0; n < tokens.count; n++, out += VNNI_STEP)
            memcpy(out, x + n * shape.k + k, VNNI_STEP);
    memset(out, 0, (columns - whole) * tokens.count);
    for (size_t n = 0; n < tokens.count && whole < shape.k; n++)
        memcpy(out + n * VNNI_STEP, x + n * shape.k + whole, shape.k - whole);
}

#endif
