/*
 * tmac.lut512 - full tables of the sums of three activations, looked up by VPERMB on zmm.
 *
 * A group is three weights of a row; its 27 patterns index a table of the sums +-x0 +-x1 +-x2: no multiplication is
 * left. VPERMB looks up bytes, for 64 rows, and the sums need 10 bits, so a group has two tables, of their lower and of
 * their upper digits in base 28 (lut512.h): nine of either add up in 8 bits, then widen, three instructions for 64
 * rows; 16-bit sums last for 807 lines. W takes 1.78 bits a weight and hardly any decoding. Tables take 21 bytes for a
 * column and token; all threads build them, once, and a block of them stays in L2 while the rows pass by.
 *
 * One token: 34 instructions on the two ports of zmm for the 1152 weights of a line. Memory bounds it when W streams;
 * prefetches stand apart, since in bunches they wait for one another. Up to four tokens share loads and decoding of a
 * line: their tables are what L2 delivers in time. The bound is then a look-up and an addition for 96 products, of
 * either digit: 48 an instruction, where VPDPBUSD does 64 and needs no widening. Two tokens go as fast as in vnni.2bit,
 * more two thirds as fast. Tables of five weights are those of tmac.t5. (T-MAC, Wei et al. 2024, section 3, has the
 * tables.)
 */
#include "common.h"
#include "lut512.h"
#include "token_tiling.h"

enum {
    SHORT = 3,                             /* lines that 8-bit sums last for: 9 look-ups of at most 27 */
    DEPTH = UINT16_MAX / (9 * 27) * SHORT, /* lines that 16-bit sums last for */
    TOKENS = 4                             /* of a tile, at most */
};

enum { PREFETCH, HINT, TILE, CACHE };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 128, 0, 1024},
    [HINT] = {"hint", "of the prefetches, one token: 1 to L1, 2 to L2, 3 non-temporal", "prefetch", COMMON_HINT_L2,
              COMMON_HINT_L1, COMMON_HINT_NTA},
    [TILE] = {"tokens", "tokens that share a load of W, at most", NULL, TOKENS, 1, TOKENS},
    [CACHE] = {"cache", "KiB of tables that all rows are multiplied with before the next", NULL, 512, 1, 1 << 16},
    {NULL, NULL, NULL, 0, 0, 0},
};

/* Tokens of a tile share loads of W. */
static token_tiling tiling_of(const tern_problem *problem)
{
    return token_tiling_of(problem->shape.n, (size_t)problem->toggle[TILE]);
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return problem->shape.n * lut512_lines(problem) * LUT512_TABLES;
}

/* Tables stand as [tile][line][token of the tile]. */
static uint8_t *tables_at(const tern_call *call, token_tile t, size_t line)
{
    return (uint8_t *)call->scratch + (t.begin * lut512_lines(call->problem) + line * t.count) * LUT512_TABLES;
}

static void prepare(const tern_call *call, tern_slice lines)
{
    const size_t k_end = call->problem->shape.k;
    const token_tiling tiling = tiling_of(call->problem);

    for (size_t i = 0; i < tiling.tiles; i++) {
        const token_tile t = token_tile_at(tiling, i);
        uint8_t *tables = tables_at(call, t, lines.begin);
        for (size_t k = lines.begin * LUT512_COLUMNS; k < lines.end * LUT512_COLUMNS; k += LUT512_COLUMNS)
            for (size_t n = t.begin; n < t.begin + t.count; n++, tables += LUT512_TABLES) {
                const int8_t *x = call->x + n * k_end + k;
                int8_t last[LUT512_COLUMNS] = {0};
                lut512_build_tables(k_end - k < sizeof last ? memcpy(last, x, k_end - k) : x, tables);
            }
    }
}

/* 8-bit sums of lower and upper digits. */
typedef struct sums8 {
    __m512i lower[TOKENS][LUT512_VECTORS], upper[TOKENS][LUT512_VECTORS];
} sums8;

typedef struct sums16 {
    lut512_sum lower[TOKENS][LUT512_VECTORS], upper[TOKENS][LUT512_VECTORS];
} sums16;

