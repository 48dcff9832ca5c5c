#include "machine/probe_read.h"

TERN_PROBE_DEFINE_READ(16)

enum { CHAINS = 8 };

/* The barriers keep the factors unknown, so that no compiler turns the loop into vectors or one product. */
static uint64_t multiply(uint64_t turns)
{
    int32_t sum[CHAINS] = {0}, x = 77, w = -1, all = 0;

    for (uint64_t turn = 0; turn < turns; turn++)
        for (int i = 0; i < CHAINS; i++) {
            __asm__ volatile("" : "+r"(x), "+r"(w));
            sum[i] += x * w;
            __asm__ volatile("" : "+r"(sum[i]));
        }
    for (int i = 0; i < CHAINS; i++)
        all ^= sum[i];
    return (uint64_t)all;
}

const tern_probe tern_probe_scalar = {
    .level = "scalar",
    .instruction = "multiply, add",
    .read = read_all,
    .multiply = multiply,
    .macs_per_turn = CHAINS,
};
