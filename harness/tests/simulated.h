/*
 * simulated.h - figures of a machine that is not there, for tests of decision rules: the same for the same seed.
 */
#ifndef TERN_SIMULATED_H
#define TERN_SIMULATED_H

#include "base/random.h"

/* SplitMix64. */
static inline uint64_t simulated_number(uint64_t *seed)
{
    return tern_random_mix(*seed += 0x9E3779B97F4A7C15u);
}

/* A sum of twelve, which is normal enough: mean 0, standard deviation 1. */
static inline double simulated_normal(uint64_t *seed)
{
    double sum = -6.0;

    for (int i = 0; i < 12; i++)
        sum += (double)(simulated_number(seed) >> 11) * 0x1p-53;
    return sum;
}

#endif
