#if defined(__x86_64__)

#include "kernel.h"
#include "machine/probe_multiply.h"

#include <immintrin.h>

enum { BYTES = 64 };

static inline __m512i add_products(__m512i sum, __m512i w, __m512i x)
{
    return _mm512_dpbusd_epi32(sum, w, x);
}

TERN_PROBE_DEFINE_MULTIPLY(__m512i, _mm512_set1_epi8)

const tern_probe tern_probe_avx512vnni = {
    .level = "avx512vnni",
    .instruction = "vpdpbusd zmm",
    .isa = TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI,
    .multiply = multiply,
    .macs_per_turn = TERN_PROBE_CHAINS * BYTES,
};

#else
typedef int tern_probe_of_x86;
#endif
