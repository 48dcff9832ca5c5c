#if defined(__x86_64__)

#include "kernel.h"
#include "machine/probe_multiply.h"

#include <immintrin.h>

enum { BYTES = 32 };

static inline __m256i add_products(__m256i sum, __m256i w, __m256i x)
{
    return _mm256_dpbusd_avx_epi32(sum, w, x);
}

TERN_PROBE_DEFINE_MULTIPLY(__m256i, _mm256_set1_epi8)

const tern_probe tern_probe_avxvnni = {
    .level = "avxvnni",
    .instruction = "vpdpbusd ymm",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVXVNNI,
    .multiply = multiply,
    .macs_per_turn = TERN_PROBE_CHAINS * BYTES,
};

#else
typedef int tern_probe_of_x86;
#endif
