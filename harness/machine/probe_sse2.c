/*
 * What portable code may reach on x86-64, where compilers have SSE2 without being asked: the roof of kernels that
 * need no instruction set.
 */
#if defined(__x86_64__)

#include "machine/probe.h"

#include <emmintrin.h>

enum { CHAINS = 8, PRODUCTS = 8 };

static uint64_t multiply(uint64_t turns)
{
    __m128i sum[CHAINS], w = _mm_set1_epi16(1), x = _mm_set1_epi16(-77);

    for (int i = 0; i < CHAINS; i++)
        sum[i] = _mm_set1_epi32(i);
    for (uint64_t turn = 0; turn < turns; turn++)
        for (int i = 0; i < CHAINS; i++) {
            __asm__ volatile("" : "+x"(w));
            sum[i] = _mm_add_epi32(sum[i], _mm_madd_epi16(w, x));
        }
    for (int i = 1; i < CHAINS; i++)
        sum[0] = _mm_xor_si128(sum[0], sum[i]);
    return (uint64_t)_mm_cvtsi128_si64(sum[0]);
}

const tern_probe tern_probe_sse2 = {
    .level = "scalar",
    .instruction = "pmaddwd xmm",
    .multiply = multiply,
    .macs_per_turn = CHAINS * PRODUCTS,
};

#else
typedef int tern_probe_of_x86;
#endif
