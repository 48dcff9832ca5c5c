/*
 * random.h - random numbers, of two kinds. Numbered ones: number i of a stream can be had without those before it, so
 * that there is no state and no order. And a sequence with a state, for where each number must cost next to nothing.
 *
 * The mixer is the finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
 * OOPSLA 2014), the sequence is Knuth's MMIX generator.
 */
#ifndef TERN_RANDOM_H
#define TERN_RANDOM_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t tern_random_mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* The key of stream `which` of a seed. */
static inline uint64_t tern_random_key(uint64_t seed, uint64_t which)
{
    return tern_random_mix(tern_random_mix(seed) + which);
}

/* Number i of the stream with that key. */
static inline uint64_t tern_random_number(uint64_t key, size_t i)
{
    return tern_random_mix(key + (uint64_t)(i + 1) * 0x9E3779B97F4A7C15u);
}

/* The next state of the sequence, which is its next number; upper bits are better than lower ones. */
static inline uint64_t tern_random_next(uint64_t *state)
{
    return *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
}

/* The next number of the sequence below `below`, which is less than 2^32. */
static inline size_t tern_random_below(uint64_t *state, size_t below)
{
    return (size_t)((tern_random_next(state) >> 32) * below >> 32);
}

#endif
