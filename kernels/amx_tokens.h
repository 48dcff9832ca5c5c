/*
 * amx_tokens.h - X as AMX tiles read it, and how a GEMM on them is cut.
 *
 * Tokens go in tiles of at most 16, all of one height, and tiles in pairs. X of a pair is 64 columns of each of its
 * tokens at step 0, then at step 1, and so on, zeros past the last column and token: what a tile holds is one block
 * of memory. Groups of pairs are so large that their X stays in L2.
 */
#ifndef TERN_AMX_TOKENS_H
#define TERN_AMX_TOKENS_H

#include "common.h"
#include "vnni.h"

enum {
    AMX_ROWS = 16,                                              /* of a tile; a panel has as many */
    AMX_COLUMNS = 64,                                           /* of a step, a tile's bytes in a row */
    AMX_TILE = AMX_ROWS * AMX_COLUMNS,                          /* bytes */
    AMX_LINE = VNNI_DIGITS * VNNI_LINE,                         /* bytes that a line unpacks to */
    AMX_PERIOD = AMX_ROWS % VNNI_DIGITS == 0 ? 1 : VNNI_DIGITS, /* steps that are whole lines */
    AMX_PAIR = 2,                                               /* panels, and tiles of tokens, of a register block */
    AMX_BAND = AMX_PAIR * AMX_ROWS,                             /* rows of W in a register block */
    AMX_SUMS_STRIDE = AMX_BAND * sizeof(int32_t),
    AMX_LEAD = 2, /* steps from unpacking to use: a tile's load waits until stores have reached L1 */
    AMX_RING = AMX_PERIOD < 4 ? 4 : AMX_PERIOD /* steps of weights that are used once */
};

/* How a GEMM goes. Tiles of tokens have `rows` each, no more than it takes; the last ones may go past N. */
typedef struct amx_plan {
    size_t steps, tiles, rows;
    size_t group; /* tiles of tokens, an even number, that use a block of weights */
    size_t block; /* steps */
    bool prefetch, stream;
} amx_plan;

/* Cuts tokens to groups of equal size with at most x_bytes bytes of X, but for the least group there is. */
static inline void amx_cut(tern_shape shape, size_t x_bytes, amx_plan *plan)
{
    plan->steps = common_parts(shape.k, AMX_COLUMNS);
    plan->tiles = common_parts(shape.n, AMX_ROWS);
    plan->rows = common_parts(shape.n, plan->tiles);

    const size_t pairs = common_parts(plan->tiles, AMX_PAIR);
    const size_t groups = common_parts(plan->tiles * plan->rows * plan->steps * AMX_COLUMNS, x_bytes);

    plan->group = common_parts(pairs, common_smaller(pairs, groups)) * AMX_PAIR;
}

static inline bool amx_reuses(const amx_plan *plan)
{
    return plan->group > AMX_PAIR;
}

static inline size_t amx_x_bytes(const amx_plan *plan)
{
    return common_apart(plan->tiles * plan->rows * plan->steps * AMX_COLUMNS);
}

/* Unpacked, of a panel; the last line may end behind the last step. */
static inline size_t amx_panel_bytes(const amx_plan *plan)
{
    return (amx_reuses(plan) ? plan->block : AMX_RING) * AMX_TILE + AMX_LINE;
}

static inline size_t amx_weights_bytes(const amx_plan *plan)
{
    return AMX_PAIR * amx_panel_bytes(plan);
}

/* Of packed W, in steps that are whole lines. */
static inline size_t amx_lines(size_t steps)
{
    return steps * AMX_ROWS / VNNI_DIGITS;
}

/* Of a pair of tiles of tokens. */
static inline size_t amx_sums_bytes(const amx_plan *plan)
{
    return AMX_PAIR * plan->rows * AMX_SUMS_STRIDE;
}

static inline size_t amx_thread_bytes(const amx_plan *plan)
{
    return common_apart(amx_weights_bytes(plan) + plan->group / AMX_PAIR * amx_sums_bytes(plan));
}

static inline size_t amx_scratch_bytes(const tern_problem *problem, const amx_plan *plan)
{
    return amx_x_bytes(plan) + problem->threads * amx_thread_bytes(plan);
}

/* Tiles in the pair that begins at `tile`. */
static inline size_t amx_pair_tiles(const amx_plan *plan, size_t tile)
{
    return common_smaller(AMX_PAIR, plan->tiles - tile);
}

/* X of the pair of tiles that begins at `tile`: [step][tile][token][column]. */
static inline int8_t *amx_x(const tern_call *call, const amx_plan *plan, size_t tile)
{
    return (int8_t *)call->scratch + tile * plan->rows * plan->steps * AMX_COLUMNS;
}

/* Lays out one tile. */
static inline void amx_prepare(const tern_call *call, const amx_plan *plan, size_t tile)
{
    const tern_shape shape = call->problem->shape;
    const size_t pair = tile / AMX_PAIR * AMX_PAIR, bytes = plan->rows * AMX_COLUMNS;
    int8_t *out = amx_x(call, plan, pair) + (tile - pair) * bytes;

    for (size_t row = 0, n = tile * plan->rows; row < plan->rows; row++, n++, out += AMX_COLUMNS)
        for (size_t step = 0; step < plan->steps; step++) {
            const size_t k = step * AMX_COLUMNS;
            const __m512i x = n < shape.n
                                  ? vnni_load_bytes(call->x + n * shape.k + k, common_smaller(shape.k - k, AMX_COLUMNS))
                                  : _mm512_setzero_si512();
            _mm512_store_si512(out + step * amx_pair_tiles(plan, pair) * bytes, x);
        }
}

#endif
