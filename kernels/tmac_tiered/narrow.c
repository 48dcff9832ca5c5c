/*
 * narrow.c - one token: the sums of a base and a group are split into two bytes, and a byte shuffle looks up one of them
 * for all rows of a vector. Magnitudes are looked up, and the sign of the index is applied to both halves. Halves of a few
 * groups are added as bytes, 127 at most in magnitude, then widened: a lane of 16 bits is one row plus 256 times another,
 * the even and the odd byte, and the odd one is summed alone as well, so that widening takes three instructions. Each
 * sum of bytes begins at 128: widening then needs no signs.
 */
#include "common.h"
#include "tmac.h"

#include <string.h>

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define INLINE static inline __attribute__((always_inline))

enum {
    HALF = 32,                       /* rows of a vector */
    ENTRY = 2 * TERN_TMAC_SHUFFLE,   /* bytes of a table for one shuffle */
    BIAS = 128,                      /* where sums of bytes begin */
    ROUNDS = UINT16_MAX / UINT8_MAX, /* sums of bytes that 16 bits hold */
};

/* v = high << shift | low, and so many groups that both stay within a byte. */
typedef struct split {
    int shift;
    size_t groups;
} split;

static split split_of(size_t g)
{
    const int shift = g <= 8 ? 5 : 6;
    const size_t low = (size_t)1 << (shift - 1), high = (128 * g + low) >> shift;

    return (split){shift, 127 / (low > high ? low : high)};
}

size_t tern_tmac_narrow_bytes(size_t groups, size_t slots)
{
    return groups * slots * 2;
}

typedef int16_t lanes16 __attribute__((vector_size(TERN_TMAC_SHUFFLE * sizeof(int16_t)), may_alias, aligned(2)));
typedef int8_t lanes8 __attribute__((vector_size(TERN_TMAC_SHUFFLE), may_alias, aligned(1)));

/* 16 slots of one group. weight is [g][slots]. */
INLINE void build_entry(const int8_t *x, size_t g, const int16_t *weight, size_t slots, int shift, uint8_t *out)
{
    lanes16 sum = {0};

    for (size_t i = 0; i < g; i++, weight += slots)
        sum += *(const lanes16 *)weight * x[i];
    const lanes16 high = (sum + (int16_t)(1 << (shift - 1))) >> shift;
    *(lanes8 *)out = __builtin_convertvector(sum - high * (int16_t)(1 << shift), lanes8);
    *(lanes8 *)(out + TERN_TMAC_SHUFFLE) = __builtin_convertvector(high, lanes8);
}

void tern_tmac_narrow_build(const tern_tmac_plan *plan, const tern_tmac_head *head, const int8_t *x, size_t k_block,
                            uint8_t *table)
{
    const int16_t *weight = (const int16_t *)((const char *)head + head->weights_at);
    const size_t g = plan->g, first = k_block * plan->groups, slots = head->shuffles * TERN_TMAC_SHUFFLE;
    const size_t end = common_smaller(first + plan->groups, plan->row_groups);
    const int shift = split_of(g).shift;

    for (size_t group = first; group < end; group++) {
        const size_t left = plan->shape.k - group * g;
        int8_t last[TERN_TMAC_GROUP_MAX] = {0};
        const int8_t *from = left < g ? memcpy(last, x + group * g, left) : x + group * g;
        for (size_t slot = 0; slot < slots; slot += TERN_TMAC_SHUFFLE, table += ENTRY)
            build_entry(from, g, weight + slot, slots, shift, table);
    }
}

#if defined(__AVX2__)

static inline __m256i load(const void *from)
{
    return _mm256_loadu_si256((const __m256i *)from);
}

