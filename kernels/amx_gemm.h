/*
 * amx_gemm.h - the kernels that multiply tiles, whatever form packed W has: their toggles, their plan, their stages.
 *
 * Few tokens take the way of the AVX-512 VNNI kernels (vnni_few.h), with memory for a bound. From 7 tokens on tiles
 * multiply (amx_tiles.h). A group of tokens whose X stays in L2 goes through a block of W, two panels by so many steps;
 * up to 32 tokens no weight is used twice, and a ring of a few steps takes them while sums stay in registers for all of
 * K. Y is written past the caches when it is large, which saves reading it.
 *
 * A kernel defines AMX_BLOCK, the steps of a block, before it includes this, and amx_unpack_line() after that.
 */
#ifndef TERN_AMX_GEMM_H
#define TERN_AMX_GEMM_H

#include "amx_tiles.h"
#include "common.h"
#include "vnni_few.h"

#include <sys/syscall.h>
#include <unistd.h>

enum { PREFETCH, TILES, BLOCK, GROUP, STREAM };

enum { AMX_SHARES = 4 }; /* pairs of tiles that prefetch packed W */

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead; on tiles, any number: the next block", NULL,
                  96, 0, 1024},
    [TILES] = {"tiles", "tokens from which on tiles multiply", NULL, 7, 1, 7},
    [BLOCK] = {"block", "steps of 64 columns unpacked at a time", NULL, AMX_BLOCK, 1, 4096},
    [GROUP] = {"group", "KiB of X that stay in L2", NULL, 1024, 1, 65536},
    [STREAM] = {"stream", "tokens from which on Y is written past the caches", NULL, 33, 0, 65536},
    {NULL, NULL, NULL, 0, 0, 0},
};

VNNI_RUN_TOKENS(run_tokens, PREFETCH);

static bool on_tiles(const tern_problem *problem)
{
    return problem->shape.n >= (size_t)problem->toggle[TILES];
}

static amx_plan plan_of(const tern_problem *problem)
{
    const int32_t *toggle = problem->toggle;
    amx_plan plan = {.block = (size_t)toggle[BLOCK],
                     .prefetch = toggle[PREFETCH] > 0,
                     .stream = toggle[STREAM] > 0 && problem->shape.n >= (size_t)toggle[STREAM]};

    amx_cut(problem->shape, (size_t)toggle[GROUP] * 1024, &plan);
    plan.block = common_round_up(common_smaller(plan.block, plan.steps), AMX_PERIOD);
    return plan;
}

static void prepare(const tern_call *call, tern_slice tiles)
{
    const amx_plan plan = plan_of(call->problem);

    for (size_t tile = tiles.begin; tile < tiles.end; tile++)
        amx_prepare(call, &plan, tile);
}

VNNI_INLINE void store_rows(int32_t *y, size_t panel, size_t end, const int32_t *sums, bool stream)
{
    const __m512i v = _mm512_load_si512(sums);

    if (stream && end - panel * AMX_ROWS >= AMX_ROWS && (uintptr_t)(y + panel * AMX_ROWS) % VNNI_LINE == 0)
        _mm512_stream_si512((__m512i *)(void *)(y + panel * AMX_ROWS), v);
    else
        vnni_store(y, panel, end, v);
}

/* Y = sums of tokens [n, n + tokens), for the rows of two panels that are below `end`. */
static void finish(const tern_call *call, bool stream, const int32_t *sums, size_t n, size_t tokens, size_t panel,
                   size_t end)
{
    const size_t m = call->problem->shape.m;
    const bool second = (panel + 1) * AMX_ROWS < end;

    for (int32_t *y = call->y + n * m; tokens > 0; tokens--, y += m, sums += AMX_BAND) {
        store_rows(y, panel, end, sums, stream);
        if (second)
            store_rows(y, panel + 1, end, sums + AMX_ROWS, stream);
    }
}

/* The memory operand of LDTILECFG: Intel SDM vol. 1, 18.2. */
typedef struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_config;

/* Tiles 0 to 3 are sums, 4 and 5 X, 6 and 7 weights. */
static void configure(size_t tokens)
{
    tile_config config = {.palette = 1};

    for (size_t tile = 0; tile < 8; tile++) {
        config.rows[tile] = (uint8_t)(tile < 6 ? tokens : AMX_ROWS);
        config.row_bytes[tile] = AMX_COLUMNS;
    }
    amx_settle();
    _tile_loadconfig(&config);
}

