/*
 * aligned.h - heap memory for arrays that must begin at a multiple of something.
 */
#ifndef TERN_ALIGNED_H
#define TERN_ALIGNED_H

#include "base/cache_line.h"
#include "base/round.h"

#include <stdlib.h>

/* At least one byte, aligned to align, a power of two, and to a cache line. NULL when memory is short; free() it. */
static inline void *tern_aligned_new(size_t bytes, size_t align)
{
    const size_t line = TERN_CACHE_LINE, unit = align < line ? line : align;

    return aligned_alloc(unit, tern_round_up(bytes + 1, unit));
}

#endif
