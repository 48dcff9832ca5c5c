/*
 * avxvnni.2bit - 2-bit weights, VPDPBUSD on ymm in its VEX form, for processors without AVX-512.
 *
 * W is packed as for avx2 (trits2.h), and tokens are blocked as there (trits2_gemm.h); four products and their sum
 * are one instruction here instead of three, and 32-bit sums need no widening. One token: the four fields of a byte
 * are masked out where they are, each with sums of its own, which come out 1, 4, 16 and 64 times too large; a shift
 * at the end undoes that, exactly, since every product is a multiple. That is 16 instructions for the 256 weights of
 * a line, a third of a cycle each, so that W bounds it wherever it lies beyond L2. Many tokens: a panel of 16 rows by
 * 6 tokens, 12 sums, 2 vectors of codes and one of x, which wait for the two ports that multiply; the first tiles of
 * a block also prefetch what will be unpacked next, a little at each line, so that memory works while they multiply.
 */
#define TRITS2_LINES 64
#include "common.h"
#include "trits2_run.h"

enum {
    FIELDS = 4,
    MAX_LINES = 1 << 14, /* that sums last for: four products a line, of up to 64 * 2 * 128, come to 2^30 */
    SHARES = 4           /* tiles of a block that prefetch what will be unpacked next */
};

/*
 * Sums of 8 rows. Lanes of 32 bits: __m256i has lanes of 64, and what changes between the two GCC copies around
 * loops.
 */
typedef int32_t row_sums __attribute__((vector_size(TRITS2_VECTOR)));

/* Sums of one token, a vector a field. */
typedef struct field_sums {
    row_sums field[FIELDS];
} field_sums;

TRITS2_INLINE void add(row_sums *sum, __m256i codes, __m256i x)
{
    *sum = (row_sums)_mm256_dpbusd_avx_epi32((__m256i)*sum, codes, x);
}

/* A field of a line times x: both sums at once, so that x needs a register no longer. `field` is a constant. */
TRITS2_INLINE void add_field(field_sums sum[2], __m256i upper, __m256i lower, const int8_t *x, int field, bool masks)
{
    const __m256i v = trits2_spread(x + field * TRITS2_STEP),
                  mask = _mm256_set1_epi8((char)(3 << 2 * (masks ? field : 0)));

    add(&sum[0].field[field], _mm256_and_si256(masks ? upper : _mm256_srli_epi16(upper, 2 * field), mask), v);
    add(&sum[1].field[field], _mm256_and_si256(masks ? lower : _mm256_srli_epi16(lower, 2 * field), mask), v);
}

/* The sum of all fields, each divided by what masks left it too large by. */
TRITS2_INLINE __m256i gather(const field_sums *sum, bool masks)
{
    const row_sums *v = sum->field;

    return (__m256i)(masks ? v[0] + (v[1] >> 2) + (v[2] >> 4) + (v[3] >> 6) : v[0] + v[1] + v[2] + v[3]);
}

/* total += codes * x over `lines` lines, at most MAX_LINES. */
TRITS2_INLINE void multiply_lines(const uint8_t *line, size_t lines, const int8_t *x, size_t ahead, trits2_way how,
                                  __m256i total[2])
{
    field_sums sum[2] = {{{{0}}}, {{{0}}}};

    for (const uint8_t *end = line + lines * TRITS2_LINE; line < end; line += TRITS2_LINE, x += TRITS2_COLUMNS) {
        const __m256i upper = ymm_load(line), lower = ymm_load(line + TRITS2_VECTOR);
        common_prefetch(line + ahead, how.hint);
        add_field(sum, upper, lower, x, 0, how.masks);
        add_field(sum, upper, lower, x, 1, how.masks);
        add_field(sum, upper, lower, x, 2, how.masks);
        add_field(sum, upper, lower, x, 3, how.masks);
    }
    total[0] = _mm256_add_epi32(total[0], gather(&sum[0], how.masks));
    total[1] = _mm256_add_epi32(total[1], gather(&sum[1], how.masks));
}

TRITS2_INLINE void trits2_add_token(const uint8_t *line, size_t lines, const int8_t *x, size_t ahead, trits2_way how,
                                    __m256i total[2])
{
    for (size_t i = 0; i < lines; i += MAX_LINES)
        multiply_lines(line + i * TRITS2_LINE, common_smaller(lines - i, MAX_LINES), x + i * TRITS2_COLUMNS, ahead, how,
                       total);
}

