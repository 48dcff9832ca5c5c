/*
 * What portable code may reach on x86-64, where compilers have SSE2 without being asked: the roof of kernels that
 * need no instruction set.
 */
#if defined(__x86_64__)

#include "machine/probe_multiply.h"

#include <emmintrin.h>

enum { PRODUCTS = 8 };

static inline __m128i add_products(__m128i sum, __m128i w, __m128i x)
{
    return _mm_add_epi32(sum, _mm_madd_epi16(w, x));
}

TERN_PROBE_DEFINE_MULTIPLY(__m128i, _mm_set1_epi16)

const tern_probe tern_probe_sse2 = {
    .level = "scalar",
    .instruction = "pmaddwd xmm",
    .multiply = multiply,
    .macs_per_turn = TERN_PROBE_CHAINS * PRODUCTS,
};

#else
typedef int tern_probe_of_x86;
#endif
