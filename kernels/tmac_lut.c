/*
 * tmac.lut - full tables of the sums of two activations, looked up by byte shuffles.
 *
 * A group is g = 2 weights of a row; its 9 patterns index a table of the sums +-x0 +-x1, which prepare() builds from the
 * activations once a token: no multiplication is left. The sums need 10 bits (-256..256), so each table is two of 16 bytes, low and
 * high halves, and one VPSHUFB on each serves 32 rows. Rows stand in panels of 32; a byte holds the indices of two groups, as
 * nibbles, so a weight takes 2 bits.
 *
 * Sums stay in their halves over a block of 64 groups. Low bytes: 16-bit lanes hold the byte of row 2i plus 256 times that of row
 * 2i+1, so the lane sum `total` and the sum of the upper bytes `odd` give both, modulo 2^16, for three instructions. High bytes are
 * -1, 0 or 1 and add up as bytes. At the end of a block low + 256 high lies within 64 * 256 of zero, which 16 bits hold, and is
 * widened to 32. (T-MAC, Wei et al. 2024, section 3, has the tables; its aggregation in 8 bits is not exact and is not used.)
 *
 * Seven instructions for 64 weights bound it when W lies in cache, memory when W streams. Two tokens share the decoded indices.
 */
#include "kernel.h"

#include <immintrin.h>
#include <string.h>

enum {
    ROWS = 32,               /* of a panel */
    GROUP = 2,               /* weights that one index stands for */
    PAIR = 4,                /* weights of a row in a byte: two groups */
    BLOCK = 32,              /* pairs that 8- and 16-bit sums last for */
    TABLE_BYTES = 16,        /* low or high halves of one group */
    TABLE = 4 * TABLE_BYTES, /* of a pair: low and high of the first group, then of the second */
    TOKENS = 2               /* that share decoded indices */
};

enum { PREFETCH };

static const tern_toggle toggles[] = {
    {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 16, 0, 256},
    {NULL, NULL, NULL, 0, 0, 0},
};

static size_t pairs(const tern_problem *problem)
{
    return (problem->shape.k + PAIR - 1) / PAIR;
}

static size_t panels(const tern_problem *problem)
{
    return (problem->shape.m + ROWS - 1) / ROWS;
}

/* A whole number of cache lines. */
static size_t packed_bytes(const tern_problem *problem)
{
    return (panels(problem) * pairs(problem) * ROWS + 63) / 64 * 64;
}

/* Weight k of row m, 0 beyond the matrix. */
static int weight(tern_shape shape, const int8_t *w, size_t m, size_t k)
{
    return m < shape.m && k < shape.k ? w[m * shape.k + k] : 0;
}

/* Index of the pattern of two weights, 0..8. */
static unsigned pattern(int w0, int w1)
{
    return (unsigned)((w0 + 1) * 3 + w1 + 1);
}

static size_t pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    const tern_shape shape = problem->shape;
    uint8_t *byte = packed;

    memset(packed, 0, packed_bytes(problem));
    for (size_t m = 0; m < panels(problem) * ROWS; m += ROWS)
        for (size_t k = 0; k < pairs(problem) * PAIR; k += PAIR)
            for (size_t r = 0; r < ROWS; r++) {
                const unsigned first = pattern(weight(shape, w, m + r, k), weight(shape, w, m + r, k + 1));
                const unsigned second = pattern(weight(shape, w, m + r, k + 2), weight(shape, w, m + r, k + 3));
                *byte++ = (uint8_t)(first | second << 4);
            }
    return packed_bytes(problem);
}

/* Tables of every pair of every token. */
static size_t scratch_bytes(const tern_problem *problem)
{
    return problem->shape.n * pairs(problem) * TABLE;
}

/*
 * The sums of one group, split in halves: 16 low bytes, then 16 high ones, rounded down as an arithmetic shift does. Entry
 * 3 (w0 + 1) + w1 + 1 belongs to weights w0, w1; the last seven stand for nothing.
 */
