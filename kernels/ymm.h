/*
 * ymm.h - 256 bits from memory and back, for kernels with AVX2, which need no alignment.
 */
#ifndef TERN_YMM_H
#define TERN_YMM_H

#include <immintrin.h>

static inline __attribute__((always_inline)) __m256i ymm_load(const void *from)
{
    return _mm256_loadu_si256((const __m256i *)from);
}

static inline __attribute__((always_inline)) void ymm_store(void *to, __m256i v)
{
    _mm256_storeu_si256((__m256i *)to, v);
}

#endif
