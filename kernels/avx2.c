/*
 * avx2 - 2-bit weights, VPMADDUBSW.
 *
 * Panels of 16 rows, whose sums stay in lanes (trits2.h). One token: the four fields of a byte are masked out of a line
 * where they are, after one shift by 4 for two of them. Sums of the fields that lie 2 bits up are four times too large,
 * and divided after 8 lines, exactly, since each product is a multiple of 4: 8 * 2 * -2048 is just what 16 bits hold.
 * That is 13 instructions for 128 weights where shifting each takes 15, and a loop of one line keeps prefetches apart:
 * in bunches they wait for one another. Memory is asked 192 lines ahead, for the second cache, which has more requests
 * under way than the first. So one token is bound by memory when W streams, on one core and on all, and by those
 * instructions when W lies in cache. A few share codes in registers (trits2_few.h), many those that are unpacked once
 * (trits2_gemm.h), a block of columns at a time that leaves the first cache room for x, and for as many tokens as leave
 * their X in the second; they are bound by the multiply-add and add pairs.
 */
#define TRITS2_LINES 32
#include "common.h"
#include "trits2_few.h"
#include "trits2_run.h"

enum { MASK_LINES = 8 }; /* that the 16-bit sums of masked fields last for */

/* 16-bit sums of 8 rows. */
typedef struct row_sums {
    __m256i plain, times4;
} row_sums;

TRITS2_INLINE void add_half(row_sums *sum, const uint8_t *half, const __m256i x[4], bool masks)
{
    const __m256i low = _mm256_set1_epi8(0x03), high = _mm256_set1_epi8(0x0C);
    const __m256i v = ymm_load(half), u = _mm256_srli_epi16(v, 4);

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

TRITS2_INLINE void add_line(row_sums sum[2], const uint8_t *line, const int8_t *x, size_t ahead, trits2_way how)
{
    const __m256i v[4] = {trits2_spread(x), trits2_spread(x + 4), trits2_spread(x + 8), trits2_spread(x + 12)};

    common_prefetch(line + ahead, how.hint);
    add_half(&sum[0], line, v, how.masks);
    add_half(&sum[1], line + TRITS2_VECTOR, v, how.masks);
}

TRITS2_INLINE __m256i widen(row_sums sum, bool masks)
{
    return trits2_widen(masks ? _mm256_add_epi16(sum.plain, _mm256_srai_epi16(sum.times4, 2)) : sum.plain);
}

TRITS2_INLINE void trits2_add_token(const uint8_t *line, size_t lines, const int8_t *x, size_t ahead, trits2_way how,
                                    __m256i total[2])
{
    while (lines > 0) {
        const size_t count = common_smaller(lines, MASK_LINES);
        const __m256i zero = _mm256_setzero_si256();
        row_sums sum[2] = {{zero, zero}, {zero, zero}};
        for (const uint8_t *end = line + count * TRITS2_LINE; line < end; line += TRITS2_LINE, x += TRITS2_COLUMNS)
            add_line(sum, line, x, ahead, how);
        total[0] = _mm256_add_epi32(total[0], widen(sum[0], how.masks));
        total[1] = _mm256_add_epi32(total[1], widen(sum[1], how.masks));
        lines -= count;
    }
}

static void trits2_add_tokens(const trits2_block *block, size_t panel, size_t line, size_t lines, int32_t *sums)
{
    trits2_add_lines(block, panel, line, lines, sums);
}

enum { FEW = TRITS2_BLOCK_N + 1, MAX_FEW = 16 };

static const tern_toggle toggles[] = {
    TRITS2_TOGGLES,
    [FEW] = {"few", "most tokens that take codes out of W in registers; off: unpacked to memory for any number", NULL,
             MAX_FEW, 0, MAX_FEW},
    {NULL, NULL, NULL, 0, 0, 0},
};

static bool takes_few(const tern_problem *problem)
{
    return problem->shape.n != 1 && problem->shape.n <= (size_t)problem->toggle[FEW];
}

static void run_few(const tern_call *call, tern_slice rows)
{
    const tern_problem *problem = call->problem;
    const token_tiling tiling = token_tiling_of(problem->shape.n, TRITS2_FEW);
    const size_t ahead = (size_t)problem->toggle[TRITS2_PREFETCH] * TRITS2_LINE;
    trits2_few_tile tile[MAX_FEW / TRITS2_FEW];

    for (size_t i = 0; i < tiling.tiles; i++)
        tile[i] = trits2_few_begin(call, token_tile_at(tiling, i));
    for (size_t m = rows.begin; m < rows.end; m += TRITS2_ROWS)
        for (size_t i = 0; i < tiling.tiles; i++)
            switch (token_tile_count(tiling, i)) {
            case 1:
                trits2_few_run(call, &tile[i], 1, m, rows.end, ahead);
                break;
            case 2:
                trits2_few_run(call, &tile[i], 2, m, rows.end, ahead);
                break;
            case 3:
                trits2_few_run(call, &tile[i], 3, m, rows.end, ahead);
                break;
            default:
                trits2_few_run(call, &tile[i], TRITS2_FEW, m, rows.end, ahead);
            }
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return takes_few(problem) ? 0 : trits2_scratch_bytes(problem);
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    if (!takes_few(problem))
        return trits2_bind(problem, stages);
    stages->run = run_few;
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
    .tile = {TRITS2_ROWS, TRITS2_COLUMNS *MASK_LINES, MAX_FEW},
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
