/*
 * trits2.h - what AVX2 kernels with 2-bit weights share: the chunk, its codes, X padded to whole chunks, and a register tile.
 *
 * A chunk is 128 weights of one row in 32 bytes: bits 2j and 2j+1 of byte b hold the code w + 1 of weight 32 j + b, so that
 * one shift and mask turns a chunk into 32 codes in the order of X. Codes are the unsigned operand of VPMADDUBSW, x the
 * signed one, whole range: a pair adds at most 2 * 2 * 128 = 512 in magnitude, so 63 steps fit 16 bits. The sum of x is taken off
 * at the end: sum (w + 1) x - sum x.
 */
#ifndef TERN_TRITS2_H
#define TERN_TRITS2_H

#include "kernel.h"

#include <immintrin.h>
#include <string.h>

enum {
    TRITS2_CHUNK = 128,      /* weights */
    TRITS2_CHUNK_BYTES = 32, /* of packed W */
    TRITS2_BLOCK = 8,        /* chunks that 16-bit sums last for */
    TRITS2_ROWS = 4,         /* of a register tile */
    TRITS2_TOKENS = 2
};

static inline size_t trits2_chunks(size_t k)
{
    return (k + TRITS2_CHUNK - 1) / TRITS2_CHUNK;
}

/* Writes the chunk that begins at w, of which count weights are there. The rest is 0, code 1, which meets x = 0. */
static inline void trits2_pack_chunk(const int8_t *w, size_t count, uint8_t *chunk)
{
    memset(chunk, 0x55, TRITS2_CHUNK_BYTES);
    for (size_t i = 0; i < count && i < TRITS2_CHUNK; i++) {
        const unsigned shift = (unsigned)(i / TRITS2_CHUNK_BYTES) * 2;
        uint8_t *byte = &chunk[i % TRITS2_CHUNK_BYTES];
        *byte = (uint8_t)((*byte & ~(3u << shift)) | (unsigned)(w[i] + 1) << shift);
    }
}

/*
 * Scratch of a call: the sums of x, one int32 a token, then X with each row padded by zeros to whole chunks. Both parts begin
 * at multiples of 64 bytes.
 */
static inline size_t trits2_sums_bytes(size_t n)
{
    return (n * sizeof(int32_t) + 63) / 64 * 64;
}

static inline size_t trits2_padded_bytes(tern_shape shape)
{
    return trits2_sums_bytes(shape.n) + shape.n * trits2_chunks(shape.k) * TRITS2_CHUNK;
}

static inline int8_t *trits2_padded_x(const tern_call *call, size_t n)
{
    const tern_shape shape = call->problem->shape;

    return (int8_t *)call->scratch + trits2_sums_bytes(shape.n) + n * trits2_chunks(shape.k) * TRITS2_CHUNK;
}

static inline int32_t *trits2_sums(const tern_call *call)
{
    return call->scratch;
}

/* Fills the part of scratch that belongs to token n. */
static inline void trits2_pad_token(const tern_call *call, size_t n)
{
    const size_t k_end = call->problem->shape.k, padded = trits2_chunks(k_end) * TRITS2_CHUNK;
    int8_t *x = trits2_padded_x(call, n);
    int32_t sum = 0;

    memcpy(x, call->x + n * k_end, k_end);
    memset(x + k_end, 0, padded - k_end);
    for (size_t k = 0; k < k_end; k++)
        sum += x[k];
    trits2_sums(call)[n] = sum;
}

/* Turns a chunk into 128 codes, one a byte. */
static inline void trits2_unpack_chunk(const uint8_t *chunk, uint8_t *codes)
{
    const __m256i mask = _mm256_set1_epi8(3), v = _mm256_loadu_si256((const __m256i *)(const void *)chunk);
    __m256i *out = (__m256i *)(void *)codes;

    _mm256_storeu_si256(out, _mm256_and_si256(v, mask));
    _mm256_storeu_si256(out + 1, _mm256_and_si256(_mm256_srli_epi16(v, 2), mask));
    _mm256_storeu_si256(out + 2, _mm256_and_si256(_mm256_srli_epi16(v, 4), mask));
    _mm256_storeu_si256(out + 3, _mm256_and_si256(_mm256_srli_epi16(v, 6), mask));
}

