/*
 * vnni512.h - many tokens: the GEMM of the AVX-512 VNNI kernels, whatever form packed W has.
 *
 * A register tile is 2 panels x 12 tokens: 24 sums, 2 vectors of codes, one of x. A step is 14 loads and 24
 * multiply-adds, which fill both ports for 12 cycles. A thread goes through all tokens with a block of W, two panels
 * by so many lines that their codes stay in L1 or at the front of L2. They are unpacked once and left in scratch:
 * before the first tile of tokens, or by it on its way (`fused`). The next block of packed W and the next tile's x
 * are prefetched a little at each step, and Y before the last block: memory works in the shadow of arithmetic.
 * Between blocks of columns sums wait in scratch, as whole vectors. What bounds it: the multiply-adds, from some 32
 * tokens on, beside which the loop itself loses a fiftieth; unpacking, below.
 */
#ifndef TERN_VNNI512_H
#define TERN_VNNI512_H

#include "common.h"
#include "vnni_few.h"
#include "vnni_tokens.h"

enum {
    VNNI512_PANELS = 2, /* of a block and of a register tile */
    VNNI512_ROWS = VNNI512_PANELS * VNNI_ROWS,
    VNNI512_SHARES = 4,                     /* tiles that prefetch packed W */
    VNNI512_CODES = VNNI_DIGITS * VNNI_LINE /* bytes that a line unpacks to */
};

/* What a register tile works on. */
typedef struct vnni512_tile {
    size_t lines;
    const uint8_t *packed; /* lines to unpack; those of a second panel `panel` bytes on */
    size_t panel;
    uint8_t *codes;       /* [line][step][panel][VNNI_LINE] */
    const int8_t *x;      /* [step][token][4] */
    int32_t *sums;        /* [token][VNNI512_ROWS] */
    const int8_t *next_x; /* to prefetch: x of the next tile, */
    const uint8_t *next;  /* and packed W, */
    size_t next_panel;    /* of a second panel as well, that many bytes further on, */
    size_t next_step;     /* so many bytes each at a line */
} vnni512_tile;

VNNI_INLINE void vnni512_unpack(const uint8_t *line, size_t panel, int panels, uint8_t *codes)
{
#pragma GCC unroll 2
    for (int p = 0; p < panels; p++) {
        const vnni_codes split = vnni_split(line + (size_t)p * panel, false);
#pragma GCC unroll 5
        for (int i = 0; i < VNNI_DIGITS; i++)
            _mm512_store_si512(codes + (i * panels + p) * VNNI_LINE, split.step[i]);
    }
}

/* Repeats a statement for tokens 0 to 11, as text: only what constants index from the start stays in registers. */
#define VNNI512_EACH_TOKEN(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)

