/*
 * ops_rows.h - sums of products of float vectors with rows of floats, halves or int8: of attention as well as of the
 * head. Included by ops_body.h, once for each instruction set.
 *
 * A row's values become floats on the way, exactly, so that it does not matter where that happens.
 */
#ifndef TERN_OPS_ROWS_H
#define TERN_OPS_ROWS_H

#include "base/round.h"
#include "decode/ops/ops.h"

#include <stdbool.h>

/* Sizes and types are constants where these are called, and the sums of a tile live in registers. */
#define INLINE static inline __attribute__((always_inline))

/*
 * How far ahead memory is asked for, when one vector alone takes it, so that memory and arithmetic are busy together.
 * Rows are read side by side, but asked for in the order in which they lie in memory. Where a tile of them is as good
 * as one stream, a little ahead into the first level is best: NEAR_BYTES of lanes_*.h. Where each is a page and more,
 * streams into the first level halved the rate of a core with 32 KiB of it: far ahead into the second, which has room
 * for what is asked for. Four rows at a time had as much of the bandwidth as eight or more, on Zen 4 and on Emerald
 * Rapids; but for halves and one thread of the latter, where eight had more.
 */
enum { FAR_BYTES = 65536 };

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

/* Asks for a cache line, into the first level or the second. */
INLINE void fetch_ahead(uintptr_t line, bool near)
{
    if (near)
        __builtin_prefetch((const void *)line, 0, 3);
    else
        __builtin_prefetch((const void *)line, 0, 2);
}

/* Rows of values that follow one another in memory; counts may be less than a tile has. */
typedef struct rows_at {
    const uint8_t *row;
    size_t stride_bytes, count;
    size_t left; /* rows that memory has still to be asked for, these and those of later calls; 0: they are in cache */
} rows_at;

/* Without its first rows. */
INLINE rows_at rows_from(const rows_at *rows, size_t first)
{
    return (rows_at){rows->row + first * rows->stride_bytes, rows->stride_bytes, rows->count - first,
                     rows->left - tern_smaller(rows->left, first)};
}

/*
 * What to ask for while a tile is computed: as many bytes as it has, some tiles on, but none behind the last row. As a
 * number, since it may lie behind the last row where there are none.
 */
typedef struct ahead {
    uintptr_t line;
    size_t bytes;
    bool near;
} ahead;

/* For the first tile of row_count rows. */
INLINE ahead ahead_of(const rows_at *rows, int row_count)
{
    const size_t tile = rows->stride_bytes * (size_t)row_count, left_bytes = rows->left * rows->stride_bytes;
    const bool near = tile <= NEAR_BYTES;
    const size_t distance = near ? NEAR_BYTES : tile > FAR_BYTES ? tile : FAR_BYTES;
    const size_t bytes = left_bytes > distance ? tern_smaller(tile, left_bytes - distance) : 0;

    return (ahead){(uintptr_t)rows->row + distance, bytes, near};
}

/* Where its first rows begin; behind the end the last one again, and what is computed of it is not used. */
INLINE void rows_begin(const rows_at *rows, int row_count, const uint8_t **row)
{
    row[0] = rows->row;
    if (rows->count >= (size_t)row_count)
        for (int r = 1; r < row_count; r++)
            row[r] = row[r - 1] + rows->stride_bytes;
    else
        for (int r = 1; r < row_count; r++)
            row[r] = rows->row + tern_smaller((size_t)r, rows->count - 1) * rows->stride_bytes;
}

/*
 * total[x * rows + row] gets 16 more products of each pair of x_count vectors and row_count rows. A row is used up
 * before the next one is loaded: all of them and the sums are more than there are registers with AVX2.
 */
INLINE void dot_step(tern_kv_type type, int x_count, int row_count, const float *x, size_t x_stride,
                     const uint8_t *const *row, size_t i, lanes *total)
{
    lanes factor[4];

    for (int k = 0; k < x_count; k++)
        factor[k] = lanes_load(x + (size_t)k * x_stride + i);
    for (int r = 0; r < row_count; r++) {
        const lanes value = load_as(type, row[r], i);
        for (int k = 0; k < x_count; k++)
            total[k * row_count + r] = lanes_fma(factor[k], value, total[k * row_count + r]);
    }
}

/* The same of fewer than 16 at the end of rows and vectors, where zeros follow. */
INLINE void dot_last(tern_kv_type type, int x_count, int row_count, const float *x, size_t x_stride,
                     const uint8_t *const *row, size_t i, size_t left, lanes *total)
{
    uint8_t rest[8][16 * sizeof(float)] = {{0}};
    float x_rest[4][16] = {{0}};
    const uint8_t *at[8];

    for (int r = 0; r < row_count; r++)
        at[r] = memcpy(rest[r], row[r] + i * bytes_of(type), left * bytes_of(type));
    for (int k = 0; k < x_count; k++)
        memcpy(x_rest[k], x + (size_t)k * x_stride + i, left * sizeof *x);
    dot_step(type, x_count, row_count, x_rest[0], 16, at, 0, total);
}

