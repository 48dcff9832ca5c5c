/*
 * arena.h - where arrays begin that one mapping holds together.
 */
#ifndef TERN_ARENA_H
#define TERN_ARENA_H

#include "base/cache_line.h"
#include "base/round.h"

#include <stddef.h>

enum { TERN_SMALL_PAGE = 4096 };

/* How many bytes into its page each array of a product begins: multiples of TERN_CACHE_LINE below TERN_SMALL_PAGE. */
typedef struct tern_layout {
    size_t packed, x, y, scratch;
} tern_layout;

/*
 * A quarter of a page from one array to the next: at the same offset, loads of one would be held up by stores to the
 * other (4K aliasing).
 */
static const tern_layout tern_layout_usual = {.packed = 0, .x = 1024, .y = 2048, .scratch = 3072};

/*
 * Takes bytes from an arena that ends at *end, and moves the end. The array begins `offset` bytes into a page, or as
 * soon after it as align (a power of two) allows. Returns where it begins.
 */
static inline size_t tern_arena_take(size_t *end, size_t bytes, size_t align, size_t offset)
{
    const size_t unit = align > TERN_CACHE_LINE ? align : (size_t)TERN_CACHE_LINE;
    const size_t page = tern_round_up(*end, TERN_SMALL_PAGE);
    const size_t begin = tern_round_up(page + offset, unit);

    *end = begin + bytes;
    return begin;
}

#endif
