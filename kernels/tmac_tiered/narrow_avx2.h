/*
 * narrow_avx2.h - look-ups by VPSHUFB, 32 rows a vector. A lane of 16 bits is the sum of one row plus 256 times that of
 * another, its even and its odd byte, and the odd one is summed alone as well: so widening takes three instructions for
 * 32 rows. Each sum of bytes begins at 128; widening then knows no signs.
 */
#ifndef TERN_TMAC_NARROW_AVX2_H
#define TERN_TMAC_NARROW_AVX2_H

#include "narrow.h"
#include "ymm.h"

#include <immintrin.h>
#include <string.h>

enum {
    NARROW_HALF = 32,  /* rows of a vector */
    NARROW_BEGIN = 128 /* of a sum of bytes */
};

_Static_assert(NARROW_ROUNDS *UINT8_MAX <= UINT16_MAX, "16 bits hold the sums of a K block");

NARROW_INLINE __m256i narrow_load_table(const uint8_t *table)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* Slots as a shuffle of those from 16 t on wants them: 0..15, or the highest bit set where it has not that slot. */
NARROW_INLINE __m256i narrow_within(__m256i slot, unsigned t, unsigned shuffles)
{
    if (t + 1 < shuffles)
        return _mm256_adds_epu8(_mm256_xor_si256(slot, _mm256_set1_epi8((char)(t * TERN_TMAC_SHUFFLE))),
                                _mm256_set1_epi8(0x70));
    return t > 0 ? _mm256_sub_epi8(slot, _mm256_set1_epi8((char)(t * TERN_TMAC_SHUFFLE))) : slot;
}

/* In this order, or compilers keep what all shuffles find until they run out of registers. */
NARROW_INLINE __m256i narrow_look_up(__m256i found, __m256i table, __m256i at)
{
    found = _mm256_or_si256(found, _mm256_shuffle_epi8(table, at));
    __asm__("" : "+x"(found));
    return found;
}

/* 8-bit sums of 32 rows. */
typedef struct narrow_bytes {
    __m256i low, high;
} narrow_bytes;

/* sum += what the indices of 64 rows name of a group. */
NARROW_INLINE void narrow_add_group(narrow_bytes sum[2], const int8_t *index, const uint8_t *table, unsigned shuffles)
{
    const __m256i index0 = ymm_load(index), index1 = ymm_load(index + NARROW_HALF);
    const __m256i slot0 = _mm256_abs_epi8(index0), slot1 = _mm256_abs_epi8(index1);
    __m256i low0 = _mm256_setzero_si256(), low1 = low0, high0 = low0, high1 = low0;

    for (unsigned t = 0; t < shuffles; t++, table += NARROW_ENTRY) {
        const __m256i low = narrow_load_table(table), high = narrow_load_table(table + TERN_TMAC_SHUFFLE);
        const __m256i at0 = narrow_within(slot0, t, shuffles), at1 = narrow_within(slot1, t, shuffles);
        low0 = t > 0 ? narrow_look_up(low0, low, at0) : _mm256_shuffle_epi8(low, at0);
        low1 = t > 0 ? narrow_look_up(low1, low, at1) : _mm256_shuffle_epi8(low, at1);
        high0 = t > 0 ? narrow_look_up(high0, high, at0) : _mm256_shuffle_epi8(high, at0);
        high1 = t > 0 ? narrow_look_up(high1, high, at1) : _mm256_shuffle_epi8(high, at1);
    }
    sum[0].low = _mm256_add_epi8(sum[0].low, _mm256_sign_epi8(low0, index0));
    sum[1].low = _mm256_add_epi8(sum[1].low, _mm256_sign_epi8(low1, index1));
    sum[0].high = _mm256_add_epi8(sum[0].high, _mm256_sign_epi8(high0, index0));
    sum[1].high = _mm256_add_epi8(sum[1].high, _mm256_sign_epi8(high1, index1));
}

/* 16-bit sums of 32 rows: `total` is that of the first 16 plus 256 times that of the others, which `odd` is. */
typedef struct narrow_words {
    __m256i total, odd;
} narrow_words;

NARROW_INLINE void narrow_widen(narrow_words *sum, __m256i bytes)
{
    sum->total = _mm256_add_epi16(sum->total, bytes);
    sum->odd = _mm256_add_epi16(sum->odd, _mm256_srli_epi16(bytes, 8));
}

/* sum += the values of eight rows. */
static inline void narrow_join(int32_t *sum, __m128i low, __m128i high, int shift, int32_t begin)
{
    const __m256i value = _mm256_add_epi32(_mm256_cvtepu16_epi32(low),
                                           _mm256_sll_epi32(_mm256_cvtepu16_epi32(high), _mm_cvtsi32_si128(shift)));

    ymm_store(sum, _mm256_add_epi32(ymm_load(sum), _mm256_sub_epi32(value, _mm256_set1_epi32(begin))));
}

/* sum += the sums of 32 rows, of so many sums of bytes. */
static inline void narrow_add_rows(int32_t *sum, narrow_words low, narrow_words high, int shift, size_t rounds)
{
    const int32_t begin = (int32_t)rounds * (NARROW_BEGIN + (NARROW_BEGIN << shift));
    const __m256i even_low = _mm256_sub_epi16(low.total, _mm256_slli_epi16(low.odd, 8));
    const __m256i even_high = _mm256_sub_epi16(high.total, _mm256_slli_epi16(high.odd, 8));

    narrow_join(sum, _mm256_castsi256_si128(even_low), _mm256_castsi256_si128(even_high), shift, begin);
    narrow_join(sum + 8, _mm256_extracti128_si256(even_low, 1), _mm256_extracti128_si256(even_high, 1), shift, begin);
    narrow_join(sum + 16, _mm256_castsi256_si128(low.odd), _mm256_castsi256_si128(high.odd), shift, begin);
    narrow_join(sum + 24, _mm256_extracti128_si256(low.odd, 1), _mm256_extracti128_si256(high.odd, 1), shift, begin);
}

NARROW_INLINE void narrow_add(const tern_tmac_cell *cell, const uint8_t *table, narrow_split s, int32_t *sum,
                              unsigned shuffles)
{
    const __m256i begin = _mm256_set1_epi8((char)NARROW_BEGIN);
    const int8_t *index = cell->index;
    narrow_words low[2], high[2];
    size_t rounds = 0;

    memset(low, 0, sizeof low);
    memset(high, 0, sizeof high);
    for (size_t left = cell->groups, count; left > 0; left -= count, rounds++) {
        narrow_bytes bytes[2] = {{begin, begin}, {begin, begin}};
        count = common_smaller(left, s.groups);
        for (const int8_t *end = index + count * TERN_TMAC_PANEL; index < end; index += TERN_TMAC_PANEL) {
            common_prefetch(index + cell->ahead, COMMON_HINT_L2);
            narrow_add_group(bytes, index, table, shuffles);
            table += shuffles * NARROW_ENTRY;
        }
        for (int half = 0; half < 2; half++) {
            narrow_widen(&low[half], bytes[half].low);
            narrow_widen(&high[half], bytes[half].high);
        }
    }
    for (int half = 0; half < 2; half++)
        narrow_add_rows(sum + half * NARROW_HALF, low[half], high[half], s.shift, rounds);
}

#endif
