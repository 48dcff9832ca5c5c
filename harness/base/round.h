/*
 * round.h - whole numbers of something.
 */
#ifndef TERN_ROUND_H
#define TERN_ROUND_H

#include <stddef.h>

/* The least multiple of `multiple`, which is not 0, that is not less than size. Their sum must not overflow. */
static inline size_t tern_round_up(size_t size, size_t multiple)
{
    return (size + multiple - 1) / multiple * multiple;
}

#endif
