/*
 * vnni512.h - the GEMM of the AVX-512 VNNI kernels, whatever form packed W has.
 *
 * A register tile is 2 panels x 12 tokens: 24 sums, 2 vectors of codes, one of x. A step is 14 loads and 24 multiply-adds, which
 * fill both ports for 12 cycles. A thread goes through all tokens with a block of W, two panels by so many lines that
 * their codes stay in L1; the first tile unpacks them on its way and leaves them in scratch for the others, so that stores cost
 * nothing and only the few instructions of unpacking are in the way. The next block of packed W and the next tile's x are
 * prefetched a little at each step: memory works in the shadow of arithmetic. Between blocks of columns sums wait in
 * scratch, as whole vectors. What bounds it: the multiply-adds, from some 32 tokens on; unpacking, below.
 *
 * A kernel defines VNNI512_DIGITS, the steps of a line, before it includes this, and vnni512_unpack() after.
 */
#ifndef TERN_VNNI512_H
#define TERN_VNNI512_H

#include "vnni.h"

#include <immintrin.h>
#include <stdbool.h>

enum {
    VNNI512_PANELS = 2,  /* of a block and of a register tile */
    VNNI512_TOKENS = 12, /* of a register tile, at most */
    VNNI512_ROWS = VNNI512_PANELS * VNNI_ROWS,
    VNNI512_CODES = VNNI512_DIGITS * VNNI_LINE /* bytes that a line unpacks to */
};

/* Unpacks a line to VNNI512_DIGITS vectors of codes, one a step. */
VNNI_INLINE void vnni512_unpack(const uint8_t *line, uint8_t *codes);

VNNI_INLINE __m512i vnni512_load(const void *line)
{
    return _mm512_load_si512(line);
}

/* Sums of 16 rows. Lanes of 32 bits: __m512i has lanes of 64, and what changes between the two GCC copies around loops. */
typedef int32_t vnni512_sums __attribute__((vector_size(VNNI_LINE)));

VNNI_INLINE void vnni512_add(vnni512_sums *sums, __m512i codes, __m512i x)
{
    *sums = (vnni512_sums)_mm512_dpbusd_epi32((__m512i)*sums, codes, x);
}

/* The 4 bytes at x, given to all lanes. */
VNNI_INLINE __m512i vnni512_spread(const int8_t *x)
{
    int32_t bytes;

    memcpy(&bytes, x, sizeof bytes);
    return _mm512_set1_epi32(bytes);
}

/* Stores the sums of the rows of a panel that are below `end`. */
VNNI_INLINE void vnni512_store(int32_t *y, size_t panel, size_t end, __m512i sums)
{
    const size_t rows = end - panel * VNNI_ROWS;

    _mm512_mask_storeu_epi32(y + panel * VNNI_ROWS, (__mmask16)(rows < VNNI_ROWS ? (1u << rows) - 1 : 0xFFFF), sums);
}

/* What a register tile works on. */
typedef struct vnni512_tile {
    size_t lines;
    const uint8_t *codes;  /* [panel][line][VNNI512_CODES] */
    const int8_t *x;       /* [step][token][4] */
    int32_t *sums;         /* [token][VNNI512_ROWS] */
    const int8_t *next_x;  /* to prefetch: x of the next tile, */
    const uint8_t *packed; /* and packed W, */
    size_t packed_panel;   /* of a second panel as well, that many bytes further on, */
    size_t packed_step;    /* so many bytes each at a line */
} vnni512_tile;

/* Repeats a statement for tokens 0 to 11, as text: only what constants index from the start stays in registers. */
#define VNNI512_EACH_TOKEN(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)

VNNI_INLINE void vnni512_multiply(const vnni512_tile *tile, int panels, int tokens)
{
    const size_t lines = tile->lines, second = panels > 1 ? lines * VNNI512_CODES : 0;
    const size_t packed_panel = tile->packed_panel, packed_step = tile->packed_step;
    const uint8_t *codes = tile->codes, *packed = tile->packed;
    const int8_t *x = tile->x, *next_x = tile->next_x;
    vnni512_sums sum[VNNI512_PANELS][VNNI512_TOKENS];

#define BEGIN(n)                                                                                                       \
    if (n < tokens) {                                                                                                  \
        sum[0][n] = (vnni512_sums)vnni512_load(tile->sums + n * VNNI512_ROWS);                                         \
        if (panels > 1)                                                                                                \
            sum[1][n] = (vnni512_sums)vnni512_load(tile->sums + n * VNNI512_ROWS + VNNI_ROWS);                         \
    }
#define ADD(n)                                                                                                         \
    if (n < tokens) {                                                                                                  \
        const __m512i v = vnni512_spread(x + n * VNNI_STEP);                                                           \
        vnni512_add(&sum[0][n], code[0], v);                                                                           \
        if (panels > 1)                                                                                                \
            vnni512_add(&sum[1][n], code[1], v);                                                                       \
    }
#define END(n)                                                                                                         \
    if (n < tokens) {                                                                                                  \
        _mm512_store_si512(tile->sums + n * VNNI512_ROWS, (__m512i)sum[0][n]);                                         \
        if (panels > 1)                                                                                                \
            _mm512_store_si512(tile->sums + n * VNNI512_ROWS + VNNI_ROWS, (__m512i)sum[1][n]);                         \
    }

    VNNI512_EACH_TOKEN(BEGIN)
    for (size_t line = 0; line < lines; line++, packed += packed_step) {
        _mm_prefetch((const char *)packed, _MM_HINT_T1);
        _mm_prefetch((const char *)packed + packed_panel, _MM_HINT_T1);
#pragma GCC unroll 5
        for (size_t i = 0; i < VNNI512_DIGITS; i++) {
            const __m512i code[VNNI512_PANELS] = {vnni512_load(codes), vnni512_load(codes + second)};
            _mm_prefetch((const char *)next_x, _MM_HINT_T1);
            VNNI512_EACH_TOKEN(ADD)
            codes += VNNI_LINE;
            x += tokens * VNNI_STEP;
            next_x += tokens * VNNI_STEP;
        }
    }
    VNNI512_EACH_TOKEN(END)
#undef BEGIN
#undef ADD
#undef END
}

