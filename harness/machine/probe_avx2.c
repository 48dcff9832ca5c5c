#if defined(__x86_64__)

#include "kernel.h"
#include "machine/probe_read.h"

#include <immintrin.h>

TERN_PROBE_DEFINE_READ(32)

/* Chains: enough to hide the latency of an addition, few enough for the 16 registers. */
enum { CHAINS = 8, BYTES = 32 };

/*
 * Products of a trit are at most 128, so that a kernel may add 127 of their pairs in int16 before it widens them:
 * what widening costs can be made as small as one likes, and is left out of the peak.
 */
static uint64_t multiply(uint64_t turns)
{
    __m256i sum[CHAINS], w = _mm256_set1_epi8(1), x = _mm256_set1_epi8(-77);

    for (int i = 0; i < CHAINS; i++)
        sum[i] = _mm256_set1_epi16((short)i);
    for (uint64_t turn = 0; turn < turns; turn++)
        for (int i = 0; i < CHAINS; i++) {
            __asm__ volatile("" : "+x"(w));
            sum[i] = _mm256_add_epi16(sum[i], _mm256_maddubs_epi16(w, x));
        }
    for (int i = 1; i < CHAINS; i++)
        sum[0] = _mm256_xor_si256(sum[0], sum[i]);
    return (uint64_t)_mm256_extract_epi64(sum[0], 0);
}

const tern_probe tern_probe_avx2 = {
    .level = "avx2",
    .instruction = "vpmaddubsw ymm",
    .isa = TERN_ISA_AVX2,
    .read = read_all,
    .multiply = multiply,
    .macs_per_turn = CHAINS * BYTES,
};

#else
typedef int tern_probe_of_x86;
#endif
