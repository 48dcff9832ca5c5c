/*
 * avx2 - 2-bit weights, VPMADDUBSW.
 *
 * Panels of 16 rows, whose sums stay in lanes (trits2.h). One token: the four fields of a byte are masked out of a line
 * where they are, after one shift by 4 for two of them. Sums of the fields that lie 2 bits up are four times too large,
 * and divided after 8 lines, exactly, since each product is a multiple of 4: 8 * 2 * -2048 is just what 16 bits hold.
 * That is 13 instructions for 128 weights where shifting each takes 15, and a loop of one line keeps prefetches apart:
 * in bunches they wait for one another. Memory is asked 96 lines ahead, for the second cache, which has more requests
 * under way than the first. So one token is bound by memory when W streams, on one core and on all, and by those
 * instructions when W lies in cache. More tokens share codes that are unpacked once (trits2_gemm.h), a block of columns
 * at a time that leaves the first cache room for x, and for as many tokens as leave their X in the second; they are
 * bound by the multiply-add and add pairs.
 */
#include "trits2_gemm.h"

#include <stdbool.h>

enum { PREFETCH, HINT, MASKS, TOKENS, BLOCK, BLOCK_N };
enum { HINT_NONE, HINT_L1, HINT_L2, HINT_NTA };
enum { MASK_LINES = 8 }; /* that the 16-bit sums of masked fields last for */

static const tern_toggle toggles[] = {
    {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 96, 0, 512},
    {"hint", "prefetch 1: to all caches, 2: to the second level, 3: non-temporally; one token", "prefetch", HINT_L2,
     HINT_L1, HINT_NTA},
    {"masks", "use fields where they are; off: shift each to the lowest bits; one token", NULL, 1, 0, 1},
    {"tokens", "tokens of a register tile, which share a load of W; more than one token", NULL, TRITS2_TOKENS, 1,
     TRITS2_TOKENS},
    {"block", "lines of a panel unpacked at a time; more than one token", NULL, 32, 1, 4096},
    {"block_n", "tokens that W is unpacked for at a time", NULL, 96, 1, 65536},
    {NULL, NULL, NULL, 0, 0, 0},
};

/* How one token goes; constants at the call. */
typedef struct way {
    int hint;
    bool masks;
} way;

/* 16-bit sums of 8 rows. */
typedef struct row_sums {
    __m256i plain, times4;
} row_sums;

TRITS2_INLINE void add_half(row_sums *sum, const uint8_t *half, const __m256i x[4], bool masks)
{
    const __m256i low = _mm256_set1_epi8(0x03), high = _mm256_set1_epi8(0x0C);
    const __m256i v = trits2_load(half), u = _mm256_srli_epi16(v, 4);

    sum->plain = trits2_add(sum->plain, _mm256_and_si256(v, low), x[0]);
    sum->plain = trits2_add(sum->plain, _mm256_and_si256(u, low), x[2]);
    if (masks) {
        sum->times4 = trits2_add(sum->times4, _mm256_and_si256(v, high), x[1]);
        sum->times4 = trits2_add(sum->times4, _mm256_and_si256(u, high), x[3]);
    } else {
        sum->plain = trits2_add(sum->plain, _mm256_and_si256(_mm256_srli_epi16(v, 2), low), x[1]);
        sum->plain = trits2_add(sum->plain, _mm256_and_si256(_mm256_srli_epi16(v, 6), low), x[3]);
    }
}

TRITS2_INLINE void prefetch(const uint8_t *line, int hint)
{
    if (hint == HINT_L1)
        _mm_prefetch((const char *)line, _MM_HINT_T0);
    else if (hint == HINT_L2)
        _mm_prefetch((const char *)line, _MM_HINT_T1);
    else if (hint == HINT_NTA)
        _mm_prefetch((const char *)line, _MM_HINT_NTA);
}

TRITS2_INLINE void add_line(row_sums sum[2], const uint8_t *line, const int8_t *x, size_t ahead, way how)
{
    const __m256i v[4] = {trits2_spread(x), trits2_spread(x + 4), trits2_spread(x + 8), trits2_spread(x + 12)};

    prefetch(line + ahead, how.hint);
    add_half(&sum[0], line, v, how.masks);
    add_half(&sum[1], line + TRITS2_VECTOR, v, how.masks);
}

TRITS2_INLINE __m256i widen(row_sums sum, bool masks)
{
    return trits2_widen(masks ? _mm256_add_epi16(sum.plain, _mm256_srai_epi16(sum.times4, 2)) : sum.plain);
}

/* total += codes * x over `lines` lines. */
TRITS2_INLINE void multiply(const uint8_t *line, size_t lines, const int8_t *x, size_t ahead, way how, __m256i total[2])
{
    while (lines > 0) {
        const size_t count = trits2_smaller(lines, MASK_LINES);
        const __m256i zero = _mm256_setzero_si256();
        row_sums sum[2] = {{zero, zero}, {zero, zero}};
        for (const uint8_t *end = line + count * TRITS2_LINE; line < end; line += TRITS2_LINE, x += TRITS2_COLUMNS)
            add_line(sum, line, x, ahead, how);
        total[0] = _mm256_add_epi32(total[0], widen(sum[0], how.masks));
        total[1] = _mm256_add_epi32(total[1], widen(sum[1], how.masks));
        lines -= count;
    }
}