static inline void build_table(int x0, int x1, uint8_t *table)
{
    const __m256i w0 = _mm256_setr_epi16(-1, -1, -1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0);
    const __m256i w1 = _mm256_setr_epi16(-1, 0, 1, -1, 0, 1, -1, 0, 1, 0, 0, 0, 0, 0, 0, 0);
    const __m256i sum = _mm256_add_epi16(_mm256_mullo_epi16(w0, _mm256_set1_epi16((short)x0)),
                                         _mm256_mullo_epi16(w1, _mm256_set1_epi16((short)x1)));
    const __m256i low = _mm256_and_si256(sum, _mm256_set1_epi16(0xFF)), high = _mm256_srai_epi16(sum, 8);

    _mm_store_si128((__m128i *)(void *)table,
                    _mm_packus_epi16(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1)));
    _mm_store_si128((__m128i *)(void *)(table + TABLE_BYTES),
                    _mm_packs_epi16(_mm256_castsi256_si128(high), _mm256_extracti128_si256(high, 1)));
}

/* Units are pairs, for all tokens. */
static void prepare(const tern_call *call, tern_slice units)
{
    const tern_shape shape = call->problem->shape;
    const size_t count = pairs(call->problem);

    for (size_t n = 0; n < shape.n; n++)
        for (size_t p = units.begin; p < units.end; p++) {
            uint8_t *table = (uint8_t *)call->scratch + (n * count + p) * TABLE;
            int x[PAIR];
            for (size_t i = 0; i < PAIR; i++)
                x[i] = p * PAIR + i < shape.k ? call->x[n * shape.k + p * PAIR + i] : 0;
            build_table(x[0], x[1], table);
            build_table(x[2], x[3], table + 2 * TABLE_BYTES);
        }
}

/* Sums of 32 rows over a block, in halves. */
typedef struct halves {
    __m256i total, odd; /* of low bytes: see above */
    __m256i high;
} halves;

static inline __m256i load_table(const uint8_t *table)
{
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(const void *)table));
}

static inline void look_up(halves *sums, __m256i index, const uint8_t *table)
{
    const __m256i low = _mm256_shuffle_epi8(load_table(table), index);

    sums->total = _mm256_add_epi16(sums->total, low);
    sums->odd = _mm256_add_epi16(sums->odd, _mm256_srli_epi16(low, 8));
    sums->high = _mm256_add_epi8(sums->high, _mm256_shuffle_epi8(load_table(table + TABLE_BYTES), index));
}

/* 32-bit sums of 32 rows: even rows 0..14, 16..30, odd rows 1..15, 17..31, eight a vector. */
typedef struct sums32 {
    __m256i even_low, even_high, odd_low, odd_high;
} sums32;

static inline __m256i add_widened(__m256i sum, __m128i values16)
{
    return _mm256_add_epi32(sum, _mm256_cvtepi16_epi32(values16));
}

static inline void widen(sums32 *sum, halves block)
{
    const __m256i upper = _mm256_set1_epi16((short)0xFF00);
    const __m256i even = _mm256_add_epi16(_mm256_sub_epi16(block.total, _mm256_slli_epi16(block.odd, 8)),
                                          _mm256_slli_epi16(block.high, 8));
    const __m256i odd = _mm256_add_epi16(block.odd, _mm256_and_si256(block.high, upper));

    sum->even_low = add_widened(sum->even_low, _mm256_castsi256_si128(even));
    sum->even_high = add_widened(sum->even_high, _mm256_extracti128_si256(even, 1));
    sum->odd_low = add_widened(sum->odd_low, _mm256_castsi256_si128(odd));
    sum->odd_high = add_widened(sum->odd_high, _mm256_extracti128_si256(odd, 1));
}