INLINE __m256i load_table(const uint8_t *table)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* Slots as a shuffle of those from 16 t on wants them: 0..15, or the highest bit set where it has not that slot. */
INLINE __m256i within(__m256i slot, unsigned t, unsigned shuffles)
{
    if (shuffles > 1 && t + 1 < shuffles)
        slot = _mm256_adds_epu8(_mm256_xor_si256(slot, _mm256_set1_epi8((char)(t * TERN_TMAC_SHUFFLE))),
                                _mm256_set1_epi8(0x70));
    else if (t > 0)
        slot = _mm256_sub_epi8(slot, _mm256_set1_epi8((char)(t * TERN_TMAC_SHUFFLE)));
    return slot;
}

/* 8-bit sums of 32 rows. */
typedef struct sums8 {
    __m256i low, high;
} sums8;

/* 16-bit sums of 32 rows: `total` is that of the first 16 plus 256 times that of the others, which `odd` is. */
typedef struct sums16 {
    __m256i total, odd;
} sums16;

/* sum += what the indices of 64 rows name of a group. */
INLINE void add_group(sums8 sum[2], const int8_t *index, const uint8_t *table, unsigned shuffles)
{
    const __m256i index0 = load(index), index1 = load(index + HALF);
    const __m256i slot0 = _mm256_abs_epi8(index0), slot1 = _mm256_abs_epi8(index1);
    __m256i low0 = _mm256_setzero_si256(), low1 = low0, high0 = low0, high1 = low0;

    for (unsigned t = 0; t < shuffles; t++, table += ENTRY) {
        const __m256i low = load_table(table), high = load_table(table + TERN_TMAC_SHUFFLE);
        const __m256i at0 = within(slot0, t, shuffles), at1 = within(slot1, t, shuffles);
        low0 = _mm256_or_si256(low0, _mm256_shuffle_epi8(low, at0));
        low1 = _mm256_or_si256(low1, _mm256_shuffle_epi8(low, at1));
        high0 = _mm256_or_si256(high0, _mm256_shuffle_epi8(high, at0));
        high1 = _mm256_or_si256(high1, _mm256_shuffle_epi8(high, at1));
    }
    sum[0].low = _mm256_add_epi8(sum[0].low, _mm256_sign_epi8(low0, index0));
    sum[1].low = _mm256_add_epi8(sum[1].low, _mm256_sign_epi8(low1, index1));
    sum[0].high = _mm256_add_epi8(sum[0].high, _mm256_sign_epi8(high0, index0));
    sum[1].high = _mm256_add_epi8(sum[1].high, _mm256_sign_epi8(high1, index1));
}

INLINE void widen(sums16 *sum, __m256i bytes)
{
    sum->total = _mm256_add_epi16(sum->total, bytes);
    sum->odd = _mm256_add_epi16(sum->odd, _mm256_srli_epi16(bytes, 8));
}

/* sum += the values of eight rows. */
static inline void join(int32_t *sum, __m128i low, __m128i high, int shift, int32_t bias)
{
    const __m256i value = _mm256_add_epi32(_mm256_cvtepu16_epi32(low),
                                           _mm256_sll_epi32(_mm256_cvtepu16_epi32(high), _mm_cvtsi32_si128(shift)));

    _mm256_storeu_si256((__m256i *)(void *)sum,
                        _mm256_add_epi32(load(sum), _mm256_sub_epi32(value, _mm256_set1_epi32(bias))));
}

/* sum += the sums of 32 rows, of so many sums of bytes. */
static void add_rows(int32_t *sum, sums16 low, sums16 high, int shift, size_t rounds)
{
    const int32_t bias = (int32_t)rounds * (BIAS + (BIAS << shift));
    const __m256i even_low = _mm256_sub_epi16(low.total, _mm256_slli_epi16(low.odd, 8));
    const __m256i even_high = _mm256_sub_epi16(high.total, _mm256_slli_epi16(high.odd, 8));

    join(sum, _mm256_castsi256_si128(even_low), _mm256_castsi256_si128(even_high), shift, bias);
    join(sum + 8, _mm256_extracti128_si256(even_low, 1), _mm256_extracti128_si256(even_high, 1), shift, bias);
    join(sum + 16, _mm256_castsi256_si128(low.odd), _mm256_castsi256_si128(high.odd), shift, bias);
    join(sum + 24, _mm256_extracti128_si256(low.odd, 1), _mm256_extracti128_si256(high.odd, 1), shift, bias);
}

