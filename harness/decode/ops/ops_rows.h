/*
 * ops_rows.h - sums of products of float vectors with rows of floats, halves or int8: of attention as well as of the
 * head. Included by ops_body.h, once for each instruction set.
 *
 * A row's values become floats on the way, exactly, so that it does not matter where that happens.
 */
#ifndef TERN_OPS_ROWS_H
#define TERN_OPS_ROWS_H

#include "decode/ops/ops.h"

/* Sizes and types are constants where these are called, and the sums of a tile live in registers. */
#define INLINE static inline __attribute__((always_inline))

/*
 * How far ahead of its turn a row is asked for, when one vector alone takes it, so that memory and arithmetic are
 * busy together.
 */
enum { AHEAD_BYTES = 8192 };

INLINE size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

INLINE size_t bytes_of(tern_kv_type type)
{
    return type == TERN_KV_F32 ? sizeof(float) : type == TERN_KV_F16 ? sizeof(uint16_t) : 1;
}

/* 16 values from element i of a row on. */
INLINE lanes load_as(tern_kv_type type, const void *row, size_t i)
{
    return type == TERN_KV_F32   ? lanes_load((const float *)row + i)
           : type == TERN_KV_F16 ? lanes_from_f16((const uint16_t *)row + i)
                                 : lanes_from_i8((const int8_t *)row + i);
}

/* The same of a row that ends after `left` more values, fewer than 16; zeros follow. */
INLINE lanes load_last(tern_kv_type type, const void *row, size_t i, size_t left)
{
    float floats[16] = {0};
    uint16_t halves[16] = {0};
    int8_t bytes[16] = {0};

    switch (type) {
    case TERN_KV_F32:
        memcpy(floats, (const float *)row + i, left * sizeof *floats);
        return lanes_load(floats);
    case TERN_KV_F16:
        memcpy(halves, (const uint16_t *)row + i, left * sizeof *halves);
        return lanes_from_f16(halves);
    case TERN_KV_I8:
        break;
    }
    memcpy(bytes, (const int8_t *)row + i, left);
    return lanes_from_i8(bytes);
}

/*
 * Asks for the cache line at that byte, once a line. What lies behind the last row may not be there: asking does no
 * harm.
 */
INLINE void fetch_ahead(const uint8_t *data, size_t byte)
{
    if (byte % 64 == 0)
        __builtin_prefetch(data + byte);
}

/* Rows of values that follow one another in memory; counts may be less than a tile has. */
typedef struct rows_at {
    const uint8_t *row;
    size_t stride_bytes, count;
} rows_at;

/* Where its first rows begin; behind the end the last one again, and what is computed of it is not used. */
INLINE void rows_begin(const rows_at *rows, int row_count, const uint8_t **row)
{
    row[0] = rows->row;
    if (rows->count >= (size_t)row_count)
        for (int r = 1; r < row_count; r++)
            row[r] = row[r - 1] + rows->stride_bytes;
    else
        for (int r = 1; r < row_count; r++)
            row[r] = rows->row + least((size_t)r, rows->count - 1) * rows->stride_bytes;
}

/* sum[x * rows + row] of a tile of x_count vectors of floats by row_count rows, a multiple of 4 together. */
INLINE void dot_tile(tern_kv_type type, int x_count, int row_count, const float *x, size_t x_stride,
                     const rows_at *rows, size_t n, float *sum)
{
    const size_t whole = n / 16 * 16, tile_bytes = rows->stride_bytes * (size_t)row_count;
    const size_t ahead_bytes = tile_bytes > AHEAD_BYTES ? tile_bytes : AHEAD_BYTES;
    const uint8_t *row[8];
    lanes total[16], value[8];

    rows_begin(rows, row_count, row);
    for (int i = 0; i < x_count * row_count; i++)
        total[i] = lanes_set(0.0f);
    for (size_t i = 0; i < whole; i += 16) {
        for (int r = 0; r < row_count; r++) {
            value[r] = load_as(type, row[r], i);
            if (x_count == 1)
                fetch_ahead(row[r] + ahead_bytes, i * bytes_of(type));
        }
        for (int k = 0; k < x_count; k++) {
            const lanes factor = lanes_load(x + (size_t)k * x_stride + i);
            for (int r = 0; r < row_count; r++)
                total[k * row_count + r] = lanes_fma(factor, value[r], total[k * row_count + r]);
        }
    }
    if (whole < n)
        for (int k = 0; k < x_count; k++) {
            const lanes factor = load_last(TERN_KV_F32, x + (size_t)k * x_stride, whole, n - whole);
            for (int r = 0; r < row_count; r++)
                total[k * row_count + r] =
                    lanes_fma(factor, load_last(type, row[r], whole, n - whole), total[k * row_count + r]);
        }
    for (int i = 0; i < x_count * row_count; i += 4)
        lanes_sum4(total[i], total[i + 1], total[i + 2], total[i + 3], sum + i);
}

/* What a tile gives, to where it belongs; row_count rows of it, of which `count` are real. */
INLINE void put_tile(const float *sum, int x_count, int row_count, size_t count, float *y, size_t y_stride)
{
    for (int k = 0; k < x_count; k++)
        if (count >= (size_t)row_count)
            memcpy(y + (size_t)k * y_stride, sum + k * row_count, (size_t)row_count * sizeof *y);
        else
            memcpy(y + (size_t)k * y_stride, sum + k * row_count, count * sizeof *y);
}

/*
 * y[t * y_stride + r] for all tokens and rows. A block of rows is read once, and stays in cache for the other tokens.
 */
INLINE void dot_rows(tern_kv_type type, rows_at rows, size_t n, const float *x, size_t x_stride, size_t tokens,
                     float *y, size_t y_stride)
{
    enum { BLOCK = ALONE_ROWS };
    float sum[16];

    for (size_t r = 0; rows.count > 0; r += BLOCK) {
        const rows_at block = {rows.row, rows.stride_bytes, least(rows.count, BLOCK)};
        size_t t = 0;
        for (; t + TILE_X <= tokens; t += TILE_X)
            for (size_t first = 0; first < block.count; first += TILE_ROWS) {
                const rows_at tile = {block.row + first * block.stride_bytes, block.stride_bytes, block.count - first};
                dot_tile(type, TILE_X, TILE_ROWS, x + t * x_stride, x_stride, &tile, n, sum);
                put_tile(sum, TILE_X, TILE_ROWS, tile.count, y + t * y_stride + r + first, y_stride);
            }
        for (; t < tokens; t++) {
            dot_tile(type, 1, BLOCK, x + t * x_stride, x_stride, &block, n, sum);
            put_tile(sum, 1, BLOCK, block.count, y + t * y_stride + r, y_stride);
        }
        rows.row += block.count * block.stride_bytes;
        rows.count -= block.count;
    }
}

#endif
