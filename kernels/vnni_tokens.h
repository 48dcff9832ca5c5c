/*
 * vnni_tokens.h - X as the GEMM of the AVX-512 VNNI kernels reads it.
 *
 * Tokens go in tiles of at most VNNI_TOKENS (token_tiling.h). X of a tile is its 4 bytes of each token at step 0, then
 * those at step 1, and so on, zeros past the last column: one stream, whatever the tile and wherever the rows of X
 * begin. Four tokens by sixteen steps are transposed in registers. Before X stand the values that sums begin at, minus
 * the sum of x of each token. Threads share this work by tiles and chunks of columns.
 */
#ifndef TERN_VNNI_TOKENS_H
#define TERN_VNNI_TOKENS_H

#include "common.h"
#include "token_tiling.h"
#include "vnni.h"

enum {
    VNNI_TOKENS = 12, /* of a tile, at most */
    VNNI_CHUNK = 320  /* columns: whole vectors, and whole lines of 16 columns or of 20 */
};

static inline size_t vnni_tiles(size_t n)
{
    return common_parts(n, VNNI_TOKENS);
}

static inline token_tile vnni_tile(size_t n, size_t tile)
{
    return token_tile_at(token_tiling_of(n, VNNI_TOKENS), tile);
}

/* With those past the last. */
static inline size_t vnni_columns(tern_shape shape)
{
    return vnni_lines(shape) * VNNI_COLUMNS;
}

/* What the sums of each token begin at. */
static inline int32_t *vnni_starts(const tern_call *call)
{
    return call->scratch;
}

static inline size_t vnni_starts_bytes(size_t n)
{
    return vnni_round_up(n * sizeof(int32_t));
}

/* X of the tile that begins at token n. */
static inline int8_t *vnni_tile_x(const tern_call *call, size_t n)
{
    const tern_shape shape = call->problem->shape;

    return (int8_t *)call->scratch + vnni_starts_bytes(shape.n) + n * vnni_columns(shape);
}

/* Of scratch, starts and X. */
static inline size_t vnni_tokens_bytes(tern_shape shape)
{
    return common_apart(vnni_starts_bytes(shape.n) + shape.n * vnni_columns(shape));
}

/* Steps 0 to 15 of four tokens: [step][token]. */
VNNI_INLINE void vnni_transpose(const __m512i token[4], int32_t steps[16][4])
{
    const __m512i low01 = _mm512_unpacklo_epi32(token[0], token[1]), high01 = _mm512_unpackhi_epi32(token[0], token[1]);
    const __m512i low23 = _mm512_unpacklo_epi32(token[2], token[3]), high23 = _mm512_unpackhi_epi32(token[2], token[3]);
    const __m512i v[4] = {_mm512_unpacklo_epi64(low01, low23), _mm512_unpackhi_epi64(low01, low23),
                          _mm512_unpacklo_epi64(high01, high23), _mm512_unpackhi_epi64(high01, high23)};

    for (size_t i = 0; i < 4; i++) {
        _mm_store_si128((__m128i *)(void *)steps[i], _mm512_castsi512_si128(v[i]));
        _mm_store_si128((__m128i *)(void *)steps[4 + i], _mm512_extracti32x4_epi32(v[i], 1));
        _mm_store_si128((__m128i *)(void *)steps[8 + i], _mm512_extracti32x4_epi32(v[i], 2));
        _mm_store_si128((__m128i *)(void *)steps[12 + i], _mm512_extracti32x4_epi32(v[i], 3));
    }
}

/* Columns [k, k + 64) of tokens [n, n + count), at most four, to out, where steps lie `stride` bytes apart. */
static inline void vnni_prepare_vectors(const tern_call *call, size_t n, size_t count, size_t k, int8_t *out,
                                        size_t stride)
{
    const tern_shape shape = call->problem->shape;
    const size_t bytes = k < shape.k ? common_smaller(shape.k - k, VNNI_LINE) : 0;
    const size_t steps = common_smaller((vnni_columns(shape) - k) / VNNI_STEP, 16);
    const __mmask8 tokens = (__mmask8)((1u << count) - 1);
    int32_t transposed[16][4] __attribute__((aligned(VNNI_LINE)));
    __m512i x[4];

    for (size_t i = 0; i < 4; i++)
        x[i] =
            i < count && bytes > 0 ? vnni_load_bytes(call->x + (n + i) * shape.k + k, bytes) : _mm512_setzero_si512();
    vnni_transpose(x, transposed);
    for (size_t step = 0; step < steps; step++)
        _mm_mask_storeu_epi32(out + step * stride, tokens, _mm_load_si128((const __m128i *)(void *)transposed[step]));
}

static inline size_t vnni_chunks(tern_shape shape)
{
    return common_parts(vnni_columns(shape), VNNI_CHUNK);
}

static inline size_t vnni_prepare_units(tern_shape shape)
{
    return vnni_tiles(shape.n) * vnni_chunks(shape);
}

static inline void vnni_prepare(const tern_call *call, tern_slice units)
{
    const tern_shape shape = call->problem->shape;

    for (size_t unit = units.begin; unit < units.end; unit++) {
        const token_tile tile = vnni_tile(shape.n, unit / vnni_chunks(shape));
        const size_t begin = unit % vnni_chunks(shape) * VNNI_CHUNK, stride = tile.count * VNNI_STEP;
        const size_t end = common_smaller(begin + VNNI_CHUNK, vnni_columns(shape));
        int8_t *out = vnni_tile_x(call, tile.begin);
        if (begin == 0)
            for (size_t n = tile.begin; n < tile.begin + tile.count; n++)
                vnni_starts(call)[n] = -vnni_sum(call->x + n * shape.k, shape.k);
        for (size_t k = begin; k < end; k += VNNI_LINE)
            for (size_t n = 0; n < tile.count; n += 4)
                vnni_prepare_vectors(call, tile.begin + n, common_smaller(tile.count - n, 4), k,
                                     out + k * tile.count + n * VNNI_STEP, stride);
    }
}

#endif