/* sum += what all indices name; shuffles is a constant where this is compiled. */
INLINE void add_indices(const tern_tmac_cell *cell, const uint8_t *table, split s, int32_t *sum, unsigned shuffles)
{
    const int8_t *index = cell->index;

    for (size_t left = cell->groups, rounds; left > 0;) {
        sums16 low[2], high[2];
        memset(low, 0, sizeof low);
        memset(high, 0, sizeof high);
        for (rounds = 0; left > 0 && rounds < ROUNDS; rounds++) {
            const __m256i begin = _mm256_set1_epi8((char)BIAS);
            sums8 bytes[2] = {{begin, begin}, {begin, begin}};
            const size_t count = common_smaller(left, s.groups);
            for (const int8_t *end = index + count * TERN_TMAC_PANEL; index < end; index += TERN_TMAC_PANEL) {
                add_group(bytes, index, table, shuffles);
                table += shuffles * ENTRY;
            }
            for (int half = 0; half < 2; half++) {
                widen(&low[half], bytes[half].low);
                widen(&high[half], bytes[half].high);
            }
            left -= count;
        }
        for (int half = 0; half < 2; half++)
            add_rows(sum + half * HALF, low[half], high[half], s.shift, rounds);
    }
}

#else

/* sum += what all indices name. */
INLINE void add_indices(const tern_tmac_cell *cell, const uint8_t *table, split s, int32_t *sum, unsigned shuffles)
{
    const int8_t *index = cell->index;

    for (size_t group = 0; group < cell->groups; group++, index += TERN_TMAC_PANEL, table += shuffles * ENTRY)
        for (size_t r = 0; r < TERN_TMAC_PANEL; r++) {
            const int at = index[tern_tmac_place(r)], slot = at < 0 ? -at : at;
            const int8_t *entry = (const int8_t *)table + slot / TERN_TMAC_SHUFFLE * ENTRY + slot % TERN_TMAC_SHUFFLE;
            const int32_t value = entry[0] + entry[TERN_TMAC_SHUFFLE] * (1 << s.shift);
            sum[r] += at < 0 ? -value : value;
        }
}

#endif

static void add_all(const tern_tmac_cell *cell, const uint8_t *table, split s, int32_t *sum)
{
    switch (cell->shuffles) {
    case 0:
        break;
    case 1:
        add_indices(cell, table, s, sum, 1);
        break;
    case 2:
        add_indices(cell, table, s, sum, 2);
        break;
    case 3:
        add_indices(cell, table, s, sum, 3);
        break;
    case 4:
        add_indices(cell, table, s, sum, 4);
        break;
    case 5:
        add_indices(cell, table, s, sum, 5);
        break;
    case 6:
        add_indices(cell, table, s, sum, 6);
        break;
    case 7:
        add_indices(cell, table, s, sum, 7);
        break;
    default:
        add_indices(cell, table, s, sum, 8);
    }
}

/* Neighbours of a list are of different rows mostly, so that an addition need not wait for the one before. */
static void correct(const tern_tmac_cell *cell, const int8_t *x, int32_t *sum)
{
    const uint16_t *at = cell->corrections, *end = at + cell->plus;

    for (; at < end; at++)
        sum[tern_tmac_row(*at)] += x[tern_tmac_column(*at)];
    for (end += cell->minus; at < end; at++)
        sum[tern_tmac_row(*at)] -= x[tern_tmac_column(*at)];
}

void tern_tmac_narrow_sum(size_t g, const tern_tmac_cell *cell, const uint8_t *table, const int8_t *x,
                          int32_t sum[TERN_TMAC_PANEL])
{
    memset(sum, 0, TERN_TMAC_PANEL * sizeof *sum);
    add_all(cell, table, split_of(g), sum);
    correct(cell, x, sum);
}
