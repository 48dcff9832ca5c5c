/*
 * lanes_avx2.h - lanes_portable.h in AVX2, FMA and F16C.
 */
#ifndef TERN_LANES_AVX2_H
#define TERN_LANES_AVX2_H

#include "kernel.h"

#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LANES_NAME "avx2"
#define LANES_ISA  TERN_ISA_AVX2
#define LANES_OPS  tern_ops_avx2

/* 4 sums are 8 of the 16 registers. */
enum { TILE_X = 2, TILE_ROWS = 2, TILE_COLUMNS = 2, ALONE_ROWS = 4, ALONE_COLUMNS = 4 };

/* On Zen 3, half as much and twice as much were slower, 4 KiB of keys and 16 of values by a tenth. */
enum { NEAR_BYTES = 2048, MIX_AHEAD_BYTES = 2048 };

typedef struct lanes {
    __m256 low, high;
} lanes;

static inline lanes lanes_of(__m256 low, __m256 high)
{
    return (lanes){low, high};
}

static inline lanes lanes_set(float x)
{
    return lanes_of(_mm256_set1_ps(x), _mm256_set1_ps(x));
}

static inline lanes lanes_load(const float *x)
{
    return lanes_of(_mm256_loadu_ps(x), _mm256_loadu_ps(x + 8));
}

static inline void lanes_store(float *x, lanes a)
{
    _mm256_storeu_ps(x, a.low);
    _mm256_storeu_ps(x + 8, a.high);
}

static inline __m256 eight_from_i8(const int8_t *x)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)x)));
}

static inline lanes lanes_from_i8(const int8_t *x)
{
    return lanes_of(eight_from_i8(x), eight_from_i8(x + 8));
}

static inline __m256 eight_from_i32(const int32_t *x)
{
    return _mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(const void *)x));
}

static inline lanes lanes_from_i32(const int32_t *x)
{
    return lanes_of(eight_from_i32(x), eight_from_i32(x + 8));
}

static inline __m256 eight_from_f16(const uint16_t *half)
{
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)half));
}

static inline lanes lanes_from_f16(const uint16_t *half)
{
    return lanes_of(eight_from_f16(half), eight_from_f16(half + 8));
}

static inline void lanes_to_f16(uint16_t *half, lanes a)
{
    const __m128i low = _mm256_cvtps_ph(a.low, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m128i high = _mm256_cvtps_ph(a.high, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);

    _mm256_storeu_si256((__m256i *)(void *)half, _mm256_set_m128i(high, low));
}

/* Packing works on halves of 128 bits: the two middle quarters change places. */
static inline void lanes_to_i8(int8_t *x, lanes a)
{
    const __m256i packed = _mm256_packs_epi32(_mm256_cvtps_epi32(a.low), _mm256_cvtps_epi32(a.high));
    const __m256i words = _mm256_permute4x64_epi64(packed, 0xD8);

    _mm_storeu_si128((__m128i *)(void *)x,
                     _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}

static inline lanes lanes_add(lanes a, lanes b)
{
    return lanes_of(_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high));
}

static inline lanes lanes_sub(lanes a, lanes b)
{
    return lanes_of(_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high));
}

static inline lanes lanes_mul(lanes a, lanes b)
{
    return lanes_of(_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high));
}

static inline lanes lanes_div(lanes a, lanes b)
{
    return lanes_of(_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high));
}

static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    return lanes_of(_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high));
}

static inline lanes lanes_max(lanes a, lanes b)
{
    return lanes_of(_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high));
}

static inline lanes lanes_abs(lanes a)
{
    const __m256 rest = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FFFFFFF));

    return lanes_of(_mm256_and_ps(a.low, rest), _mm256_and_ps(a.high, rest));
}

static inline lanes lanes_if_less(lanes a, lanes b, lanes yes, lanes no)
{
    return lanes_of(_mm256_blendv_ps(no.low, yes.low, _mm256_cmp_ps(a.low, b.low, _CMP_LT_OQ)),
                    _mm256_blendv_ps(no.high, yes.high, _mm256_cmp_ps(a.high, b.high, _CMP_LT_OQ)));
}

static inline __m256 eight_power(__m256 t)
{
    const __m256i shifted = _mm256_slli_epi32(_mm256_castps_si256(t), 23);

    return _mm256_castsi256_ps(_mm256_add_epi32(shifted, _mm256_set1_epi32(0x3F800000)));
}

static inline lanes lanes_power(lanes t)
{
    return lanes_of(eight_power(t.low), eight_power(t.high));
}

static inline float lanes_sum(lanes a)
{
    const __m256 eight = _mm256_add_ps(a.low, a.high);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));

    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

/* l with l + 8 and l + 4, of two: a half each. */
static inline __m256 fours(lanes a, lanes b)
{
    const __m256 eight_a = _mm256_add_ps(a.low, a.high), eight_b = _mm256_add_ps(b.low, b.high);

    return _mm256_add_ps(_mm256_permute2f128_ps(eight_a, eight_b, 0x20),
                         _mm256_permute2f128_ps(eight_a, eight_b, 0x31));
}

static inline void lanes_sum4(lanes a, lanes b, lanes c, lanes d, float *sum)
{
    const __m256 four02 = fours(a, c), four13 = fours(b, d);
    const __m256 two = _mm256_add_ps(_mm256_shuffle_ps(four02, four13, 0x44), _mm256_shuffle_ps(four02, four13, 0xEE));
    const __m256 one = _mm256_add_ps(two, _mm256_movehdup_ps(two)); /* 0 . 1 . 2 . 3 . */

    _mm_storeu_ps(sum, _mm_shuffle_ps(_mm256_castps256_ps128(one), _mm256_extractf128_ps(one, 1), 0x88));
}

static inline void lanes_sum16(const lanes *a, float *sum)
{
    for (int i = 0; i < 16; i += 4)
        lanes_sum4(a[i], a[i + 1], a[i + 2], a[i + 3], sum + i);
}

static inline float lanes_top(lanes a)
{
    const __m256 eight = _mm256_max_ps(a.low, a.high);
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));

    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

#endif
