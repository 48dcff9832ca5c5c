/*
 * lanes_avx512.h - lanes_portable.h in AVX-512 F, BW, DQ and VL.
 */
#ifndef TERN_LANES_AVX512_H
#define TERN_LANES_AVX512_H

#include "kernel.h"

#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LANES_NAME "avx512"
#define LANES_ISA  TERN_ISA_AVX512
#define LANES_OPS  tern_ops_avx512

/* 16 sums of the 32 registers; two multiply-adds start each cycle and take four. */
enum { TILE_X = 4, TILE_ROWS = 4, TILE_COLUMNS = 4, ALONE_ROWS = 4, ALONE_COLUMNS = 8 };

/* Measured on Zen 4 and Emerald Rapids. */
enum { NEAR_BYTES = 4096, MIX_AHEAD_BYTES = 16384 };

typedef __m512 lanes;

static inline lanes lanes_set(float x)
{
    return _mm512_set1_ps(x);
}

static inline lanes lanes_load(const float *x)
{
    return _mm512_loadu_ps(x);
}

static inline void lanes_store(float *x, lanes a)
{
    _mm512_storeu_ps(x, a);
}

static inline lanes lanes_from_i8(const int8_t *x)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)x)));
}

static inline lanes lanes_from_i32(const int32_t *x)
{
    return _mm512_cvtepi32_ps(_mm512_loadu_si512(x));
}

static inline lanes lanes_from_f16(const uint16_t *half)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)half));
}

static inline void lanes_to_f16(uint16_t *half, lanes a)
{
    _mm256_storeu_si256((__m256i *)(void *)half, _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

static inline void lanes_to_i8(int8_t *x, lanes a)
{
    _mm_storeu_si128((__m128i *)(void *)x, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(a)));
}

static inline lanes lanes_add(lanes a, lanes b)
{
    return _mm512_add_ps(a, b);
}

static inline lanes lanes_sub(lanes a, lanes b)
{
    return _mm512_sub_ps(a, b);
}

static inline lanes lanes_mul(lanes a, lanes b)
{
    return _mm512_mul_ps(a, b);
}

static inline lanes lanes_div(lanes a, lanes b)
{
    return _mm512_div_ps(a, b);
}

static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline lanes lanes_max(lanes a, lanes b)
{
    return _mm512_max_ps(a, b);
}

static inline lanes lanes_abs(lanes a)
{
    return _mm512_abs_ps(a);
}

static inline lanes lanes_if_less(lanes a, lanes b, lanes yes, lanes no)
{
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), no, yes);
}

static inline lanes lanes_power(lanes t)
{
    const __m512i shifted = _mm512_slli_epi32(_mm512_castps_si512(t), 23);

    return _mm512_castsi512_ps(_mm512_add_epi32(shifted, _mm512_set1_epi32(0x3F800000)));
}

static inline float lanes_sum(lanes a)
{
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));

    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

/* The halves of two, of four, side by side: a quarter each for the four sums. */
static inline void lanes_sum4(lanes a, lanes b, lanes c, lanes d, float *sum)
{
    const lanes low01 = _mm512_shuffle_f32x4(a, b, 0x44), high01 = _mm512_shuffle_f32x4(a, b, 0xEE);
    const lanes low23 = _mm512_shuffle_f32x4(c, d, 0x44), high23 = _mm512_shuffle_f32x4(c, d, 0xEE);
    const lanes eight01 = _mm512_add_ps(low01, high01), eight23 = _mm512_add_ps(low23, high23);
    const lanes four =
        _mm512_add_ps(_mm512_shuffle_f32x4(eight01, eight23, 0x88), _mm512_shuffle_f32x4(eight01, eight23, 0xDD));
    const lanes two = _mm512_add_ps(four, _mm512_permute_ps(four, 0x4E));
    const lanes one = _mm512_add_ps(two, _mm512_permute_ps(two, 0xB1));
    const __m512i first = _mm512_setr_epi32(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);

    _mm_storeu_ps(sum, _mm512_castps512_ps128(_mm512_permutexvar_ps(first, one)));
}

/*
 * Pairs of lanes added, of a and b side by side: half of each stays where it is (of b the lanes of the mask), and the
 * other halves cross over to be added to them. The order of two does not matter, so that these are the sums of
 * lanes_sum(), at one shuffle for two of them.
 */
#define LANES_SUM2(a, b, mask, crossed) _mm512_add_ps(_mm512_mask_blend_ps(mask, a, b), crossed)

static inline lanes sum2_of_8(lanes a, lanes b)
{
    return LANES_SUM2(a, b, 0xFF00, _mm512_shuffle_f32x4(a, b, 0x4E));
}

static inline lanes sum2_of_4(lanes a, lanes b)
{
    const __m512i other = _mm512_setr_epi32(4, 5, 6, 7, 16, 17, 18, 19, 12, 13, 14, 15, 24, 25, 26, 27);

    return LANES_SUM2(a, b, 0xF0F0, _mm512_permutex2var_ps(a, other, b));
}

static inline lanes sum2_of_2(lanes a, lanes b)
{
    return LANES_SUM2(a, b, 0xCCCC, _mm512_shuffle_ps(a, b, 0x4E));
}

static inline lanes sum2_of_1(lanes a, lanes b)
{
    const __m512i other = _mm512_setr_epi32(1, 16, 3, 18, 5, 20, 7, 22, 9, 24, 11, 26, 13, 28, 15, 30);

    return LANES_SUM2(a, b, 0xAAAA, _mm512_permutex2var_ps(a, other, b));
}

/* A tree of those: lane l of the last is the sum of the vector whose number has the bits of l. */
static inline void lanes_sum16(const lanes *a, float *sum)
{
    lanes eight[8], four[4], two[2];

    for (int i = 0; i < 8; i++)
        eight[i] = sum2_of_8(a[i], a[i + 8]);
    for (int i = 0; i < 4; i++)
        four[i] = sum2_of_4(eight[i], eight[i + 4]);
    for (int i = 0; i < 2; i++)
        two[i] = sum2_of_2(four[i], four[i + 2]);
    _mm512_storeu_ps(sum, sum2_of_1(two[0], two[1]));
}

static inline float lanes_top(lanes a)
{
    return _mm512_reduce_max_ps(a);
}

#endif
