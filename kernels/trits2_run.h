/*
 * trits2_run.h - how the ymm kernels with 2-bit weights go: W packed as in trits2.h, one token panel by panel, many
 * in blocks (trits2_gemm.h). What differs is how a line is multiplied, which each kernel defines: trits2_add_token()
 * and trits2_add_tokens(). A kernel also defines TRITS2_LINES, the lines of a block, before it includes this.
 */
#ifndef TERN_TRITS2_RUN_H
#define TERN_TRITS2_RUN_H

#include "common.h"
#include "trits2_gemm.h"

#include <stdbool.h>

enum { TRITS2_PREFETCH, TRITS2_HINT, TRITS2_MASKS, TRITS2_TILE, TRITS2_BLOCK, TRITS2_BLOCK_N };
/* Rows of a table of toggles, which may have more. */
#define TRITS2_TOGGLES                                                                                                 \
    [TRITS2_PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 192, 0, 512},                  \
    [TRITS2_HINT] =                                                                                                    \
        {"hint",         "prefetch 1: to all caches, 2: to the second level, 3: non-temporally; one token",            \
         "prefetch",     COMMON_HINT_L2,                                                                               \
         COMMON_HINT_L1, COMMON_HINT_NTA},                                                                             \
    [TRITS2_MASKS] = {"masks", "use fields where they are; off: shift each to the lowest bits; one token", NULL, 1, 0, \
                      1},                                                                                              \
    [TRITS2_TILE] = {"tokens", "tokens of a register tile, which share a load of W; more than one token",              \
                     NULL,     TRITS2_TOKENS,                                                                          \
                     1,        TRITS2_TOKENS},                                                                         \
    [TRITS2_BLOCK] =                                                                                                   \
        {"block", "lines of a panel unpacked at a time; more than one token", NULL, TRITS2_LINES, 1, 4096},            \
    [TRITS2_BLOCK_N] = {"block_n", "tokens that W is unpacked for at a time", NULL, 96, 1, 65536}

/* How one token goes; constants at the call. */
typedef struct trits2_way {
    int hint;
    bool masks;
} trits2_way;

/*
 * total += codes * x over `lines` lines of a panel, any number of them; lines `ahead` bytes further on are
 * prefetched.
 */
TRITS2_INLINE void trits2_add_token(const uint8_t *line, size_t lines, const int8_t *x, size_t ahead, trits2_way how,
                                    __m256i total[2]);

/* sums += lines [line, line + lines) of a panel times a block of tokens. */
static void trits2_add_tokens(const trits2_block *block, size_t panel, size_t line, size_t lines, int32_t *sums);

TRITS2_INLINE void trits2_run_token(const tern_call *call, tern_slice rows, trits2_way how)
{
    const tern_problem *problem = call->problem;
    const size_t k = problem->shape.k, whole = k / TRITS2_COLUMNS, bytes = trits2_panel_bytes(problem);
    const size_t ahead = (size_t)problem->toggle[TRITS2_PREFETCH] * TRITS2_LINE;
    const uint8_t *panel = (const uint8_t *)call->packed + rows.begin / TRITS2_ROWS * bytes;
    const __m256i start = _mm256_set1_epi32(-trits2_sum(call->x, k));
    int8_t last[TRITS2_COLUMNS] = {0}; /* x of the line that X ends in */
    int32_t y[TRITS2_ROWS];

    memcpy(last, call->x + whole * TRITS2_COLUMNS, k - whole * TRITS2_COLUMNS);
    for (size_t m = rows.begin; m < rows.end; m += TRITS2_ROWS, panel += bytes) {
        __m256i total[2] = {start, start};
        trits2_add_token(panel, whole, call->x, ahead, how, total);
        if (whole * TRITS2_COLUMNS < k)
            trits2_add_token(panel + whole * TRITS2_LINE, 1, last, ahead, how, total);
        ymm_store(y, total[0]);
        ymm_store(y + TRITS2_ROWS / 2, total[1]);
        trits2_put_rows(call->y + m, y, rows.end - m);
    }
}

#define TRITS2_RUN(name, hint, masks)                                                                                  \
    static void trits2_run_##name(const tern_call *call, tern_slice rows)                                              \
    {                                                                                                                  \
        trits2_run_token(call, rows, (trits2_way){hint, masks});                                                       \
    }