/* Those of all accumulators, four or sixteen at a time. */
INLINE void sum_all(const lanes *total, int count, float *sum)
{
    if (count == 16)
        lanes_sum16(total, sum);
    else
        for (int t = 0; t < count; t += 4)
            lanes_sum4(total[t], total[t + 1], total[t + 2], total[t + 3], sum + t);
}

/* The sums of a tile to y[x * y_stride + row], of its first `rows` rows. */
INLINE void put_sums(int x_count, int row_count, const lanes *total, size_t rows, float *y, size_t y_stride)
{
    const bool whole = rows == (size_t)row_count;
    float sum[16];

    sum_all(total, x_count * row_count, x_count == 1 && whole ? y : sum);
    if (x_count == 1 && whole)
        return;
    for (int k = 0; k < x_count; k++)
        if (whole) /* so many as the compiler knows */
            memcpy(y + (size_t)k * y_stride, sum + k * row_count, (size_t)row_count * sizeof *y);
        else
            memcpy(y + (size_t)k * y_stride, sum + k * row_count, rows * sizeof *y);
}

/*
 * y[x * y_stride + row] of a tile of x_count vectors of floats by row_count rows, a multiple of 4 together. Of the
 * rows, there are rows->count.
 */
INLINE void dot_tile(tern_kv_type type, int x_count, int row_count, const float *x, size_t x_stride,
                     const rows_at *rows, size_t n, ahead next, float *y, size_t y_stride)
{
    const uint8_t *row[8];
    lanes total[16];
    size_t i = 0;

    rows_begin(rows, row_count, row);
    for (int t = 0; t < x_count * row_count; t++)
        total[t] = lanes_set(0.0f);
    for (; i + 16 <= n; i += 16) {
        const size_t byte = i * bytes_of(type);
        if (x_count == 1 && byte % 64 == 0 && byte * (size_t)row_count < next.bytes)
            for (size_t r = 0; r < (size_t)row_count; r++)
                fetch_ahead(next.line + byte * (size_t)row_count + 64 * r, next.near);
        dot_step(type, x_count, row_count, x, x_stride, row, i, total);
    }
    if (i < n)
        dot_last(type, x_count, row_count, x, x_stride, row, i, n - i, total);
    put_sums(x_count, row_count, total, rows->count, y, y_stride);
}

/* Whole tiles as long as there are rows for them. */
INLINE void dot_tiles(tern_kv_type type, int x_count, int row_count, const float *x, size_t x_stride, rows_at rows,
                      size_t n, float *y, size_t y_stride)
{
    const size_t step = (size_t)row_count;

    for (; rows.count >= step; rows = rows_from(&rows, step), y += step) {
        const rows_at tile = {rows.row, rows.stride_bytes, step, rows.left};
        dot_tile(type, x_count, row_count, x, x_stride, &tile, n, ahead_of(&rows, row_count), y, y_stride);
    }
    if (rows.count > 0)
        dot_tile(type, x_count, row_count, x, x_stride, &rows, n, ahead_of(&rows, row_count), y, y_stride);
}

/*
 * y[t * y_stride + r] for all tokens and rows. A block of rows is read once, and stays in cache for the other tokens.
 */
INLINE void dot_rows(tern_kv_type type, rows_at rows, size_t n, const float *x, size_t x_stride, size_t tokens,
                     float *y, size_t y_stride)
{
    if (tokens == 1) {
        dot_tiles(type, 1, ALONE_ROWS, x, x_stride, rows, n, y, y_stride);
        return;
    }
    for (; rows.count > 0; rows = rows_from(&rows, tern_smaller(rows.count, ALONE_ROWS)), y += ALONE_ROWS) {
        rows_at block = {rows.row, rows.stride_bytes, tern_smaller(rows.count, ALONE_ROWS), rows.left};
        size_t t = 0;
        for (; t + TILE_X <= tokens; t += TILE_X, block.left = 0)
            dot_tiles(type, TILE_X, TILE_ROWS, x + t * x_stride, x_stride, block, n, y + t * y_stride, y_stride);
        for (; t < tokens; t++, block.left = 0)
            dot_tiles(type, 1, ALONE_ROWS, x + t * x_stride, x_stride, block, n, y + t * y_stride, y_stride);
    }
}

#endif
