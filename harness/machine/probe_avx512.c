#if defined(__x86_64__)

#include "kernel.h"
#include "machine/probe_multiply.h"
#include "machine/probe_read.h"

#include <immintrin.h>

TERN_PROBE_DEFINE_READ(64)

enum { BYTES = 64 };

/* As in probe_avx2.c: widening is left out. */
static inline __m512i add_products(__m512i sum, __m512i w, __m512i x)
{
    return _mm512_add_epi16(sum, _mm512_maddubs_epi16(w, x));
}

TERN_PROBE_DEFINE_MULTIPLY(__m512i, _mm512_set1_epi8)

const tern_probe tern_probe_avx512 = {
    .level = "avx512",
    .instruction = "vpmaddubsw zmm",
    .isa = TERN_ISA_AVX512,
    .read = read_all,
    .multiply = multiply,
    .macs_per_turn = TERN_PROBE_CHAINS * BYTES,
};

#else
typedef int tern_probe_of_x86;
#endif
