#if defined(__x86_64__)

#include "kernel.h"
#include "machine/probe.h"

#include <immintrin.h>

enum { CHAINS = 12, BYTES = 64 };

static uint64_t multiply(uint64_t turns)
{
    __m512i sum[CHAINS], w = _mm512_set1_epi8(1), x = _mm512_set1_epi8(-77);

    for (int i = 0; i < CHAINS; i++)
        sum[i] = _mm512_set1_epi32(i);
    for (uint64_t turn = 0; turn < turns; turn++)
        for (int i = 0; i < CHAINS; i++) {
            __asm__ volatile("" : "+v"(w));
            sum[i] = _mm512_dpbusd_epi32(sum[i], w, x);
        }
    for (int i = 1; i < CHAINS; i++)
        sum[0] = _mm512_xor_si512(sum[0], sum[i]);
    return (uint64_t)_mm512_reduce_add_epi64(sum[0]);
}

const tern_probe tern_probe_avx512vnni = {
    .level = "avx512vnni",
    .instruction = "vpdpbusd zmm",
    .isa = TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI,
    .multiply = multiply,
    .macs_per_turn = CHAINS * BYTES,
};

#else
typedef int tern_probe_of_x86;
#endif
