/*
 * tmac.t3 - full tables of the sums of three activations, looked up by byte shuffles; 1.67 bits a weight.
 *
 * An index of four bits and a sign are three weights (tmac_t3.h). VPSHUFB looks a table's 14 sums up in all 32 bytes of
 * a register, VPSIGNB gives them their signs: lower and upper digits each. Bytes hold the sums of a unit, 8 groups, and
 * one VPMADDUBSW for 16 rows makes 16-bit sums of both digits, which last for a piece, 80 groups.
 *
 * So 75 vector instructions multiply 768 weights, where avx2 takes 78, and a sixth less of W is read: one token is the
 * faster the less of the memory's bandwidth a core has. A few tokens share indices and signs, two at a time. From
 * `codes` tokens on W is unpacked and multiplied as avx2 does. (T-MAC, Wei et al. 2024, section 3, has the tables and
 * mirrors them; TL2 of bitnet.cpp has three weights in five bits.)
 */
#include "tmac_t3.h"
#include "tmac_t3_codes.h"

#include <stdbool.h>

enum { TOKENS = 2 }; /* that share indices and signs */

enum { PREFETCH, HINT, CODES, BLOCK_N };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead, fewer than `codes` tokens", NULL, 64, 0,
                  1024},
    [HINT] = {"hint", "of the prefetches, fewer than `codes` tokens: 1 to L1, 2 to L2, 3 non-temporal", "prefetch",
              COMMON_HINT_L2, COMMON_HINT_L1, COMMON_HINT_NTA},
    [CODES] = {"codes", "tokens from which on W is unpacked and multiplied as avx2 does; off: look-ups for any number",
               NULL, 16, 0, 65536},
    [BLOCK_N] = {"block_n", "tokens that a piece of W is used for at a time; more than one token", NULL, 96, 1, 65536},
    {NULL, NULL, NULL, 0, 0, 0},
};

static bool takes_codes(const tern_problem *problem)
{
    const size_t from = (size_t)problem->toggle[CODES];

    return from > 0 && problem->shape.n >= from;
}

/* With tables: of each piece, those of each token, one unit after the other. */
static size_t scratch_bytes(const tern_problem *problem)
{
    if (takes_codes(problem))
        return trits2_tokens_bytes(problem->shape) +
               problem->threads * tmac_t3_block_bytes(problem, (size_t)problem->toggle[BLOCK_N]);
    return problem->shape.n * tmac_t3_units(problem) * TMAC_T3_UNIT_TABLES;
}

/* Tables of a token for the piece that begins at `unit`. */
static uint8_t *tables_at(const tern_call *call, size_t unit, size_t n)
{
    const tern_problem *problem = call->problem;

    return (uint8_t *)call->scratch +
           (problem->shape.n * unit + n * tmac_t3_units_of_piece(problem, unit)) * TMAC_T3_UNIT_TABLES;
}

static void prepare(const tern_call *call, tern_slice units)
{
    const size_t k_end = call->problem->shape.k;

    for (size_t unit = units.begin; unit < units.end; unit++)
        for (size_t n = 0; n < call->problem->shape.n; n++) {
            const size_t k = unit * TMAC_T3_COLUMNS, piece = unit / TMAC_T3_PIECE * TMAC_T3_PIECE;
            const int8_t *x = call->x + n * k_end + k;
            int8_t last[TMAC_T3_COLUMNS] = {0};
            tmac_t3_build_tables(k_end - k < TMAC_T3_COLUMNS ? memcpy(last, x, k_end - k) : x,
                                 tables_at(call, piece, n) + (unit - piece) * TMAC_T3_UNIT_TABLES);
        }
}

/* Of 32 rows by a token: 8-bit sums of digits; 16-bit sums of the first 16 rows and of the others. */
typedef struct sums8 {
    __m256i lower, upper;
} sums8;

typedef struct sums16 {
    __m256i half[2];
} sums16;

/* One addition after the other: the compiler would look up ahead and run out of registers. */
LUT_INLINE __m256i look_up(__m256i sum, __m256i table, __m256i index, __m256i sign)
{
    sum = _mm256_add_epi8(sum, _mm256_sign_epi8(_mm256_shuffle_epi8(table, index), sign));
    __asm__("" : "+x"(sum));
    return sum;
}

