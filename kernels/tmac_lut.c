/*
 * tmac.lut - full tables of the sums of two activations, looked up by byte shuffles.
 *
 * A group is two weights of a row; its 9 patterns index a table of the sums +-x0 +-x1: no multiplication is left.
 * VPSHUFB looks up bytes, and the sums need 10 bits, so x is split first, as 16 high + low with both in -8..8: of each
 * group there is a table of the low parts and one of the high parts, with entries in -16..16, stored 16 larger. So
 * eight bits hold the sum of seven look-ups, and widening, three instructions for 32 rows, comes once in seven. Lanes
 * of 16 bits are sums of two rows: `total` is one plus 256 times the other, which `odd` is alone; both are exact modulo
 * 2^16 for 1022 pairs of groups.
 *
 * A line of packed W is 64 bytes, one of each row of a panel, with the indices of two groups in its nibbles: 2 bits a
 * weight. The panel's two vectors of rows share each load of a table; panels follow one another, packed W is one
 * stream, and memory is asked 192 lines ahead for the second cache (see avx2.c). 6.4 instructions for 64 weights bound
 * it when W lies in cache, as against the 6.5 of avx2, of which shuffles have fewer ports; memory when W streams.
 * (T-MAC, Wei et al. 2024, section 3, has the tables; its aggregation in 8 bits is not exact and is not used.)
 */
#include "common.h"
#include "lut.h"
#include "ymm.h"

enum {
    ROWS = 64,           /* of a panel */
    HALF = 32,           /* rows of a vector */
    PAIR = 4,            /* weights of a row in a byte: two groups of two */
    LINE = 64,           /* bytes of packed W for a pair, and of its tables */
    TABLE = 16,          /* bytes */
    SHORT = 7,           /* pairs that 8-bit sums last for */
    DEPTH = 146 * SHORT, /* pairs that 16-bit sums last for */
    BIAS = 16,           /* of an entry, so that none is below zero */
    UNIT_PAIRS = 4,      /* of prepare() */
    UNIT = PAIR * UNIT_PAIRS
};

enum { PREFETCH, HINT };

static const tern_toggle toggles[] = {
    {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 192, 0, 512},
    {"hint", "of the prefetches: 1 to L1, 2 to L2, 3 non-temporal", "prefetch", COMMON_HINT_L2, COMMON_HINT_L1,
     COMMON_HINT_NTA},
    {NULL, NULL, NULL, 0, 0, 0},
};

static size_t pairs_of(const tern_problem *problem)
{
    return common_parts(problem->shape.k, PAIR);
}

static size_t packed_bytes(const tern_problem *problem)
{
    return common_parts(problem->shape.m, ROWS) * pairs_of(problem) * LINE;
}

/* Packs 32 weights of a row: 8 indices, 64 bytes apart. */
static inline void pack_weights(const int8_t *w, size_t count, uint8_t *at)
{
    const __m256i places = _mm256_set1_epi32(3 | 1 << 8 | 48 << 16 | 16 << 24);
    const __m256i codes = _mm256_add_epi8(ymm_load(w), _mm256_set1_epi8(1));
    uint32_t index[8];

    ymm_store(index, _mm256_madd_epi16(_mm256_maddubs_epi16(codes, places), _mm256_set1_epi16(1)));
    for (size_t i = 0; i < count; i++)
        at[i * LINE] = (uint8_t)index[i];
}

/* Columns of a row, up to `k`. */
static void pack_row(const int8_t *w, size_t k, uint8_t *at)
{
    int8_t last[32] = {0};

    for (; k >= sizeof last; k -= sizeof last, w += sizeof last, at += 8 * LINE)
        pack_weights(w, 8, at);
    memcpy(last, w, k);
    pack_weights(last, common_parts(k, PAIR), at);
}

/* Where row r of a panel stands in a line: even bytes of a half are its first 16 rows. */
static size_t place(size_t r)
{
    return r / HALF * HALF + r % 16 * 2 + r / 16 % 2;
}

static void pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    lut_pack_rows(problem, w, rows, packed, (lut_form){ROWS, PAIR, LINE, 1024, place, pack_row});
}

static size_t units(const tern_problem *problem)
{
    return common_parts(problem->shape.k, UNIT);
}