TRITS2_RUN(shift, COMMON_HINT_NONE, false)
TRITS2_RUN(shift_l1, COMMON_HINT_L1, false)
TRITS2_RUN(shift_l2, COMMON_HINT_L2, false)
TRITS2_RUN(shift_nta, COMMON_HINT_NTA, false)
TRITS2_RUN(mask, COMMON_HINT_NONE, true)
TRITS2_RUN(mask_l1, COMMON_HINT_L1, true)
TRITS2_RUN(mask_l2, COMMON_HINT_L2, true)
TRITS2_RUN(mask_nta, COMMON_HINT_NTA, true)

/* One token: by masks and hint. */
static tern_stage_fn *const trits2_run_one[2][4] = {
    {trits2_run_shift, trits2_run_shift_l1, trits2_run_shift_l2, trits2_run_shift_nta},
    {trits2_run_mask, trits2_run_mask_l1, trits2_run_mask_l2, trits2_run_mask_nta}};

static inline token_tiling trits2_tiling_of(const tern_problem *problem)
{
    return token_tiling_of(problem->shape.n, (size_t)problem->toggle[TRITS2_TILE]);
}

/* Lines of a block. */
static inline size_t trits2_block_lines(const tern_problem *problem)
{
    return common_smaller((size_t)problem->toggle[TRITS2_BLOCK], trits2_lines(problem->shape.k));
}

/* Tiles of tokens of a block, at most. */
static inline size_t trits2_most_tiles(const tern_problem *problem)
{
    return trits2_block_tiles(trits2_tiling_of(problem), (size_t)problem->toggle[TRITS2_BLOCK_N]);
}

/* What a thread has of its own: codes, and the sums of a panel times a block of tokens. */
static inline size_t trits2_thread_bytes(const tern_problem *problem)
{
    const size_t tokens = trits2_most_tokens(trits2_tiling_of(problem), (size_t)problem->toggle[TRITS2_BLOCK_N]);

    return common_apart(trits2_block_lines(problem) * TRITS2_CODES + tokens * TRITS2_ROWS * sizeof(int32_t));
}

static size_t trits2_scratch_bytes(const tern_problem *problem)
{
    if (problem->shape.n == 1)
        return 0;
    return trits2_tokens_bytes(problem->shape) + problem->threads * trits2_thread_bytes(problem);
}

static void trits2_prepare_tiles(const tern_call *call, tern_slice tiles)
{
    for (size_t t = tiles.begin; t < tiles.end; t++)
        trits2_prepare(call, trits2_tiling_of(call->problem), t);
}

static void trits2_run_many(const tern_call *call, tern_slice rows)
{
    const tern_problem *problem = call->problem;
    const size_t lines = trits2_lines(problem->shape.k), most = trits2_block_lines(problem);
    uint8_t *codes =
        (uint8_t *)call->scratch + trits2_tokens_bytes(problem->shape) + rows.thread * trits2_thread_bytes(problem);
    int32_t *sums = (int32_t *)(void *)(codes + most * TRITS2_CODES);
    trits2_block block = {.call = call,
                          .tiling = trits2_tiling_of(problem),
                          .ahead = (size_t)problem->toggle[TRITS2_PREFETCH] * TRITS2_LINE,
                          .codes = codes};

    for (; block.tile < block.tiling.tiles; block.tile += block.tiles) {
        block.tiles = common_smaller(trits2_most_tiles(problem), block.tiling.tiles - block.tile);
        for (size_t panel = rows.begin / TRITS2_ROWS; panel < trits2_panels(rows.end); panel++) {
            trits2_start(&block, sums);
            for (size_t line = 0; line < lines; line += most)
                trits2_add_tokens(&block, panel, line, common_smaller(most, lines - line), sums);
            trits2_finish(&block, panel, rows.end, sums);
        }
    }
}

static const char *trits2_bind(const tern_problem *problem, tern_stages *stages)
{
    const int32_t *toggle = problem->toggle;
    const int hint = common_hint(toggle[TRITS2_PREFETCH], toggle[TRITS2_HINT]);

    if (problem->shape.n == 1)
        stages->run = trits2_run_one[toggle[TRITS2_MASKS] != 0][hint];
    else
        *stages = (tern_stages){trits2_prepare_tiles, trits2_tiling_of(problem).tiles, trits2_run_many};
    return NULL;
}

#endif
