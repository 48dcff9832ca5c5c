/*
 * arena.h - where arrays begin that one mapping holds together.
 */
#ifndef TERN_ARENA_H
#define TERN_ARENA_H

#include <stddef.h>

/*
 * Takes bytes from an arena that ends at *end, and moves the end. Each array begins a quarter of a page further in
 * its page than the one of the turn before (turn modulo 4): at the same offset, loads of one would be held up by
 * stores to the other (4K aliasing). Returns where it begins.
 */
static inline size_t tern_arena_take(size_t *end, size_t bytes, size_t align, size_t active)
{
    enum { PAGE = 4096, CACHE_LINE = 64 };
    const size_t unit = align > CACHE_LINE ? align : (size_t)CACHE_LINE;
    const size_t begin = ((*end + PAGE - 1) / PAGE * PAGE + active % 4 * (PAGE / 4) + unit - 1) / unit * unit;

    *end = begin + bytes;
    return begin;
}

#endif
