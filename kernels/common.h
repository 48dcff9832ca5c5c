/*
 * common.h - the arithmetic of sizes that every kernel needs, tables of constants, and prefetches with a hint that a
 * toggle chooses. For kernels alone: the harness has nothing of it.
 */
#ifndef TERN_COMMON_H
#define TERN_COMMON_H

#include <stddef.h>

/* 64 values of a table, those that DO(0) to DO(63) make. */
#define COMMON_4(DO, a)  DO(a), DO((a) + 1), DO((a) + 2), DO((a) + 3)
#define COMMON_16(DO, a) COMMON_4(DO, a), COMMON_4(DO, (a) + 4), COMMON_4(DO, (a) + 8), COMMON_4(DO, (a) + 12)
#define COMMON_32(DO, a) COMMON_16(DO, a), COMMON_16(DO, (a) + 16)
#define COMMON_64(DO)    COMMON_32(DO, 0), COMMON_32(DO, 32)

/* Into which cache a prefetch asks for a line. A toggle may have these as its values. */
enum { COMMON_HINT_NONE, COMMON_HINT_L1, COMMON_HINT_L2, COMMON_HINT_NTA };

static inline size_t common_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Parts of at most `size` that n makes. */
static inline size_t common_parts(size_t n, size_t size)
{
    return (n + size - 1) / size;
}

/* The first multiple of step that is not below n. */
static inline size_t common_round_up(size_t n, size_t step)
{
    return common_parts(n, step) * step;
}

/*
 * What a part of scratch takes, so that the next one lies in another page. A prefetcher runs on to the end of a page:
 * it would take lines there from the thread that writes them.
 */
static inline size_t common_apart(size_t bytes)
{
    return common_round_up(bytes, 64) + 4096;
}

/* Of the toggles of a kernel: a distance, where 0 is off, and the hint, which has no effect then. */
static inline int common_hint(int distance, int hint)
{
    return distance == 0 ? COMMON_HINT_NONE : hint;
}

/* hint is a constant where this is compiled: it becomes one instruction, or none. */
static inline __attribute__((always_inline)) void common_prefetch(const void *line, int hint)
{
    if (hint == COMMON_HINT_L1)
        __builtin_prefetch(line, 0, 3);
    else if (hint == COMMON_HINT_L2)
        __builtin_prefetch(line, 0, 2);
    else if (hint == COMMON_HINT_NTA)
        __builtin_prefetch(line, 0, 0);
}

#endif