TRITS2_INLINE void run_token(const tern_call *call, tern_slice rows, way how)
{
    const tern_problem *problem = call->problem;
    const size_t k = problem->shape.k, whole = k / TRITS2_COLUMNS, bytes = trits2_panel_bytes(problem);
    const size_t ahead = (size_t)problem->toggle[PREFETCH] * TRITS2_LINE;
    const uint8_t *panel = (const uint8_t *)call->packed + rows.begin / TRITS2_ROWS * bytes;
    const __m256i start = _mm256_set1_epi32(-trits2_sum(call->x, k));
    int8_t last[TRITS2_COLUMNS] = {0}; /* x of the line that X ends in */
    int32_t y[TRITS2_ROWS];

    memcpy(last, call->x + whole * TRITS2_COLUMNS, k - whole * TRITS2_COLUMNS);
    for (size_t m = rows.begin; m < rows.end; m += TRITS2_ROWS, panel += bytes) {
        __m256i total[2] = {start, start};
        multiply(panel, whole, call->x, ahead, how, total);
        if (whole * TRITS2_COLUMNS < k)
            multiply(panel + whole * TRITS2_LINE, 1, last, ahead, how, total);
        trits2_store(y, total[0]);
        trits2_store(y + TRITS2_ROWS / 2, total[1]);
        trits2_put_rows(call->y + m, y, rows.end - m);
    }
}

#define RUN(name, hint, masks)                                                                                         \
    static void name(const tern_call *call, tern_slice rows)                                                           \
    {                                                                                                                  \
        run_token(call, rows, (way){hint, masks});                                                                     \
    }

RUN(run_shift, HINT_NONE, false)
RUN(run_shift_l1, HINT_L1, false)
RUN(run_shift_l2, HINT_L2, false)
RUN(run_shift_nta, HINT_NTA, false)
RUN(run_mask, HINT_NONE, true)
RUN(run_mask_l1, HINT_L1, true)
RUN(run_mask_l2, HINT_L2, true)
RUN(run_mask_nta, HINT_NTA, true)

/* By masks and hint. */
static tern_stage_fn *const run_one[2][4] = {{run_shift, run_shift_l1, run_shift_l2, run_shift_nta},
                                             {run_mask, run_mask_l1, run_mask_l2, run_mask_nta}};

static trits2_tiling tiling_of(const tern_problem *problem)
{
    return trits2_tile_tokens(problem->shape.n, (size_t)problem->toggle[TOKENS]);
}

/* Lines of a block. */
static size_t block_lines(const tern_problem *problem)
{
    return trits2_smaller((size_t)problem->toggle[BLOCK], trits2_lines(problem->shape.k));
}

static size_t block_tiles(const tern_problem *problem)
{
    return trits2_block_tiles(tiling_of(problem), (size_t)problem->toggle[BLOCK_N]);
}

static size_t codes_bytes(const tern_problem *problem)
{
    return block_lines(problem) * TRITS2_CODES;
}

/* What a thread has of its own: codes, and the sums of a panel times a block of tokens. */
static size_t thread_bytes(const tern_problem *problem)
{
    const size_t tokens = block_tiles(problem) * trits2_tile_count(tiling_of(problem), 0);

    return codes_bytes(problem) + tokens * TRITS2_ROWS * sizeof(int32_t);
}

static size_t scratch_bytes(const tern_problem *problem)
{
    if (problem->shape.n == 1)
        return 0;
    return trits2_tokens_bytes(problem->shape) + problem->threads * thread_bytes(problem);
}

static void prepare(const tern_call *call, tern_slice tiles)
{
    for (size_t t = tiles.begin; t < tiles.end; t++)
        trits2_prepare(call, tiling_of(call->problem), t);
}

static void run_many(const tern_call *call, tern_slice rows)
{
    const tern_problem *problem = call->problem;
    const size_t lines = trits2_lines(problem->shape.k), most = block_lines(problem), tiles = block_tiles(problem);
    uint8_t *codes =
        (uint8_t *)call->scratch + trits2_tokens_bytes(problem->shape) + rows.thread * thread_bytes(problem);
    int32_t *sums = (int32_t *)(void *)(codes + codes_bytes(problem));
    trits2_block block = {.call = call,
                          .tiling = tiling_of(problem),
                          .ahead = (size_t)problem->toggle[PREFETCH] * TRITS2_LINE,
                          .codes = codes};

    for (; block.tile < block.tiling.tiles; block.tile += block.tiles) {
        block.tiles = trits2_smaller(tiles, block.tiling.tiles - block.tile);
        for (size_t panel = rows.begin / TRITS2_ROWS; panel < trits2_panels(rows.end); panel++) {
            trits2_start(&block, sums);
            for (size_t line = 0; line < lines; line += most)
                trits2_add_lines(&block, panel, line, trits2_smaller(most, lines - line), sums);
            trits2_finish(&block, panel, rows.end, sums);
        }
    }
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    const int32_t *toggle = problem->toggle;

    if (problem->shape.n == 1)
        stages->run = run_one[toggle[MASKS] != 0][toggle[PREFETCH] == 0 ? HINT_NONE : toggle[HINT]];
    else
        *stages = (tern_stages){prepare, tiling_of(problem).tiles, run_many};
    return NULL;
}

const tern_kernel tern_kernel_avx2 = {
    TERN_KERNEL_HEAD,
    .name = "avx2",
    .summary = "2-bit weights, AVX2 multiply-adds of unsigned codes",
    .refines = "scalar",
    .isa = TERN_ISA_AVX2,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {TRITS2_ROWS, TRITS2_COLUMNS *MASK_LINES, TRITS2_TOKENS},
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
