/*
 * amx.2bit - 2-bit weights, TDPBSSD on tiles.
 *
 * Packed W has the form of vnni.2bit: a byte holds four codes w + 1. Few tokens take that kernel's way, with memory for
 * a bound. From 7 tokens on tiles multiply (amx_tiles.h). A group of tokens whose X stays in L2 goes through a block of
 * W, two panels by so many steps; up to 32 tokens no weight is used twice, and a ring of a few steps takes them while
 * sums stay in registers for all of K. Y is written past the caches when it is large, which saves reading it.
 *
 * What bounds it. With a handful of tokens memory does. With many, a step of a register block is four products of 16
 * cycles. Measured piece by piece on a Xeon with AMX, in loops of one kind:
 *   - tile loads hide: 16 to 17 cycles a product with weights in L1 and X in L2; with both in L2 21, which is why a block
 *     of weights has to fit L1;
 *   - sums that leave the tiles after a block and come back before the next do not: 120 cycles, beside the 768 that the
 *     products of 12 steps take;
 *   - Y of a pair of tiles, written past the caches in one go, costs 2,000 cycles and more;
 *   - at 32 tokens, where all weights are unpacked for one pair, the kernel takes 115 cycles a step with packed W from
 *     the last-level cache and 160 from memory, at 64, for two pairs, 200 and 220: memory is not hidden.
 * The clock is the other bound. While a core multiplies constants in registers it runs at 3.7 GHz; with loads of random
 * X and weights it was at 3.0 GHz in loops of 0.1 ms, and right after calls with 512 tokens at 2.1 to 2.3. A peak
 * measured with constants is then out of reach, whatever the order of instructions.
 */
#define VNNI_DIGITS 4
#include "amx_tiles.h"
#include "common.h"
#include "vnni_few.h"
#include "vnni_pack.h"

#include <sys/syscall.h>
#include <unistd.h>

enum { PREFETCH, TILES, BLOCK, GROUP, STREAM };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead; on tiles, any number: the next block", NULL,
                  96, 0, 1024},
    [TILES] = {"tiles", "tokens from which on tiles multiply", NULL, 7, 1, 7},
    [BLOCK] = {"block", "steps of 64 columns unpacked at a time", NULL, 12, 1, 4096},
    [GROUP] = {"group", "KiB of X that stay in L2", NULL, 1024, 1, 65536},
    [STREAM] = {"stream", "tokens from which on Y is written past the caches", NULL, 33, 0, 65536},
    {NULL, NULL, NULL, 0, 0, 0},
};

VNNI_INLINE __m512i vnni_encode(const __m512i rows[4])
{
    const __m512i shifts = _mm512_broadcast_i32x4(_mm_setr_epi32(0, 2, 4, 6));
    __m512i v[4], low, high;

    for (size_t i = 0; i < 4; i++)
        v[i] = _mm512_sllv_epi32(_mm512_add_epi8(rows[i], _mm512_set1_epi8(1)), shifts);
    low = _mm512_or_si512(_mm512_unpacklo_epi32(v[0], v[1]), _mm512_unpackhi_epi32(v[0], v[1]));
    high = _mm512_or_si512(_mm512_unpacklo_epi32(v[2], v[3]), _mm512_unpackhi_epi32(v[2], v[3]));
    return _mm512_or_si512(_mm512_unpacklo_epi64(low, high), _mm512_unpackhi_epi64(low, high));
}

static void pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    vnni_pack_rows(problem, w, rows, packed);
}

VNNI_INLINE vnni_codes vnni_split(const uint8_t *line, bool masks)
{
    const __m512i v = vnni_load(line);

    (void)masks;
    return (vnni_codes){{_mm512_and_si512(v, _mm512_set1_epi8(0x03)), _mm512_and_si512(v, _mm512_set1_epi8(0x0C)),
                         _mm512_and_si512(v, _mm512_set1_epi8(0x30)),
                         _mm512_and_si512(v, _mm512_set1_epi8((char)0xC0))}};
}

VNNI_RUN_FEW(run_1, PREFETCH, 1, 1, COMMON_HINT_L2, true)
VNNI_RUN_FEW(run_2, PREFETCH, 1, 2, COMMON_HINT_L2, true)
VNNI_RUN_FEW(run_3, PREFETCH, 1, 3, COMMON_HINT_L2, true)
VNNI_RUN_FEW(run_4, PREFETCH, 1, 4, COMMON_HINT_L2, true)
VNNI_RUN_FEW(run_5, PREFETCH, 1, 5, COMMON_HINT_L2, true)
VNNI_RUN_FEW(run_6, PREFETCH, 1, 6, COMMON_HINT_L2, true)

static tern_stage_fn *const run_few[VNNI_UNITS + 1] = {NULL, run_1, run_2, run_3, run_4, run_5, run_6};

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
    plan.block = common_smaller(plan.block, plan.steps);
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

/* Each pair of tiles prefetches its share of the next block. */
static void run_block(const tern_call *call, const amx_plan *plan, const block *b, amx_job *job, size_t end)
{
    const size_t n_end = call->problem->shape.n, sums_bytes = amx_sums_bytes(plan);
    const size_t pairs = common_parts(b->last - b->first, AMX_PAIR);
    const size_t share = common_parts(AMX_LINES, common_smaller(pairs, AMX_LINES));
    char *sums = (char *)job->weights + amx_weights_bytes(plan);

    job->next_lines = plan->prefetch && pairs > 1 ? common_parts(sums_bytes / VNNI_LINE, job->steps) : 0;
    for (size_t pair = 0; pair < pairs; pair++) {
        const size_t tile = b->first + pair * AMX_PAIR, tiles = amx_pair_tiles(plan, tile), n = tile * plan->rows;
        job->x = amx_x(call, plan, tile) + b->step * tiles * plan->rows * AMX_COLUMNS;
        job->sums = (int32_t *)(void *)(sums + pair * sums_bytes);
        job->next_sums = sums + (pair + 1 < pairs ? pair + 1 : 0) * sums_bytes;
        job->ahead_lines = plan->prefetch && pair < AMX_LINES ? share : 0;
        amx_multiply_table[pair == 0][tiles](job);
        job->ahead += job->steps * job->ahead_lines * VNNI_LINE;
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
                   .wrap = reuses ? SIZE_MAX : AMX_RING * AMX_WEIGHTS - 1,
                   .rows = plan->rows};

    for (; b.step < plan->steps; b.step += job.steps) {
        const bool last = b.step + plan->block >= plan->steps || !reuses;
        job.steps = last ? plan->steps - b.step : plan->block;
        job.lines = last ? lines - b.step * AMX_LINES : job.steps * AMX_LINES;
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
        stages->run = run_few[problem->shape.n];
        return NULL;
    }
    if (!permitted())
        return "the operating system does not let this process use AMX tiles";
    *stages = (tern_stages){prepare, plan_of(problem).tiles, run};
    return NULL;
}

const tern_kernel tern_kernel_amx_2bit = {
    TERN_KERNEL_HEAD,
    .name = "amx.2bit",
    .formerly = "amx2",
    .summary = "2-bit weights, AMX multiply-adds of tiles",
    .refines = "vnni.2bit",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI | TERN_ISA_AVX512VBMI | TERN_ISA_AMXINT8,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {AMX_BAND, AMX_COLUMNS, AMX_BAND},
    .row_step = VNNI_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = vnni_packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = pack_rows,
};