static size_t token_bytes(const tern_problem *problem)
{
    return units(problem) * UNIT_PAIRS * LINE;
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return problem->shape.n * token_bytes(problem);
}

/* Tables of 16 columns: of each group the low parts' table, then the high parts'. */
static void build_tables(const int8_t *x, uint8_t *tables)
{
    const __m256i w0 = _mm256_broadcastsi128_si256(_mm_setr_epi8(-1, -1, -1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0));
    const __m256i w1 = _mm256_broadcastsi128_si256(_mm_setr_epi8(-1, 0, 1, -1, 0, 1, -1, 0, 1, 0, 0, 0, 0, 0, 0, 0));
    const __m256i wide = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)x));
    const __m256i high = _mm256_srai_epi16(_mm256_add_epi16(wide, _mm256_set1_epi16(8)), 4);
    const __m256i low = _mm256_sub_epi16(wide, _mm256_slli_epi16(high, 4));
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xD8);

    for (int i = 0; i < UNIT; i += 2, tables += 2 * TABLE) {
        const __m256i x0 = _mm256_shuffle_epi8(packed, _mm256_set1_epi8((char)i));
        const __m256i x1 = _mm256_shuffle_epi8(packed, _mm256_set1_epi8((char)(i + 1)));
        const __m256i sums = _mm256_add_epi8(_mm256_sign_epi8(x0, w0), _mm256_sign_epi8(x1, w1));
        ymm_store(tables, _mm256_add_epi8(sums, _mm256_set1_epi8(BIAS)));
    }
}

static void prepare(const tern_call *call, tern_slice slice)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t u = slice.begin; u < slice.end; u++) {
            uint8_t *tables = (uint8_t *)call->scratch + n * token_bytes(call->problem) + u * UNIT_PAIRS * LINE;
            const int8_t *x = call->x + n * shape.k + u * UNIT;
            int8_t last[UNIT] = {0};
            if (shape.k - u * UNIT < UNIT)
                x = memcpy(last, x, shape.k - u * UNIT);
            build_tables(x, tables);
        }
}

/* 8-bit sums of 32 rows: low and high parts of the first and second groups of pairs. */
typedef struct sums8 {
    __m256i low0, high0, low1, high1;
} sums8;

/* 16-bit sums of 32 rows: `total` is that of the first 16 plus 256 times that of the others, which `odd` is. */
typedef struct sums16 {
    __m256i total, odd;
} sums16;

LUT_INLINE __m256i look_up(__m256i sum, __m256i table, __m256i index)
{
    sum = _mm256_add_epi8(sum, _mm256_shuffle_epi8(table, index));
    __asm__("" : "+x"(sum));
    return sum;
}

static inline void widen(sums16 *sum, __m256i bytes)
{
    sum->total = _mm256_add_epi16(sum->total, bytes);
    sum->odd = _mm256_add_epi16(sum->odd, _mm256_srli_epi16(bytes, 8));
}

/* sum += what a line finds: sum[0] of the first 32 rows, sum[1] of the others. */
LUT_INLINE void add_line(sums8 sum[2], const uint8_t *line, const uint8_t *tables)
{
    const __m256i nibble = _mm256_set1_epi8(0x0F), v0 = ymm_load(line), v1 = ymm_load(line + HALF);
    const __m256i first0 = _mm256_and_si256(v0, nibble), first1 = _mm256_and_si256(v1, nibble);
    const __m256i second0 = _mm256_and_si256(_mm256_srli_epi16(v0, 4), nibble);
    const __m256i second1 = _mm256_and_si256(_mm256_srli_epi16(v1, 4), nibble);
    __m256i table = lut_load_table(tables);

    sum[0].low0 = look_up(sum[0].low0, table, first0);
    sum[1].low0 = look_up(sum[1].low0, table, first1);
    table = lut_load_table(tables + TABLE);
    sum[0].high0 = look_up(sum[0].high0, table, first0);
    sum[1].high0 = look_up(sum[1].high0, table, first1);
    table = lut_load_table(tables + 2 * TABLE);
    sum[0].low1 = look_up(sum[0].low1, table, second0);
    sum[1].low1 = look_up(sum[1].low1, table, second1);
    table = lut_load_table(tables + 3 * TABLE);
    sum[0].high1 = look_up(sum[0].high1, table, second0);
    sum[1].high1 = look_up(sum[1].high1, table, second1);
}