LUT_INLINE __m512i load_table(const uint8_t *table)
{
    return _mm512_broadcast_i64x4(_mm256_load_si256((const __m256i *)(const void *)table));
}

/* Volatile, that each stays where it is: GCC would run out of registers, and put prefetches next to one another. */
LUT_INLINE __m512i look_up(__m512i sum, __m512i table, __m512i index)
{
    sum = _mm512_add_epi8(sum, _mm512_permutexvar_epi8(index, table));
    __asm__ volatile("" : "+v"(sum));
    return sum;
}

/* What a line is multiplied with, and the cache line to prefetch meanwhile. */
typedef struct step {
    const uint8_t *tables, *next;
    size_t tokens;
    int hint;
} step;

/* sum += what group g finds. */
LUT_INLINE void add_group(sums8 *sum, const __m512i index[LUT512_VECTORS], step s, size_t g)
{
    LUT_UNROLL
    for (size_t n = 0; n < s.tokens; n++) {
        const uint8_t *table = s.tables + n * LUT512_TABLES + g * 2 * LUT512_TABLE;
        const __m512i lower = load_table(table), upper = load_table(table + LUT512_TABLE);
        LUT_UNROLL
        for (int v = 0; v < LUT512_VECTORS; v++)
            sum->lower[n][v] = look_up(sum->lower[n][v], lower, index[v]);
        if (n == s.tokens / 2)
            common_prefetch(s.next + (g + 1) * LUT512_VECTOR, s.hint);
        LUT_UNROLL
        for (int v = 0; v < LUT512_VECTORS; v++)
            sum->upper[n][v] = look_up(sum->upper[n][v], upper, index[v]);
    }
}

LUT_INLINE __m512i third_index(__m512i first, __m512i second)
{
    return _mm512_ternarylogic_epi64(_mm512_set1_epi8(7), _mm512_srli_epi16(first, 5), _mm512_srli_epi16(second, 2),
                                     0xCA);
}

LUT_INLINE void add_line(sums8 *sum, const uint8_t *line, step s)
{
    const __m512i first[] = {lut_load_index(line), lut_load_index(line + 2 * LUT512_VECTOR)};
    const __m512i second[] = {lut_load_index(line + LUT512_VECTOR), lut_load_index(line + 3 * LUT512_VECTOR)};
    const __m512i third[] = {third_index(first[0], second[0]), third_index(first[1], second[1])};

    common_prefetch(s.next, s.hint);
    add_group(sum, first, s, 0);
    add_group(sum, second, s, 1);
    add_group(sum, third, s, 2);
}

/* Up to DEPTH lines of a panel, and the tables of a tile for them. */
typedef struct block {
    const uint8_t *line, *tables;
    size_t lines, ahead; /* ahead: bytes */
} block;

typedef void multiply_fn(block b, sums16 *sums);

/* sums = the block's. `tokens` is a constant at the call. */
LUT_INLINE void multiply(block b, size_t tokens, int hint, sums16 *sums)
{
    const __m512i zero = _mm512_setzero_si512();
    sums16 all;

    memset(&all, 0, sizeof all);
    for (size_t count; b.lines > 0; b.lines -= count) {
        sums8 sum;
        LUT_UNROLL
        for (size_t n = 0; n < tokens; n++)
            sum.lower[n][0] = sum.lower[n][1] = sum.upper[n][0] = sum.upper[n][1] = zero;
        count = common_smaller(b.lines, SHORT);
        for (const uint8_t *end = b.line + count * LUT512_LINE; b.line < end; b.line += LUT512_LINE) {
            add_line(&sum, b.line, (step){b.tables, b.line + b.ahead, tokens, hint});
            b.tables += tokens * LUT512_TABLES;
        }
        LUT_UNROLL
        for (size_t n = 0; n < tokens; n++) {
            LUT_UNROLL
            for (int v = 0; v < LUT512_VECTORS; v++) {
                lut512_widen(&all.lower[n][v], sum.lower[n][v]);
                lut512_widen(&all.upper[n][v], sum.upper[n][v]);
            }
        }
    }
    *sums = all;
}

#define MULTIPLY(name, tokens, hint)                                                                                   \
    static void name(block b, sums16 *sums)                                                                            \
    {                                                                                                                  \
        multiply(b, tokens, hint, sums);                                                                               \
    }