typedef void vnni512_multiply_fn(const vnni512_tile *tile);

#define VNNI512_MULTIPLY(panels, tokens)                                                                               \
    static void vnni512_multiply_##panels##x##tokens(const vnni512_tile *tile)                                         \
    {                                                                                                                  \
        vnni512_multiply(tile, panels, tokens);                                                                        \
    }
#define VNNI512_EACH_SIZE(DO, panels)                                                                                  \
    DO(panels, 1)                                                                                                      \
    DO(panels, 2)                                                                                                      \
    DO(panels, 3)                                                                                                      \
    DO(panels, 4)                                                                                                      \
    DO(panels, 5) DO(panels, 6) DO(panels, 7) DO(panels, 8) DO(panels, 9) DO(panels, 10) DO(panels, 11) DO(panels, 12)

VNNI512_EACH_SIZE(VNNI512_MULTIPLY, 1)
VNNI512_EACH_SIZE(VNNI512_MULTIPLY, 2)

#define VNNI512_ENTRY(panels, tokens) [panels][tokens] = vnni512_multiply_##panels##x##tokens,

/* By panels and tokens. */
static vnni512_multiply_fn *const vnni512_multiply_table[VNNI512_PANELS + 1][VNNI512_TOKENS + 1] = {
    VNNI512_EACH_SIZE(VNNI512_ENTRY, 1) VNNI512_EACH_SIZE(VNNI512_ENTRY, 2)};

/* How a GEMM goes. */
typedef struct vnni512_plan {
    size_t block; /* lines, at most */
    bool prefetch;
} vnni512_plan;

/* Lines [line, line + lines) of one or two panels. */
typedef struct vnni512_block {
    size_t panel, panels, line, lines;
} vnni512_block;

static inline size_t vnni512_codes_bytes(vnni512_plan plan)
{
    return VNNI512_PANELS * plan.block * VNNI512_CODES;
}

static inline size_t vnni512_thread_bytes(vnni512_plan plan, size_t n)
{
    return vnni512_codes_bytes(plan) + n * VNNI512_ROWS * sizeof(int32_t);
}

static inline size_t vnni512_scratch_bytes(const tern_problem *problem, vnni512_plan plan)
{
    return vnni_tokens_bytes(problem->shape, VNNI512_DIGITS) +
           problem->threads * vnni512_thread_bytes(plan, problem->shape.n);
}

static inline size_t vnni512_lines(const tern_call *call)
{
    return vnni_lines(call->problem->shape, VNNI512_DIGITS);
}

static inline const uint8_t *vnni512_packed(const tern_call *call, const vnni512_block *block)
{
    return (const uint8_t *)call->packed + (block->panel * vnni512_lines(call) + block->line) * VNNI_LINE;
}

/* x of a tile of tokens, from a block's first column on. */
static inline const int8_t *vnni512_x(const tern_call *call, const vnni512_block *block, vnni_tokens tokens)
{
    return vnni_tile_x(call, VNNI512_DIGITS, tokens.begin) + block->line * VNNI512_DIGITS * VNNI_STEP * tokens.count;
}

/* Sets the sums of a register tile to what they begin at. */
static inline void vnni512_start(const tern_call *call, vnni_tokens tokens, int32_t *sums)
{
    for (size_t n = 0; n < tokens.count; n++, sums += VNNI512_ROWS) {
        const __m512i start = _mm512_set1_epi32(vnni_starts(call)[tokens.begin + n]);
        _mm512_store_si512(sums, start);
        _mm512_store_si512(sums + VNNI_ROWS, start);
    }
}

