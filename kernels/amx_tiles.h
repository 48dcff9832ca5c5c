/*
 * amx_tiles.h - a register block: 2 tiles of tokens by 2 panels of packed W, through a block of columns.
 *
 * TDPBSSD adds the product of a tile of 16 tokens x 64 columns and one of 64 columns x 16 rows, both signed bytes, to
 * a tile of 16 x 16 sums. Four lines of packed W, in the form of vnni.h with four digits, unpack to just such a tile,
 * a vector to a row of it. Four loads serve four products. Half of them hit L1, where the first pair of tokens
 * unpacks a block of W on its way for the others; X is loaded past L1. Sums wait in L2 between blocks and are
 * prefetched. Packed W is prefetched evenly all the while: a burst of lines from memory would hold every fill buffer
 * of L1 and stop the loads of X.
 */
#ifndef TERN_AMX_TILES_H
#define TERN_AMX_TILES_H

#include "amx_tokens.h"
#include "common.h"

/*
 * VPERMB looks at the low six bits of a byte only: a table for each two of them gives the weight of the code there at
 * once, and the upper two bits take a shift.
 */
VNNI_INLINE void amx_unpack_line(const uint8_t *packed, int8_t *weights)
{
    const __m128i minus = _mm_set1_epi8(-1), zero = _mm_setzero_si128(), plus = _mm_set1_epi8(1);
    const __m512i low = _mm512_set1_epi32(0x000100FF);
    const __m512i middle = _mm512_broadcast_i32x4(_mm_setr_epi32(-1, 0, 0x01010101, 0));
    const __m512i high =
        _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_setr_m128i(minus, zero)), _mm256_setr_m128i(plus, zero), 1);
    const __m512i line = vnni_load(packed);

    _mm512_store_si512(weights, _mm512_permutexvar_epi8(line, low));
    _mm512_store_si512(weights + VNNI_LINE, _mm512_permutexvar_epi8(line, middle));
    _mm512_store_si512(weights + 2 * VNNI_LINE, _mm512_permutexvar_epi8(line, high));
    _mm512_store_si512(weights + 3 * VNNI_LINE, _mm512_permutexvar_epi8(_mm512_srli_epi16(line, 2), high));
}

/* What a register block works on. */
typedef struct amx_job {
    size_t steps, lines;   /* the last step may have fewer lines than a tile; what else is in the tile meets x = 0 */
    const uint8_t *packed; /* of the first panel, */
    size_t second;         /* and so many bytes further on of the second */
    int8_t *weights;       /* [step][panel][AMX_TILE], */
    size_t wrap;           /* at offsets masked by this */
    const int8_t *x;       /* [step][tile][token][column] */
    size_t rows;           /* tokens of a tile */
    int32_t *sums;         /* [token][AMX_BAND] */
    bool start;            /* sums begin at 0 */
    const char *next_sums; /* to prefetch, */
    size_t next_lines;     /* so many lines at a step */
    const uint8_t *ahead;  /* packed W to prefetch, */
    size_t ahead_lines;    /* so many lines of each panel at a step */
} amx_job;

/* GCC does not know that its tile intrinsics read memory. */
VNNI_INLINE void amx_settle(void)
{
    __asm__ volatile("" ::: "memory");
}

VNNI_INLINE void amx_unpack_step(const amx_job *job, size_t step)
{
    const size_t count = common_smaller(AMX_LINES, job->lines - step * AMX_LINES);
    const uint8_t *packed = job->packed + step * AMX_LINES * VNNI_LINE;
    int8_t *weights = job->weights + (step * AMX_WEIGHTS & job->wrap);

    for (size_t i = 0; i < count; i++, packed += VNNI_LINE, weights += VNNI_DIGITS * VNNI_LINE) {
        amx_unpack_line(packed, weights);
        amx_unpack_line(packed + job->second, weights + AMX_TILE);
    }
}