VNNI_INLINE void vnni512_multiply(const vnni512_tile *tile, int panels, int tokens, bool unpack)
{
    const size_t panel = tile->panel, next_panel = tile->next_panel, next_step = tile->next_step;
    const uint8_t *packed = tile->packed, *next = tile->next;
    const int8_t *x = tile->x, *next_x = tile->next_x;
    uint8_t *codes = tile->codes;
    vnni_sums sum[VNNI512_PANELS][VNNI_TOKENS];

#define BEGIN(n)                                                                                                       \
    if (n < tokens) {                                                                                                  \
        sum[0][n] = (vnni_sums)vnni_load(tile->sums + n * VNNI512_ROWS);                                               \
        if (panels > 1)                                                                                                \
            sum[1][n] = (vnni_sums)vnni_load(tile->sums + n * VNNI512_ROWS + VNNI_ROWS);                               \
    }
#define ADD(n)                                                                                                         \
    if (n < tokens) {                                                                                                  \
        const __m512i v = vnni_spread(x + n * VNNI_STEP);                                                              \
        vnni_add(&sum[0][n], code[0], v);                                                                              \
        if (panels > 1)                                                                                                \
            vnni_add(&sum[1][n], code[1], v);                                                                          \
    }
#define END(n)                                                                                                         \
    if (n < tokens) {                                                                                                  \
        _mm512_store_si512(tile->sums + n * VNNI512_ROWS, (__m512i)sum[0][n]);                                         \
        if (panels > 1)                                                                                                \
            _mm512_store_si512(tile->sums + n * VNNI512_ROWS + VNNI_ROWS, (__m512i)sum[1][n]);                         \
    }

    VNNI512_EACH_TOKEN(BEGIN)
    for (size_t line = 0; line < tile->lines; line++, packed += VNNI_LINE, next += next_step) {
        common_prefetch(next, COMMON_HINT_L2);
        common_prefetch(next + next_panel, COMMON_HINT_L2);
        if (unpack)
            vnni512_unpack(packed, panel, panels, codes);
#pragma GCC unroll 5
        for (size_t i = 0; i < VNNI_DIGITS; i++) {
            const __m512i code[VNNI512_PANELS] = {vnni_load(codes), vnni_load(codes + (panels - 1) * VNNI_LINE)};
            common_prefetch(next_x, COMMON_HINT_L2);
            VNNI512_EACH_TOKEN(ADD)
            codes += panels * VNNI_LINE;
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

#define VNNI512_MULTIPLY(name, panels, tokens, unpack)                                                                 \
    static void vnni512_##name##_##tokens(const vnni512_tile *tile)                                                    \
    {                                                                                                                  \
        vnni512_multiply(tile, panels, tokens, unpack);                                                                \
    }
#define VNNI512_EACH_SIZE(DO, ...)                                                                                     \
    DO(1, __VA_ARGS__)                                                                                                 \
    DO(2, __VA_ARGS__)                                                                                                 \
    DO(3, __VA_ARGS__)                                                                                                 \
    DO(4, __VA_ARGS__)                                                                                                 \
    DO(5, __VA_ARGS__)                                                                                                 \
    DO(6, __VA_ARGS__)                                                                                                 \
    DO(7, __VA_ARGS__)                                                                                                 \
    DO(8, __VA_ARGS__)                                                                                                 \
    DO(9, __VA_ARGS__)                                                                                                 \
    DO(10, __VA_ARGS__)                                                                                                \
    DO(11, __VA_ARGS__)                                                                                                \
    DO(12, __VA_ARGS__)
#define VNNI512_ONE(tokens, ...)    VNNI512_MULTIPLY(one, 1, tokens, false)
#define VNNI512_TWO(tokens, ...)    VNNI512_MULTIPLY(two, 2, tokens, false)
#define VNNI512_FUSE(tokens, ...)   VNNI512_MULTIPLY(fused, 2, tokens, true)
#define VNNI512_ENTRY(tokens, name) [tokens] = vnni512_##name##_##tokens,

VNNI512_EACH_SIZE(VNNI512_ONE, )
VNNI512_EACH_SIZE(VNNI512_TWO, )
VNNI512_EACH_SIZE(VNNI512_FUSE, )

/* Register tiles of one panel, of two, and of two to be unpacked, by tokens. */
static vnni512_multiply_fn *const vnni512_one[] = {VNNI512_EACH_SIZE(VNNI512_ENTRY, one)};
static vnni512_multiply_fn *const vnni512_two[] = {VNNI512_EACH_SIZE(VNNI512_ENTRY, two)};
static vnni512_multiply_fn *const vnni512_fused[] = {VNNI512_EACH_SIZE(VNNI512_ENTRY, fused)};

/* What the toggles of a kernel begin with. */
enum { VNNI512_PREFETCH, VNNI512_UNPACK, VNNI512_BLOCK, VNNI512_FUSED, VNNI512_TOGGLES };

/* How a GEMM goes. */
typedef struct vnni512_plan {
    size_t block; /* lines, at most */
    bool prefetch, fused;
} vnni512_plan;

static inline vnni512_plan vnni512_plan_of(const tern_problem *problem)
{
    const int32_t *toggle = problem->toggle;

    return (vnni512_plan){(size_t)toggle[VNNI512_BLOCK], toggle[VNNI512_PREFETCH] != 0, toggle[VNNI512_FUSED] != 0};
}

/* Whether so many tokens are worth it; otherwise vnni_few.h has them. */
static inline bool vnni512_unpacks(const tern_problem *problem)
{
    return problem->shape.n > 1 && problem->shape.n >= (size_t)problem->toggle[VNNI512_UNPACK];
}

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
    return common_apart(vnni512_codes_bytes(plan) + n * VNNI512_ROWS * sizeof(int32_t));
}

static inline size_t vnni512_scratch_bytes(const tern_problem *problem)
{
    const size_t thread = vnni512_thread_bytes(vnni512_plan_of(problem), problem->shape.n);

    return vnni512_unpacks(problem) ? vnni_tokens_bytes(problem->shape) + problem->threads * thread : 0;
}

static inline size_t vnni512_panel_bytes(const tern_call *call)
{
    return vnni_lines(call->problem->shape) * VNNI_LINE;
}

static inline const uint8_t *vnni512_packed(const tern_call *call, const vnni512_block *block)
{
    return (const uint8_t *)call->packed + block->panel * vnni512_panel_bytes(call) + block->line * VNNI_LINE;
}

/* x of a tile of tokens, from a block's first column on. */
static inline const int8_t *vnni512_x(const tern_call *call, const vnni512_block *block, token_tile tokens)
{
    return vnni_tile_x(call, tokens.begin) + block->line * VNNI_COLUMNS * tokens.count;
}

/* Sets the sums of a register tile to what they begin at. */
static inline void vnni512_start(const tern_call *call, token_tile tokens, int32_t *sums)
{
    for (size_t n = 0; n < tokens.count; n++, sums += VNNI512_ROWS) {
        const __m512i start = _mm512_set1_epi32(vnni_starts(call)[tokens.begin + n]);
        _mm512_store_si512(sums, start);
        _mm512_store_si512(sums + VNNI_ROWS, start);
    }
}

/* Y = sums of a register tile, for the rows below `end`. */
static inline void vnni512_finish(const tern_call *call, token_tile tokens, const int32_t *sums,
                                  const vnni512_block *block, size_t end)
{
    int32_t *y = call->y + tokens.begin * call->problem->shape.m;

    for (size_t n = 0; n < tokens.count; n++, y += call->problem->shape.m, sums += VNNI512_ROWS)
        for (size_t p = 0; p < block->panels; p++)
            vnni_store(y, block->panel + p, end, vnni_load(sums + p * VNNI_ROWS));
}

/* Prefetches the lines of Y that a register tile will write: far apart, each would be waited for. */
static inline void vnni512_prefetch_y(const tern_call *call, token_tile tokens, const vnni512_block *block)
{
    const int32_t *y = call->y + tokens.begin * call->problem->shape.m + block->panel * VNNI_ROWS;

    for (size_t n = 0; n < tokens.count; n++, y += call->problem->shape.m)
        for (size_t p = 0; p < block->panels; p++)
            common_prefetch(y + p * VNNI_ROWS, COMMON_HINT_L2);
}

/* Register tile t of a block: the first one unpacks, unless that is done before. */
static inline void vnni512_do_tile(const vnni512_tile *tile, vnni512_plan plan, const vnni512_block *block, size_t t,
                                   size_t tokens)
{
    const bool fused = plan.fused && block->panels > 1;

    for (size_t i = 0; t == 0 && !fused && i < block->lines; i++)
        vnni512_unpack(tile->packed + i * VNNI_LINE, tile->panel, (int)block->panels,
                       tile->codes + i * block->panels * VNNI512_CODES);
    /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): entry 0 alone is NULL, and a tile has a token */
    (block->panels < 2 ? vnni512_one : t == 0 && fused ? vnni512_fused : vnni512_two)[tokens](tile);
}

/* Sets what packed W a register tile prefetches: share t of the next block, or nothing new. */
static inline void vnni512_look_ahead(const tern_call *call, vnni512_tile *tile, size_t t, size_t shares,
                                      const vnni512_block *next)
{
    const size_t bytes = t < shares ? next->lines * VNNI_LINE / shares : 0;

    tile->next = t < shares ? vnni512_packed(call, next) + t * bytes : tile->codes;
    tile->next_panel = t < shares ? (next->panels - 1) * vnni512_panel_bytes(call) : 0;
    tile->next_step = common_parts(bytes, tile->lines);
}

/* sums += codes of a block times all tokens. The first tiles prefetch a share of the next block each. */
static inline void vnni512_add_block(const tern_call *call, vnni512_plan plan, const vnni512_block *block,
                                     const vnni512_block *next, size_t end, uint8_t *codes)
{
    const size_t n = call->problem->shape.n, tiles = vnni_tiles(n);
    const bool last = block->line + block->lines == vnni_lines(call->problem->shape);
    const size_t shares = plan.prefetch && next->panels > 0 ? common_smaller(tiles, VNNI512_SHARES) : 0;
    token_tile tokens = vnni_tile(n, 0);
    vnni512_tile tile = {.lines = block->lines,
                         .packed = vnni512_packed(call, block),
                         .panel = vnni512_panel_bytes(call),
                         .codes = codes,
                         .x = vnni512_x(call, block, tokens),
                         .sums = (int32_t *)(void *)(codes + vnni512_codes_bytes(plan))};

    for (size_t t = 0; t < tiles; t++) {
        const token_tile after = vnni_tile(n, t + 1 < tiles ? t + 1 : 0);
        const int8_t *x = vnni512_x(call, t + 1 < tiles ? block : next, after);
        tile.next_x = plan.prefetch ? x : tile.x;
        vnni512_look_ahead(call, &tile, t, shares, next);
        if (block->line == 0)
            vnni512_start(call, tokens, tile.sums);
        if (last && plan.prefetch)
            vnni512_prefetch_y(call, tokens, block);
        vnni512_do_tile(&tile, plan, block, t, tokens.count);
        if (last)
            vnni512_finish(call, tokens, tile.sums, block, end);
        tile.x = x;
        tile.sums += tokens.count * VNNI512_ROWS;
        tokens = after;
    }
}

/* Block `index` of a slice, by panels, then by lines. No panels beyond the last. */
static inline vnni512_block vnni512_block_at(const tern_call *call, vnni512_plan plan, tern_slice rows, size_t index)
{
    const size_t lines = vnni_lines(call->problem->shape), blocks = common_parts(lines, plan.block), b = index % blocks;
    const size_t panel = rows.begin / VNNI_ROWS + index / blocks * VNNI512_PANELS;
    const size_t end = common_parts(rows.end, VNNI_ROWS), begin = lines * b / blocks;

    return (vnni512_block){panel, panel < end ? common_smaller(VNNI512_PANELS, end - panel) : 0, begin,
                           lines * (b + 1) / blocks - begin};
}

static inline void vnni512_run(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const vnni512_plan plan = vnni512_plan_of(call->problem);
    uint8_t *codes =
        (uint8_t *)call->scratch + vnni_tokens_bytes(shape) + rows.thread * vnni512_thread_bytes(plan, shape.n);
    vnni512_block block = vnni512_block_at(call, plan, rows, 0);

    for (size_t i = 1; block.panels > 0; i++) {
        const vnni512_block next = vnni512_block_at(call, plan, rows, i);
        vnni512_add_block(call, plan, &block, &next, rows.end, codes);
        block = next;
    }
}

/* The stages of a problem that unpacks. */
static inline tern_stages vnni512_stages(const tern_problem *problem)
{
    return (tern_stages){vnni_prepare, vnni_prepare_units(problem->shape), vnni512_run};
}

#endif