static inline __m256i trits2_widen(__m256i sums16)
{
    return _mm256_madd_epi16(sums16, _mm256_set1_epi16(1));
}

/* Lane i of the answer is the sum of the lanes of v[i]. */
static inline __m128i trits2_reduce4(__m256i a, __m256i b, __m256i c, __m256i d)
{
    const __m256i sums = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));

    return _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
}

/* y[r] += sums[r] for r < rows, modulo 2^32. */
static inline void trits2_add_rows(int32_t *y, __m128i sums, size_t rows)
{
    int32_t value[TRITS2_ROWS] = {0};

    if (rows >= TRITS2_ROWS) {
        __m128i *at = (__m128i *)(void *)y;
        _mm_storeu_si128(at, _mm_add_epi32(_mm_loadu_si128(at), sums));
        return;
    }
    memcpy(value, y, rows * sizeof *y);
    _mm_storeu_si128((__m128i *)(void *)value, _mm_add_epi32(_mm_loadu_si128((const __m128i *)(void *)value), sums));
    memcpy(y, value, rows * sizeof *y);
}

/*
 * Adds the sum of code * x over `chunks` chunks, at most 15, to y[t * y_stride + r], for `tokens` tokens t and rows r < rows.
 * codes: TRITS2_ROWS rows, unpacked, codes_stride bytes apart, those beyond `rows` read and not used. x: rows of X, x_stride
 * bytes apart. `tokens` must be a constant at the call.
 */
static inline __attribute__((always_inline)) void trits2_tile(const uint8_t *codes, size_t codes_stride,
                                                              const int8_t *x, size_t x_stride, size_t chunks,
                                                              size_t tokens, size_t rows, int32_t *y, size_t y_stride)
{
    __m256i sum[TRITS2_TOKENS][TRITS2_ROWS];

    for (size_t t = 0; t < TRITS2_TOKENS; t++)
        for (size_t r = 0; r < TRITS2_ROWS; r++)
            sum[t][r] = _mm256_setzero_si256();
    for (const uint8_t *end = codes + chunks * TRITS2_CHUNK; codes < end; codes += TRITS2_CHUNK, x += TRITS2_CHUNK)
        for (size_t i = 0; i < TRITS2_CHUNK; i += 32) {
            __m256i c[TRITS2_ROWS];
            for (size_t r = 0; r < TRITS2_ROWS; r++)
                c[r] = _mm256_loadu_si256((const __m256i *)(const void *)(codes + r * codes_stride + i));
            for (size_t t = 0; t < tokens; t++) {
                const __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(x + t * x_stride + i));
                for (size_t r = 0; r < TRITS2_ROWS; r++) {
                    sum[t][r] = _mm256_add_epi16(sum[t][r], _mm256_maddubs_epi16(c[r], v));
                    /* One addition after the other: gcc would reorder them and run out of registers. */
                    __asm__("" : "+x"(sum[t][r]));
                }
            }
        }
    for (size_t t = 0; t < tokens; t++)
        trits2_add_rows(y + t * y_stride,
                        trits2_reduce4(trits2_widen(sum[t][0]), trits2_widen(sum[t][1]), trits2_widen(sum[t][2]),
                                       trits2_widen(sum[t][3])),
                        rows);
}

/* trits2_tile() over any number of tokens. */
static inline void trits2_tiles(const uint8_t *codes, size_t codes_stride, const int8_t *x, size_t x_stride,
                                size_t chunks, size_t tokens, size_t rows, int32_t *y, size_t y_stride)
{
    for (; tokens >= TRITS2_TOKENS; tokens -= TRITS2_TOKENS) {
        trits2_tile(codes, codes_stride, x, x_stride, chunks, TRITS2_TOKENS, rows, y, y_stride);
        x += TRITS2_TOKENS * x_stride;
        y += TRITS2_TOKENS * y_stride;
    }
    if (tokens > 0)
        trits2_tile(codes, codes_stride, x, x_stride, chunks, 1, rows, y, y_stride);
}

#endif
