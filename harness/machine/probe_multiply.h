/*
 * probe_multiply.h - the multiplying loop, made anew in each probe's file for its multiply-add.
 *
 * Each sum is a variable of its own: GCC copies those of an array from register to register and into memory, which took
 * a third of what AVX2 reaches on Zen 3.
 */
#ifndef TERN_PROBE_MULTIPLY_H
#define TERN_PROBE_MULTIPLY_H

#include "machine/probe.h"

/* Chains: enough to hide the latency of an addition, few enough for 16 registers. */
#define TERN_PROBE_CHAINS   12
#define TERN_PROBE_EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)

/* The barriers keep the factors unknown, and each sum in a register. */
#define TERN_PROBE_START(i) sum##i = w,
#define TERN_PROBE_ADD(i)                                                                                              \
    __asm__ volatile("" : "+v"(w));                                                                                    \
    sum##i = add_products(sum##i, w, x);                                                                               \
    __asm__ volatile("" : "+v"(sum##i));
#define TERN_PROBE_GATHER(i) all ^= sum##i;

/*
 * Defines multiply(), a tern_probe_multiply_fn of TERN_PROBE_CHAINS multiply-adds a turn. VECTOR is a type of
 * <immintrin.h>, SET gives all of its values one; the file has defined VECTOR add_products(VECTOR sum, VECTOR w,
 * VECTOR x), inline.
 */
#define TERN_PROBE_DEFINE_MULTIPLY(VECTOR, SET)                                                                        \
    static uint64_t multiply(uint64_t turns)                                                                           \
    {                                                                                                                  \
        VECTOR w = SET(1), TERN_PROBE_EACH(TERN_PROBE_START) x = SET(-77), all = w;                                    \
                                                                                                                       \
        for (uint64_t turn = 0; turn < turns; turn++) {                                                                \
            TERN_PROBE_EACH(TERN_PROBE_ADD)                                                                            \
        }                                                                                                              \
        TERN_PROBE_EACH(TERN_PROBE_GATHER)                                                                             \
        return (uint64_t)all[0];                                                                                       \
    }

#endif