/* Two panels from `panel` on, tiles [first, last) of tokens, one block of columns from `step` on. */
typedef struct block {
    size_t panel, first, last, step;
} block;

/* The first pairs of tiles prefetch a share of the next block each. */
static void run_block(const tern_call *call, const amx_plan *plan, const block *b, amx_job *job, size_t end)
{
    const size_t n_end = call->problem->shape.n, sums_bytes = amx_sums_bytes(plan);
    const size_t pairs = common_parts(b->last - b->first, AMX_PAIR);
    const size_t shares = plan->prefetch ? common_smaller(pairs, AMX_SHARES) : 0;
    char *sums = (char *)job->weights + amx_weights_bytes(plan);

    job->next_lines = plan->prefetch && pairs > 1 ? common_parts(sums_bytes / VNNI_LINE, job->steps) : 0;
    for (size_t pair = 0; pair < pairs; pair++) {
        const size_t tile = b->first + pair * AMX_PAIR, tiles = amx_pair_tiles(plan, tile), n = tile * plan->rows;
        job->x = amx_x(call, plan, tile) + b->step * tiles * plan->rows * AMX_COLUMNS;
        job->sums = (int32_t *)(void *)(sums + pair * sums_bytes);
        job->next_sums = sums + (pair + 1 < pairs ? pair + 1 : 0) * sums_bytes;
        job->ahead_lines = pair < shares ? common_parts(job->lines, shares) : 0;
        amx_multiply_table[pair == 0][tiles](job);
        job->ahead += job->ahead_lines * VNNI_LINE;
        if (b->step + job->steps == plan->steps)
            finish(call, plan->stream, job->sums, n, common_smaller(tiles * plan->rows, n_end - n), b->panel, end);
    }
}

/* A group of tokens times two panels. */
static void run_band(const tern_call *call, const amx_plan *plan, tern_slice rows, block b)
{
    const size_t lines = vnni_lines(call->problem->shape);
    const bool reuses = amx_reuses(plan);
    amx_job job = {.packed = (const uint8_t *)call->packed + b.panel * lines * VNNI_LINE,
                   .second = (b.panel + 1) * AMX_ROWS < rows.end ? lines * VNNI_LINE : 0,
                   .weights = (int8_t *)call->scratch + amx_x_bytes(plan) + rows.thread * amx_thread_bytes(plan),
                   .apart = amx_panel_bytes(plan),
                   .ring = reuses ? SIZE_MAX : AMX_RING * AMX_TILE,
                   .rows = plan->rows};

    for (; b.step < plan->steps; b.step += job.steps) {
        const bool last = b.step + plan->block >= plan->steps || !reuses;
        job.steps = last ? plan->steps - b.step : plan->block;
        job.lines = last ? lines - amx_lines(b.step) : amx_lines(job.steps);
        job.start = b.step == 0;
        job.ahead = job.packed + job.lines * VNNI_LINE + (last ? job.second : 0);
        run_block(call, plan, &b, &job, rows.end);
        job.packed += job.lines * VNNI_LINE;
    }
}

static void run(const tern_call *call, tern_slice rows)
{
    const amx_plan plan = plan_of(call->problem);

    configure(plan.rows);
    for (size_t tile = 0; tile < plan.tiles; tile += plan.group)
        for (size_t m = rows.begin; m < rows.end; m += AMX_BAND)
            run_band(call, &plan, rows, (block){m / AMX_ROWS, tile, common_smaller(tile + plan.group, plan.tiles), 0});
    _tile_release();
    _mm_sfence();
}

static size_t scratch_bytes(const tern_problem *problem)
{
    const amx_plan plan = plan_of(problem);

    return on_tiles(problem) ? amx_scratch_bytes(problem, &plan) : 0;
}

/* Linux lets a process use tile data when it has asked: Documentation/arch/x86/xstate.rst. */
static bool permitted(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };

    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    if (!on_tiles(problem)) {
        stages->run = run_tokens[problem->shape.n][problem->toggle[PREFETCH] != 0];
        return NULL;
    }
    if (!permitted())
        return "the operating system does not let this process use AMX tiles";
    *stages = (tern_stages){prepare, plan_of(problem).tiles, run};
    return NULL;
}

#endif
