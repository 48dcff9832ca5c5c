/*
 * The functions of the C library are replaced by ones that count and call them. Under a sanitizer, which does the
 * same, nothing is counted.
 */
#include "base/heap.h"

#include "base/sanitized.h"

#include <stdatomic.h>
#include <stdlib.h>

#if defined(__GLIBC__) && !TERN_SANITIZED

/* NOLINTBEGIN(bugprone-reserved-identifier): glibc's own names for its allocator */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t align, size_t bytes);
/* NOLINTEND(bugprone-reserved-identifier) */

static _Atomic uint64_t calls;

static void count(void)
{
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
}

void *malloc(size_t bytes)
{
    count();
    return __libc_malloc(bytes);
}

void *calloc(size_t count_of, size_t bytes)
{
    count();
    return __libc_calloc(count_of, bytes);
}

void *realloc(void *old, size_t bytes)
{
    count();
    return __libc_realloc(old, bytes);
}

void *aligned_alloc(size_t align, size_t bytes)
{
    count();
    return __libc_memalign(align, bytes);
}

uint64_t tern_heap_allocations(void)
{
    return atomic_load_explicit(&calls, memory_order_relaxed);
}

#else

uint64_t tern_heap_allocations(void)
{
    return UINT64_MAX;
}

#endif