MULTIPLY(multiply_1, 1, COMMON_HINT_NONE)
MULTIPLY(multiply_1_l1, 1, COMMON_HINT_L1)
MULTIPLY(multiply_1_l2, 1, COMMON_HINT_L2)
MULTIPLY(multiply_1_nta, 1, COMMON_HINT_NTA)
MULTIPLY(multiply_2, 2, b.ahead > 0 ? COMMON_HINT_L2 : COMMON_HINT_NONE)
MULTIPLY(multiply_3, 3, b.ahead > 0 ? COMMON_HINT_L2 : COMMON_HINT_NONE)
MULTIPLY(multiply_4, 4, b.ahead > 0 ? COMMON_HINT_L2 : COMMON_HINT_NONE)

static multiply_fn *multiply_of(const tern_problem *problem, size_t tokens)
{
    static multiply_fn *const one[] = {multiply_1, multiply_1_l1, multiply_1_l2, multiply_1_nta};
    static multiply_fn *const more[TOKENS + 1] = {[2] = multiply_2, multiply_3, multiply_4};

    return tokens > 1 ? more[tokens] : one[common_hint(problem->toggle[PREFETCH], problem->toggle[HINT])];
}

/* Y, for the rows of a slice, = or += a tile times lines [line, line + lines). */
static void multiply_rows(const tern_call *call, tern_slice rows, token_tile t, size_t line, size_t lines)
{
    const tern_problem *problem = call->problem;
    const int32_t bias = (int32_t)(lines * LUT512_COLUMNS / LUT512_GROUP * LUT512_BIAS);
    multiply_fn *const multiply_panel = multiply_of(problem, t.count);
    block b = {NULL, tables_at(call, t, line), lines, (size_t)problem->toggle[PREFETCH] * LUT512_VECTOR};
    sums16 sums;

    for (size_t m = rows.begin; m < rows.end; m += LUT512_ROWS) {
        b.line = (const uint8_t *)call->packed + (m / LUT512_ROWS * lut512_lines(problem) + line) * LUT512_LINE;
        multiply_panel(b, &sums);
        for (size_t n = 0; n < t.count; n++)
            for (size_t v = 0, r = m; v < LUT512_VECTORS && r < rows.end; v++, r += LUT512_VECTOR)
                lut512_put(call->y + (t.begin + n) * problem->shape.m + r, common_smaller(rows.end - r, LUT512_VECTOR),
                           sums.lower[n][v], sums.upper[n][v], bias, line == 0);
    }
}

/* Lines whose tables for a tile fit the cache, in whole chains of 8-bit sums. */
static size_t block_lines(const tern_problem *problem, token_tile t)
{
    const size_t fit = (size_t)problem->toggle[CACHE] * 1024 / (t.count * LUT512_TABLES * SHORT);

    return common_smaller(fit > 0 ? fit * SHORT : SHORT, DEPTH);
}

static void run(const tern_call *call, tern_slice rows)
{
    const size_t lines = lut512_lines(call->problem);
    const token_tiling tiling = tiling_of(call->problem);

    for (size_t i = 0; i < tiling.tiles; i++) {
        const token_tile t = token_tile_at(tiling, i);
        const size_t most = block_lines(call->problem, t);
        for (size_t line = 0; line < lines; line += most)
            multiply_rows(call, rows, t, line, common_smaller(most, lines - line));
    }
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    *stages = (tern_stages){prepare, lut512_lines(problem), run};
    return NULL;
}

const tern_kernel tern_kernel_tmac_lut512 = {
    TERN_KERNEL_HEAD,
    .name = "tmac.lut512",
    .summary = "full tables of three activations, AVX-512 byte permutes, 128 rows at a time",
    .refines = "tmac.lut",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI | TERN_ISA_AVX512VBMI,
    .bits_per_weight = 16.0 / LUT512_COLUMNS,
    .multiple = {1, 1, 1},
    .tile = {LUT512_ROWS, LUT512_COLUMNS *SHORT, TOKENS},
    .row_step = LUT512_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = lut512_packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = lut512_pack_rows,
};
