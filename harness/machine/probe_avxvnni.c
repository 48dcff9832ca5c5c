#if defined(__x86_64__)

#include "kernel.h"
#include "machine/probe.h"

#include <immintrin.h>

/* Chains: enough to hide the latency of an addition, few enough for the 16 registers. */
enum { CHAINS = 10, BYTES = 32 };

static uint64_t multiply(uint64_t turns)
{
    __m256i sum[CHAINS], w = _mm256_set1_epi8(1), x = _mm256_set1_epi8(-77);

    for (int i = 0; i < CHAINS; i++)
        sum[i] = _mm256_set1_epi32(i);
    for (uint64_t turn = 0; turn < turns; turn++)
        for (int i = 0; i < CHAINS; i++) {
            __asm__ volatile("" : "+x"(w));
            sum[i] = _mm256_dpbusd_avx_epi32(sum[i], w, x);
        }
    for (int i = 1; i < CHAINS; i++)
        sum[0] = _mm256_xor_si256(sum[0], sum[i]);
    return (uint64_t)_mm256_extract_epi64(sum[0], 0);
}

const tern_probe tern_probe_avxvnni = {
    .level = "avxvnni",
    .instruction = "vpdpbusd ymm",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVXVNNI,
    .multiply = multiply,
    .macs_per_turn = CHAINS * BYTES,
};

#else
typedef int tern_probe_of_x86;
#endif