VNNI_INLINE void amx_prefetch(const amx_job *job, size_t step)
{
    const char *next_sums = job->next_sums + step * job->next_lines * VNNI_LINE;
    const uint8_t *ahead = job->ahead + step * job->ahead_lines * VNNI_LINE;

    for (size_t i = 0; i < job->ahead_lines; i++) {
        common_prefetch(ahead + i * VNNI_LINE, COMMON_HINT_L2);
        common_prefetch(ahead + job->second + i * VNNI_LINE, COMMON_HINT_L2);
    }
    for (size_t i = 0; i < job->next_lines; i++)
        common_prefetch(next_sums + i * VNNI_LINE, COMMON_HINT_L1);
}

VNNI_INLINE void amx_load_sums(const int32_t *sums, size_t rows, size_t tiles)
{
    _tile_loadd(0, sums, AMX_SUMS_STRIDE);
    _tile_loadd(1, sums + AMX_ROWS, AMX_SUMS_STRIDE);
    if (tiles > 1) {
        _tile_loadd(2, sums + rows * AMX_BAND, AMX_SUMS_STRIDE);
        _tile_loadd(3, sums + rows * AMX_BAND + AMX_ROWS, AMX_SUMS_STRIDE);
    }
}

VNNI_INLINE void amx_store_sums(int32_t *sums, size_t rows, size_t tiles)
{
    _tile_stored(0, sums, AMX_SUMS_STRIDE);
    _tile_stored(1, sums + AMX_ROWS, AMX_SUMS_STRIDE);
    if (tiles > 1) {
        _tile_stored(2, sums + rows * AMX_BAND, AMX_SUMS_STRIDE);
        _tile_stored(3, sums + rows * AMX_BAND + AMX_ROWS, AMX_SUMS_STRIDE);
    }
    amx_settle();
}

VNNI_INLINE void amx_zero_sums(void)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

VNNI_INLINE void amx_multiply(const amx_job *job, size_t tiles, bool unpack)
{
    const size_t bytes = job->rows * AMX_COLUMNS;
    const int8_t *x = job->x;

    for (size_t step = 0; unpack && step < common_smaller(AMX_LEAD, job->steps); step++)
        amx_unpack_step(job, step);
    amx_settle();
    if (job->start)
        amx_zero_sums();
    else
        amx_load_sums(job->sums, job->rows, tiles);
    for (size_t step = 0; step < job->steps; step++, x += tiles * bytes) {
        const int8_t *weights = job->weights + (step * AMX_WEIGHTS & job->wrap);
        amx_prefetch(job, step);
        if (unpack && step + AMX_LEAD < job->steps)
            amx_unpack_step(job, step + AMX_LEAD);
        amx_settle();
        _tile_stream_loadd(4, x, AMX_COLUMNS);
        _tile_loadd(6, weights, AMX_COLUMNS);
        _tile_dpbssd(0, 4, 6);
        _tile_loadd(7, weights + AMX_TILE, AMX_COLUMNS);
        _tile_dpbssd(1, 4, 7);
        if (tiles > 1) {
            _tile_stream_loadd(5, x + bytes, AMX_COLUMNS);
            _tile_dpbssd(2, 5, 6);
            _tile_dpbssd(3, 5, 7);
        }
    }
    amx_store_sums(job->sums, job->rows, tiles);
}

typedef void amx_multiply_fn(const amx_job *job);

#define AMX_MULTIPLY(name, tiles, unpack)                                                                              \
    static void name(const amx_job *job)                                                                               \
    {                                                                                                                  \
        amx_multiply(job, tiles, unpack);                                                                              \
    }

AMX_MULTIPLY(amx_multiply_1, 1, false)
AMX_MULTIPLY(amx_multiply_2, 2, false)
AMX_MULTIPLY(amx_unpack_multiply_1, 1, true)
AMX_MULTIPLY(amx_unpack_multiply_2, 2, true)

/* By whether to unpack and by tiles of tokens. */
static amx_multiply_fn *const amx_multiply_table[2][AMX_PAIR + 1] = {
    {NULL, amx_multiply_1, amx_multiply_2}, {NULL, amx_unpack_multiply_1, amx_unpack_multiply_2}};

#endif
