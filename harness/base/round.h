/*
 * round.h - sizes: the smaller and the larger of two, and whole numbers of something.
 */
#ifndef TERN_ROUND_H
#define TERN_ROUND_H

#include <stddef.h>

/* Always inlined, as all that the loops of decode/ops/ call. */
static inline __attribute__((always_inline)) size_t tern_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t tern_larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* How many parts of `part`, which is not 0, hold size; the last may have less. Their sum must not overflow. */
static inline size_t tern_divide_up(size_t size, size_t part)
{
    return (size + part - 1) / part;
}

/* The least multiple of `multiple`, which is not 0, that is not less than size. Their sum must not overflow. */
static inline size_t tern_round_up(size_t size, size_t multiple)
{
    return tern_divide_up(size, multiple) * multiple;
}

#endif