/* The 32-bit values of eight rows. */
static inline __m256i join(__m128i low, __m128i high)
{
    return _mm256_add_epi32(_mm256_cvtepu16_epi32(low), _mm256_slli_epi32(_mm256_cvtepu16_epi32(high), 4));
}

/* y += the sums of 32 rows over so many pairs. */
static void add_rows(int32_t *y, sums16 low, sums16 high, size_t pairs)
{
    const __m256i bias = _mm256_set1_epi32((int32_t)pairs * 2 * (BIAS + 16 * BIAS));
    const __m256i even_low = _mm256_sub_epi16(low.total, _mm256_slli_epi16(low.odd, 8));
    const __m256i even_high = _mm256_sub_epi16(high.total, _mm256_slli_epi16(high.odd, 8));
    const __m256i value[4] = {
        join(_mm256_castsi256_si128(even_low), _mm256_castsi256_si128(even_high)),
        join(_mm256_extracti128_si256(even_low, 1), _mm256_extracti128_si256(even_high, 1)),
        join(_mm256_castsi256_si128(low.odd), _mm256_castsi256_si128(high.odd)),
        join(_mm256_extracti128_si256(low.odd, 1), _mm256_extracti128_si256(high.odd, 1)),
    };

    for (size_t i = 0; i < 4; i++)
        ymm_store(y + 8 * i, _mm256_add_epi32(ymm_load(y + 8 * i), _mm256_sub_epi32(value[i], bias)));
}

/* y = a panel times a token. */
LUT_INLINE void multiply(const uint8_t *line, size_t pairs, const uint8_t *tables, size_t ahead, int hint, int32_t *y)
{
    memset(y, 0, ROWS * sizeof *y);
    for (size_t depth; pairs > 0; pairs -= depth) {
        sums16 low[2], high[2];
        depth = common_smaller(pairs, DEPTH);
        memset(low, 0, sizeof low);
        memset(high, 0, sizeof high);
        for (size_t left = depth, count; left > 0; left -= count) {
            const __m256i zero = _mm256_setzero_si256();
            sums8 sum[2] = {{zero, zero, zero, zero}, {zero, zero, zero, zero}};
            count = common_smaller(left, SHORT);
            for (const uint8_t *end = line + count * LINE; line < end; line += LINE, tables += LINE) {
                common_prefetch(line + ahead, hint);
                add_line(sum, line, tables);
            }
            for (int half = 0; half < 2; half++) {
                widen(&low[half], sum[half].low0);
                widen(&low[half], sum[half].low1);
                widen(&high[half], sum[half].high0);
                widen(&high[half], sum[half].high1);
            }
        }
        for (int half = 0; half < 2; half++)
            add_rows(y + half * HALF, low[half], high[half], depth);
    }
}

LUT_INLINE void run_with(const tern_call *call, tern_slice rows, int hint)
{
    const tern_problem *problem = call->problem;
    const tern_shape shape = problem->shape;
    const size_t pairs = pairs_of(problem), ahead = (size_t)problem->toggle[PREFETCH] * LINE;
    int32_t y[ROWS];

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m += ROWS) {
            const uint8_t *panel = (const uint8_t *)call->packed + m / ROWS * pairs * LINE;
            multiply(panel, pairs, (const uint8_t *)call->scratch + n * token_bytes(problem), ahead, hint, y);
            memcpy(call->y + n * shape.m + m, y, common_smaller(rows.end - m, ROWS) * sizeof *y);
        }
}

LUT_RUNS(run_with)

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    *stages =
        (tern_stages){prepare, units(problem), lut_runs[common_hint(problem->toggle[PREFETCH], problem->toggle[HINT])]};
    return NULL;
}

const tern_kernel tern_kernel_tmac_lut = {
    TERN_KERNEL_HEAD,
    .name = "tmac.lut",
    .summary = "full tables of two activations, AVX2 byte shuffles, 64 rows at a time",
    .refines = "scalar",
    .isa = TERN_ISA_AVX2,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {ROWS, PAIR *SHORT, 1},
    .row_step = ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = pack_rows,
};