/* Packed W to prefetch: `step` bytes at each line of codes. */
typedef struct look_ahead {
    const uint8_t *line;
    size_t step;
} look_ahead;

/* sums[t][row] += codes * x over `lines` lines. `tokens` is a constant. */
TRITS2_INLINE void multiply_tile(const uint8_t *codes, const int8_t *x, size_t lines, int tokens, look_ahead ahead,
                                 int32_t *sums)
{
    row_sums sum[TRITS2_TOKENS][2];

    for (int t = 0; t < tokens; t++) {
        sum[t][0] = (row_sums)ymm_load(sums + t * TRITS2_ROWS);
        sum[t][1] = (row_sums)ymm_load(sums + t * TRITS2_ROWS + TRITS2_ROWS / 2);
    }
    for (const uint8_t *end = codes + lines * TRITS2_CODES; codes < end; codes += TRITS2_CODES) {
        common_prefetch(ahead.line, COMMON_HINT_L2);
        ahead.line += ahead.step;
#pragma GCC unroll 4
        for (size_t i = 0; i < TRITS2_CODES; i += TRITS2_LINE, x += tokens * TRITS2_STEP) {
            const __m256i lower = ymm_load(codes + i), upper = ymm_load(codes + i + TRITS2_VECTOR);
            for (int t = 0; t < tokens; t++) {
                const __m256i v = trits2_spread(x + t * TRITS2_STEP);
                add(&sum[t][0], lower, v);
                add(&sum[t][1], upper, v);
            }
        }
    }
    for (int t = 0; t < tokens; t++) {
        ymm_store(sums + t * TRITS2_ROWS, (__m256i)sum[t][0]);
        ymm_store(sums + t * TRITS2_ROWS + TRITS2_ROWS / 2, (__m256i)sum[t][1]);
    }
}

typedef void multiply_fn(const uint8_t *codes, const int8_t *x, size_t lines, look_ahead ahead, int32_t *sums);

#define MULTIPLY(tokens)                                                                                               \
    static void multiply_##tokens(const uint8_t *codes, const int8_t *x, size_t lines, look_ahead ahead,               \
                                  int32_t *sums)                                                                       \
    {                                                                                                                  \
        multiply_tile(codes, x, lines, tokens, ahead, sums);                                                           \
    }

MULTIPLY(1)
MULTIPLY(2)
MULTIPLY(3)
MULTIPLY(4)
MULTIPLY(5)
MULTIPLY(6)

/* By tokens. */
static multiply_fn *const multiply_table[TRITS2_TOKENS + 1] = {
    [1] = multiply_1, [2] = multiply_2, [3] = multiply_3, [4] = multiply_4, [5] = multiply_5, [6] = multiply_6};

/* The first tiles prefetch a share of the lines each. */
static void trits2_add_tokens(const trits2_block *block, size_t panel, size_t line, size_t lines, int32_t *sums)
{
    const uint8_t *packed = (const uint8_t *)block->call->packed + panel * trits2_panel_bytes(block->call->problem);
    const size_t shares = common_smaller(block->tiles, SHARES), bytes = lines * TRITS2_LINE / shares;
    look_ahead ahead = {packed + line * TRITS2_LINE + block->ahead, common_parts(bytes, lines)};
    size_t n = trits2_block_begin(block);

    trits2_unpack(packed + line * TRITS2_LINE, lines, 0, block->codes);
    for (size_t t = 0; t < block->tiles; t++) {
        const size_t tokens = token_tile_count(block->tiling, block->tile + t);
        multiply_table[tokens](block->codes, trits2_tile_x(block->call, n, tokens, line), lines,
                               t < shares && block->ahead > 0 ? ahead : (look_ahead){block->codes, 0}, sums);
        ahead.line += bytes;
        sums += tokens * TRITS2_ROWS;
        n += tokens;
    }
}

static const tern_toggle toggles[] = {TRITS2_TOGGLES, {NULL, NULL, NULL, 0, 0, 0}};

const tern_kernel tern_kernel_avxvnni_2bit = {
    TERN_KERNEL_HEAD,
    .name = "avxvnni.2bit",
    .formerly = "avxvnni2",
    .summary = "2-bit weights, AVX-VNNI multiply-adds of unsigned codes on ymm",
    .refines = "avx2",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVXVNNI,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {TRITS2_ROWS, TRITS2_COLUMNS, TRITS2_TOKENS},
    .row_step = TRITS2_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = trits2_packed_bytes,
    .scratch_bytes = trits2_scratch_bytes,
    .bind = trits2_bind,
    .pack_rows = trits2_pack_rows,
};