/* sum += what a group finds. */
LUT_INLINE void add_group(sums8 sum[TOKENS][TMAC_T3_VECTORS], const __m256i index[TMAC_T3_VECTORS],
                          const __m256i sign[TMAC_T3_VECTORS], const uint8_t *table, size_t stride, size_t tokens)
{
    for (size_t t = 0; t < tokens; t++, table += stride) {
        const __m256i lower = lut_load_table(table);
        for (size_t v = 0; v < TMAC_T3_VECTORS; v++)
            sum[t][v].lower = look_up(sum[t][v].lower, lower, index[v], sign[v]);
        const __m256i upper = lut_load_table(table + TMAC_T3_TABLE / 2);
        for (size_t v = 0; v < TMAC_T3_VECTORS; v++)
            sum[t][v].upper = look_up(sum[t][v].upper, upper, index[v], sign[v]);
    }
}

/* all += a unit of a panel. A group's sign is moved to the highest bit; no sign may be 0. stride: of tokens' tables */
LUT_INLINE void add_unit(sums16 all[TOKENS][TMAC_T3_VECTORS], const uint8_t *line, const uint8_t *tables, size_t stride,
                         size_t tokens)
{
    const __m256i nibble = _mm256_set1_epi8(0x0F), one = _mm256_set1_epi8(1), zero = _mm256_setzero_si256();
    const __m256i base = _mm256_set1_epi16(1 | TMAC_T3_BASE << 8);
    __m256i sign[TMAC_T3_VECTORS], index[TMAC_T3_VECTORS];
    sums8 sum[TOKENS][TMAC_T3_VECTORS];

    for (size_t t = 0; t < tokens; t++)
        for (size_t v = 0; v < TMAC_T3_VECTORS; v++)
            sum[t][v] = (sums8){zero, zero};
    for (size_t v = 0; v < TMAC_T3_VECTORS; v++)
        sign[v] = _mm256_or_si256(ymm_load(line + TMAC_T3_SIGNS + v * TMAC_T3_HALF), one);
    LUT_UNROLL
    for (size_t g = TMAC_T3_GROUPS; g > 0; g -= 2) {
        for (size_t v = 0; v < TMAC_T3_VECTORS; v++)
            index[v] = _mm256_and_si256(
                _mm256_srli_epi16(ymm_load(line + (g - 2) / 2 * TMAC_T3_LINE + v * TMAC_T3_HALF), 4), nibble);
        add_group(sum, index, sign, tables + (g - 1) * TMAC_T3_TABLE, stride, tokens);
        for (size_t v = 0; v < TMAC_T3_VECTORS; v++) {
            index[v] = _mm256_and_si256(ymm_load(line + (g - 2) / 2 * TMAC_T3_LINE + v * TMAC_T3_HALF), nibble);
            sign[v] =
                g > 2 ? _mm256_add_epi8(sign[v], sign[v])
                      : _mm256_or_si256(_mm256_slli_epi16(ymm_load(line + TMAC_T3_SIGNS + v * TMAC_T3_HALF), 7), one);
        }
        add_group(sum, index, sign, tables + (g - 2) * TMAC_T3_TABLE, stride, tokens);
        for (size_t v = 0; v < TMAC_T3_VECTORS; v++)
            sign[v] = _mm256_add_epi8(sign[v], sign[v]);
    }
    for (size_t t = 0; t < tokens; t++)
        for (size_t v = 0; v < TMAC_T3_VECTORS; v++) {
            const __m256i first = _mm256_unpacklo_epi8(sum[t][v].lower, sum[t][v].upper);
            const __m256i second = _mm256_unpackhi_epi8(sum[t][v].lower, sum[t][v].upper);
            all[t][v].half[0] = _mm256_add_epi16(all[t][v].half[0], _mm256_maddubs_epi16(base, first));
            all[t][v].half[1] = _mm256_add_epi16(all[t][v].half[1], _mm256_maddubs_epi16(base, second));
        }
}

/* y = or += the sums of 16 rows. */
LUT_INLINE void put_sums(int32_t *y, __m256i sums, bool set)
{
    const __m256i first = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(sums));
    const __m256i second = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(sums, 1));

    ymm_store(y, set ? first : _mm256_add_epi32(ymm_load(y), first));
    ymm_store(y + 8, set ? second : _mm256_add_epi32(ymm_load(y + 8), second));
}

/* The same where y has room for fewer. */
static void put_some(int32_t *y, size_t rows, __m256i sums, bool set)
{
    int32_t part[16] = {0};

    put_sums(part, sums, true);
    for (size_t r = 0; r < rows; r++)
        y[r] = part[r] + (set ? 0 : y[r]);
}

/* A piece of a panel, the tables of its tokens, and where to. */
typedef struct piece {
    const uint8_t *line, *tables;
    size_t units, ahead; /* ahead: bytes */
    int32_t *y;
    size_t y_stride, rows;
    bool set;
} piece;

