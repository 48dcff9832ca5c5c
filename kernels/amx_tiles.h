/*
 * amx_tiles.h - a register block: 2 tiles of tokens by 2 panels of packed W, through a block of columns.
 *
 * TDPBSSD adds the product of a tile of 16 tokens x 64 columns and one of 64 columns x 16 rows, both signed bytes, to a
 * tile of 16 x 16 sums. Packed W has the form of vnni.h: a line unpacks to VNNI_DIGITS vectors, and any 16 of them, one
 * after another, are such a tile. Four loads serve four products. Half of them hit L1, where the first pair of tokens
 * unpacks a block of W on its way for the others; X is loaded past L1. Sums wait in L2 between blocks and are
 * prefetched. Packed W is prefetched evenly all the while: a burst of lines from memory would hold every fill buffer of
 * L1 and stop the loads of X.
 */
#ifndef TERN_AMX_TILES_H
#define TERN_AMX_TILES_H

#include "amx_tokens.h"
#include "common.h"

/* Unpacks a line to VNNI_DIGITS vectors of weights. For the kernel to define. */
VNNI_INLINE void amx_unpack_line(const uint8_t *packed, int8_t *weights);

/* What a register block works on. */
typedef struct amx_job {
    size_t steps, lines;   /* what the last step has beyond the last line meets x = 0 */
    const uint8_t *packed; /* of the first panel, */
    size_t second;         /* and so many bytes further on of the second */
    int8_t *weights;       /* of the first panel [step][AMX_TILE], */
    size_t apart;          /* and so many bytes further on of the second; */
    size_t ring;           /* after so many bytes of each they begin anew */
    const int8_t *x;       /* [step][tile][token][column] */
    size_t rows;           /* tokens of a tile */
    int32_t *sums;         /* [token][AMX_BAND] */
    bool start;            /* sums begin at 0 */
    const char *next_sums; /* to prefetch, */
    size_t next_lines;     /* so many lines at a step */
    const uint8_t *ahead;  /* packed W to prefetch, */
    size_t ahead_lines;    /* so many lines of each panel, evenly */
} amx_job;

/* How far it has come. */
typedef struct amx_progress {
    size_t unpacked, to; /* lines, and where the next one goes */
    size_t due;          /* prefetches, in parts of as many as there are steps */
    const uint8_t *ahead;
} amx_progress;

/* GCC does not know that its tile intrinsics read memory. */
VNNI_INLINE void amx_settle(void)
{
    __asm__ volatile("" ::: "memory");
}

/* Unpacks lines up to the end of so many steps. */
VNNI_INLINE void amx_unpack_steps(const amx_job *job, size_t steps, amx_progress *at)
{
    const size_t lines = common_smaller(job->lines, common_parts(steps * AMX_ROWS, VNNI_DIGITS));

    for (; at->unpacked < lines; at->unpacked++) {
        const uint8_t *packed = job->packed + at->unpacked * VNNI_LINE;
        amx_unpack_line(packed, job->weights + at->to);
        amx_unpack_line(packed + job->second, job->weights + job->apart + at->to);
        at->to = at->to + AMX_LINE == job->ring ? 0 : at->to + AMX_LINE;
    }
}

VNNI_INLINE void amx_prefetch(const amx_job *job, size_t step, amx_progress *at)
{
    const char *next_sums = job->next_sums + step * job->next_lines * VNNI_LINE;

    for (at->due += job->ahead_lines; at->due >= job->steps; at->due -= job->steps, at->ahead += VNNI_LINE) {
        common_prefetch(at->ahead, COMMON_HINT_L2);
        common_prefetch(at->ahead + job->second, COMMON_HINT_L2);
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
    amx_progress at = {.ahead = job->ahead};

    if (unpack)
        amx_unpack_steps(job, AMX_LEAD, &at);
    amx_settle();
    if (job->start)
        amx_zero_sums();
    else
        amx_load_sums(job->sums, job->rows, tiles);
    for (size_t step = 0, from = 0; step < job->steps; step++, x += tiles * bytes) {
        const int8_t *weights = job->weights + from;
        amx_prefetch(job, step, &at);
        if (unpack)
            amx_unpack_steps(job, step + AMX_LEAD + 1, &at);
        amx_settle();
        _tile_stream_loadd(4, x, AMX_COLUMNS);
        _tile_loadd(6, weights, AMX_COLUMNS);
        _tile_dpbssd(0, 4, 6);
        _tile_loadd(7, weights + job->apart, AMX_COLUMNS);
        _tile_dpbssd(1, 4, 7);
        if (tiles > 1) {
            _tile_stream_loadd(5, x + bytes, AMX_COLUMNS);
            _tile_dpbssd(2, 5, 6);
            _tile_dpbssd(3, 5, 7);
        }
        from = from + AMX_TILE == job->ring ? 0 : from + AMX_TILE;
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