static void store_rows(int32_t *y, const sums32 *sum, size_t rows)
{
    int32_t even[ROWS / 2], odd[ROWS / 2];

    _mm256_storeu_si256((__m256i *)(void *)even, sum->even_low);
    _mm256_storeu_si256((__m256i *)(void *)(even + 8), sum->even_high);
    _mm256_storeu_si256((__m256i *)(void *)odd, sum->odd_low);
    _mm256_storeu_si256((__m256i *)(void *)(odd + 8), sum->odd_high);
    for (size_t r = 0; r < rows; r++)
        y[r] = r % 2 == 0 ? even[r / 2] : odd[r / 2];
}

/*
 * One panel times `tokens` tokens, whose tables lie token_bytes apart. tokens and whether distance is 0 must be constants
 * at the call.
 */
static inline __attribute__((always_inline)) void panel_times(const uint8_t *panel, size_t count, const uint8_t *tables,
                                                              size_t token_bytes, int tokens, size_t distance,
                                                              sums32 *sum)
{
    const __m256i nibble = _mm256_set1_epi8(0x0F);

    memset(sum, 0, (size_t)tokens * sizeof *sum);
    for (size_t begin = 0; begin < count; begin += BLOCK) {
        const size_t end = begin + BLOCK < count ? begin + BLOCK : count;
        halves block[TOKENS];
        memset(block, 0, sizeof block);
        for (size_t p = begin; p < end; p++) {
            const __m256i v = _mm256_load_si256((const __m256i *)(const void *)(panel + p * ROWS));
            const __m256i first = _mm256_and_si256(v, nibble),
                          second = _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble);
            if (distance != 0)
                _mm_prefetch((const char *)panel + p * ROWS + distance, _MM_HINT_T0);
            for (int t = 0; t < tokens; t++) {
                const uint8_t *table = tables + (size_t)t * token_bytes + p * TABLE;
                look_up(&block[t], first, table);
                look_up(&block[t], second, table + 2 * TABLE_BYTES);
            }
        }
        for (int t = 0; t < tokens; t++)
            widen(&sum[t], block[t]);
    }
}

static inline __attribute__((always_inline)) void run_with(const tern_call *call, tern_slice rows, size_t distance)
{
    const tern_shape shape = call->problem->shape;
    const size_t count = pairs(call->problem), token_bytes = count * TABLE;
    const uint8_t *tables = call->scratch;
    sums32 sum[TOKENS];

    for (size_t m = rows.begin; m < rows.end; m += ROWS) {
        const uint8_t *panel = (const uint8_t *)call->packed + m * count;
        const size_t height = rows.end - m < ROWS ? rows.end - m : ROWS;
        size_t n = 0;
        for (; n + TOKENS <= shape.n; n += TOKENS) {
            panel_times(panel, count, tables + n * token_bytes, token_bytes, TOKENS, distance, sum);
            for (size_t t = 0; t < TOKENS; t++)
                store_rows(call->y + (n + t) * shape.m + m, &sum[t], height);
        }
        if (n < shape.n) {
            panel_times(panel, count, tables + n * token_bytes, token_bytes, 1, distance, sum);
            store_rows(call->y + n * shape.m + m, &sum[0], height);
        }
    }
}

static void run_plain(const tern_call *call, tern_slice rows)
{
    run_with(call, rows, 0);
}

static void run_prefetch(const tern_call *call, tern_slice rows)
{
    run_with(call, rows, (size_t)call->problem->toggle[PREFETCH] * 64);
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    *stages = (tern_stages){.prepare = prepare,
                            .prepare_units = pairs(problem),
                            .run = problem->toggle[PREFETCH] > 0 ? run_prefetch : run_plain};
    return NULL;
}

const tern_kernel tern_kernel_tmac_lut = {
    TERN_KERNEL_HEAD,
    .name = "tmac.lut",
    .summary = "full tables of two activations, AVX2 byte shuffles, 32 rows at a time",
    .isa = TERN_ISA_AVX2,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {ROWS, PAIR *BLOCK, TOKENS},
    .row_step = ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
};
