/*
 * omp.tiled - tiles of M x N x K shared by an OpenMP team of its own.
 *
 * A thread owns the tiles of Y of block_m rows by block_n tokens that the schedule gives it, so that no two write the
 * same value. It goes through K in blocks of block_k: the block's x, block_n by block_k bytes, stays in its nearest
 * cache while the panels of the tile pass by, each unpacked to codes once and used for all block_n tokens
 * (trits2_gemm.h). Codes and sums stand in a part of scratch of its own. X is re-ordered first, by the team. block_m is
 * rounded up to panels of 16 rows, block_k to lines of 16 columns, block_n down to whole register tiles. For one token
 * a tile has too little work for what unpacking costs: that bounds it there, and the multiply-adds for many.
 */
#include "common.h"
#include "trits2_gemm.h"

#include <omp.h>

enum { BLOCK_M, BLOCK_N, BLOCK_K, THREADS, PREFETCH };

static const tern_toggle toggles[] = {
    {"block_m", "rows of a tile, rounded up to panels of 16", NULL, 64, 1, 4096},
    {"block_n", "tokens of a tile", NULL, 96, 1, 4096},
    {"block_k", "columns that a panel is unpacked for at a time, rounded up to 16", NULL, 512, 1, 4096},
    {"threads", "share the tiles among the threads; off: one thread does all", NULL, 1, 0, 1},
    {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 96, 0, 512},
    {NULL, NULL, NULL, 0, 0, 0},
};

/* Tiles of this problem: those of the toggles, and no larger than the matrix. */
typedef struct plan {
    token_tiling tiling;
    size_t panels, tiles, lines;
} plan;

static plan plan_of(const tern_problem *problem)
{
    const size_t block_m = (size_t)problem->toggle[BLOCK_M], block_n = (size_t)problem->toggle[BLOCK_N];
    const token_tiling tiling = token_tiling_of(problem->shape.n, common_smaller(block_n, TRITS2_TOKENS));

    return (plan){tiling, common_smaller(trits2_panels(block_m), trits2_panels(problem->shape.m)),
                  trits2_block_tiles(tiling, block_n),
                  common_smaller(trits2_lines((size_t)problem->toggle[BLOCK_K]), trits2_lines(problem->shape.k))};
}

static size_t codes_bytes(plan p)
{
    return p.lines * TRITS2_CODES;
}

/* Values of the sums of a panel. */
static size_t panel_sums(plan p)
{
    return p.tiles * token_tile_count(p.tiling, 0) * TRITS2_ROWS;
}

static size_t thread_bytes(plan p)
{
    return common_apart(codes_bytes(p) + p.panels * panel_sums(p) * sizeof(int32_t));
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return trits2_tokens_bytes(problem->shape) + problem->threads * thread_bytes(plan_of(problem));
}

static void do_tile(const trits2_block *block, plan p, size_t first)
{
    const tern_shape shape = block->call->problem->shape;
    const size_t lines = trits2_lines(shape.k), end = common_smaller(first + p.panels, trits2_panels(shape.m));
    int32_t *sums = (int32_t *)(void *)(block->codes + codes_bytes(p));

    for (size_t panel = first; panel < end; panel++)
        trits2_start(block, sums + (panel - first) * panel_sums(p));
    for (size_t line = 0; line < lines; line += p.lines)
        for (size_t panel = first; panel < end; panel++)
            trits2_add_lines(block, panel, line, common_smaller(p.lines, lines - line),
                             sums + (panel - first) * panel_sums(p));
    for (size_t panel = first; panel < end; panel++)
        trits2_finish(block, panel, shape.m, sums + (panel - first) * panel_sums(p));
}

static void run(const tern_call *call, tern_slice all)
{
    const tern_problem *problem = call->problem;
    const plan p = plan_of(problem);
    const size_t panels = trits2_panels(problem->shape.m), tiles = p.tiling.tiles;
    /* NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the pragma below reads it */
    const int threads = problem->toggle[THREADS] ? (int)problem->threads : 1;
    const size_t ahead = (size_t)problem->toggle[PREFETCH] * TRITS2_LINE;
    uint8_t *codes = (uint8_t *)call->scratch + trits2_tokens_bytes(problem->shape);

    (void)all;
#pragma omp parallel num_threads(threads)
    {
        uint8_t *own = codes + (size_t)omp_get_thread_num() * thread_bytes(p);
#pragma omp for schedule(static)
        for (size_t t = 0; t < tiles; t++)
            trits2_prepare(call, p.tiling, t);
#pragma omp for collapse(2) schedule(static)
        for (size_t panel = 0; panel < panels; panel += p.panels)
            for (size_t t = 0; t < tiles; t += p.tiles) {
                const trits2_block block = {call, p.tiling, t, common_smaller(p.tiles, tiles - t), ahead, own};
                do_tile(&block, p, panel);
            }
    }
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->run = run;
    return NULL;
}

const tern_kernel tern_kernel_omp_tiled = {
    TERN_KERNEL_HEAD,
    .name = "omp.tiled",
    .summary = "2-bit weights, AVX2, tiles in M, N and K shared by an OpenMP team",
    .refines = "avx2",
    .isa = TERN_ISA_AVX2,
    .flags = TERN_KERNEL_OWNS_TEAM,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {64, 512, 96},
    .row_step = TRITS2_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = trits2_packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = trits2_pack_rows,
};