/* Y = sums of a register tile, for the rows below `end`. */
static inline void vnni512_finish(const tern_call *call, vnni_tokens tokens, const int32_t *sums,
                                  const vnni512_block *block, size_t end)
{
    int32_t *y = call->y + tokens.begin * call->problem->shape.m;

    for (size_t n = 0; n < tokens.count; n++, y += call->problem->shape.m, sums += VNNI512_ROWS)
        for (size_t p = 0; p < block->panels; p++)
            vnni512_store(y, block->panel + p, end, vnni512_load(sums + p * VNNI_ROWS));
}

static inline void vnni512_unpack_block(const tern_call *call, const vnni512_block *block, uint8_t *codes)
{
    const uint8_t *packed = vnni512_packed(call, block);

    for (size_t p = 0; p < block->panels; p++, packed += vnni512_lines(call) * VNNI_LINE)
        for (size_t i = 0; i < block->lines; i++, codes += VNNI512_CODES)
            vnni512_unpack(packed + i * VNNI_LINE, codes);
}

/* Sets what packed W a register tile prefetches: share t of the next block, or nothing new. */
static inline void vnni512_look_ahead(const tern_call *call, vnni512_tile *tile, size_t t, size_t shares,
                                      const vnni512_block *next)
{
    const size_t bytes = t < shares ? next->lines * VNNI_LINE / shares : 0;

    tile->packed = t < shares ? vnni512_packed(call, next) + t * bytes : tile->codes;
    tile->packed_panel = t < shares ? (next->panels - 1) * vnni512_lines(call) * VNNI_LINE : 0;
    tile->packed_step = (bytes + tile->lines - 1) / tile->lines;
}

/* sums += codes of a block times all tokens. The first tiles prefetch a share of the next block each. */
static inline void vnni512_add_block(const tern_call *call, vnni512_plan plan, const vnni512_block *block,
                                     const vnni512_block *next, size_t end, uint8_t *codes)
{
    const size_t n = call->problem->shape.n, tiles = vnni_tiles(n, VNNI512_TOKENS);
    const size_t shares = plan.prefetch && next->panels > 0 ? vnni_smaller(tiles, 4) : 0;
    vnni_tokens tokens = vnni_tile_tokens(n, tiles, 0);
    vnni512_tile tile = {.lines = block->lines,
                         .codes = codes,
                         .x = vnni512_x(call, block, tokens),
                         .sums = (int32_t *)(void *)(codes + vnni512_codes_bytes(plan))};

    for (size_t t = 0; t < tiles; t++) {
        const vnni_tokens after = vnni_tile_tokens(n, tiles, t + 1 < tiles ? t + 1 : 0);
        const int8_t *x = vnni512_x(call, t + 1 < tiles ? block : next, after);
        tile.next_x = plan.prefetch ? x : tile.x;
        vnni512_look_ahead(call, &tile, t, shares, next);
        if (block->line == 0)
            vnni512_start(call, tokens, tile.sums);
        vnni512_multiply_table[block->panels][tokens.count](&tile);
        if (block->line + block->lines == vnni512_lines(call))
            vnni512_finish(call, tokens, tile.sums, block, end);
        tile.x = x;
        tile.sums += tokens.count * VNNI512_ROWS;
        tokens = after;
    }
}

/* Block `index` of a slice, by panels, then by lines. No panels beyond the last. */
static inline vnni512_block vnni512_block_at(const tern_call *call, vnni512_plan plan, tern_slice rows, size_t index)
{
    const size_t lines = vnni512_lines(call), blocks = vnni_tiles(lines, plan.block), b = index % blocks;
    const size_t panel = rows.begin / VNNI_ROWS + index / blocks * VNNI512_PANELS;
    const size_t end = (rows.end + VNNI_ROWS - 1) / VNNI_ROWS, begin = lines * b / blocks;

    return (vnni512_block){panel, panel < end ? vnni_smaller(VNNI512_PANELS, end - panel) : 0, begin,
                           lines * (b + 1) / blocks - begin};
}

static inline void vnni512_run(const tern_call *call, tern_slice rows, vnni512_plan plan)
{
    const tern_shape shape = call->problem->shape;
    uint8_t *codes = (uint8_t *)call->scratch + vnni_tokens_bytes(shape, VNNI512_DIGITS) +
                     rows.thread * vnni512_thread_bytes(plan, shape.n);
    vnni512_block block = vnni512_block_at(call, plan, rows, 0);

    for (size_t i = 1; block.panels > 0; i++) {
        const vnni512_block next = vnni512_block_at(call, plan, rows, i);
        vnni512_unpack_block(call, &block, codes);
        vnni512_add_block(call, plan, &block, &next, rows.end, codes);
        block = next;
    }
}

static inline void vnni512_prepare(const tern_call *call, tern_slice tiles)
{
    const size_t n = call->problem->shape.n, count = vnni_tiles(n, VNNI512_TOKENS);

    for (size_t t = tiles.begin; t < tiles.end; t++)
        vnni_prepare_tile(call, VNNI512_DIGITS, vnni_tile_tokens(n, count, t));
}

#endif
