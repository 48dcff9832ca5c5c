#if defined(__x86_64__)

#include "kernel.h"
#include "machine/probe_multiply.h"
#include "machine/probe_read.h"

#include <immintrin.h>

TERN_PROBE_DEFINE_READ(32)

enum { BYTES = 32 };

/*
 * Products of a trit are at most 128, so that a kernel may add 127 of their pairs in int16 before it widens them:
 * what widening costs can be made as small as one likes, and is left out of the peak.
 */
static inline __m256i add_products(__m256i sum, __m256i w, __m256i x)
{
    return _mm256_add_epi16(sum, _mm256_maddubs_epi16(w, x));
}

TERN_PROBE_DEFINE_MULTIPLY(__m256i, _mm256_set1_epi8)

const tern_probe tern_probe_avx2 = {
    .level = "avx2",
    .instruction = "vpmaddubsw ymm",
    .isa = TERN_ISA_AVX2,
    .read = read_all,
    .multiply = multiply,
    .macs_per_turn = TERN_PROBE_CHAINS * BYTES,
};

#else
typedef int tern_probe_of_x86;
#endif