LUT_INLINE void multiply(piece p, size_t tokens, int hint)
{
    const size_t stride = p.units * TMAC_T3_UNIT_TABLES;
    const uint8_t *line = p.line, *tables = p.tables, *end = line + p.units * TMAC_T3_UNIT;
    sums16 all[TOKENS][TMAC_T3_VECTORS];

    memset(all, 0, sizeof all);
    for (; line < end; line += TMAC_T3_UNIT, tables += TMAC_T3_UNIT_TABLES) {
        for (size_t i = 0; i < TMAC_T3_UNIT; i += TMAC_T3_LINE)
            common_prefetch(line + p.ahead + i, hint);
        add_unit(all, line, tables, stride, tokens);
    }
    for (size_t t = 0; t < tokens; t++)
        for (size_t r = 0; r < TMAC_T3_ROWS && r < p.rows; r += 16) {
            const __m256i sums = all[t][r / TMAC_T3_HALF].half[r / 16 % 2];
            if (p.rows - r >= 16)
                put_sums(p.y + t * p.y_stride + r, sums, p.set);
            else
                put_some(p.y + t * p.y_stride + r, p.rows - r, sums, p.set);
        }
}

/* Of a block of tokens: its first ones bring W to the nearest cache. */
LUT_INLINE void multiply_block(piece p, size_t tokens, int hint)
{
    if (tokens == 1) {
        multiply(p, 1, hint);
        return;
    }
    multiply(p, TOKENS, hint);
    for (size_t n = TOKENS; n < tokens; n += TOKENS) {
        p.y += TOKENS * p.y_stride;
        p.tables += TOKENS * p.units * TMAC_T3_UNIT_TABLES;
        if (tokens - n >= TOKENS)
            multiply(p, TOKENS, COMMON_HINT_NONE);
        else
            multiply(p, 1, COMMON_HINT_NONE);
    }
}

LUT_INLINE void run_block(const tern_call *call, tern_slice rows, size_t first, size_t tokens, int hint)
{
    const tern_problem *problem = call->problem;
    const tern_shape shape = problem->shape;
    const size_t ahead = (size_t)problem->toggle[PREFETCH] * TMAC_T3_LINE;

    for (size_t unit = 0; unit < tmac_t3_units(problem); unit += TMAC_T3_PIECE)
        for (size_t m = rows.begin; m < rows.end; m += TMAC_T3_ROWS)
            multiply_block((piece){(const uint8_t *)call->packed + tmac_t3_place(problem, m / TMAC_T3_ROWS, unit),
                                   tables_at(call, unit, first), tmac_t3_units_of_piece(problem, unit), ahead,
                                   call->y + first * shape.m + m, shape.m, rows.end - m, unit == 0},
                           tokens, hint);
}

LUT_INLINE void run_with(const tern_call *call, tern_slice rows, int hint)
{
    const size_t n_end = call->problem->shape.n, most = (size_t)call->problem->toggle[BLOCK_N];

    for (size_t m = rows.begin; m < rows.end;) {
        const size_t end =
            common_smaller((m / (TMAC_T3_SLAB * TMAC_T3_ROWS) + 1) * TMAC_T3_SLAB * TMAC_T3_ROWS, rows.end);
        const tern_slice slab = {m, end, rows.thread};
        for (size_t n = 0; n < n_end; n += most)
            run_block(call, slab, n, common_smaller(n_end - n, most), hint);
        m = end;
    }
}

LUT_RUNS(run_with)

static void run_codes(const tern_call *call, tern_slice rows)
{
    tmac_t3_run_codes(call, rows, (size_t)call->problem->toggle[BLOCK_N]);
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    if (takes_codes(problem)) {
        *stages = (tern_stages){tmac_t3_prepare_tiles, tmac_t3_tiling(problem).tiles, run_codes};
        return NULL;
    }
    *stages = (tern_stages){prepare, tmac_t3_units(problem),
                            lut_runs[common_hint(problem->toggle[PREFETCH], problem->toggle[HINT])]};
    return NULL;
}

const tern_kernel tern_kernel_tmac_t3 = {
    TERN_KERNEL_HEAD,
    .name = "tmac.t3",
    .summary = "full tables of three activations, AVX2 byte shuffles, 64 rows at a time; three weights in five bits",
    .refines = "tmac.lut",
    .isa = TERN_ISA_AVX2,
    .bits_per_weight = 5.0 / 3.0,
    .multiple = {1, 1, 1},
    .tile = {TMAC_T3_ROWS, TMAC_T3_COLUMNS *TMAC_T3_PIECE, TOKENS},
    .row_step = TMAC_T3_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = tmac_t3_packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = tmac_t3_pack_rows,
};
