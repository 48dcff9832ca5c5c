/*
 * The functions of the C library are replaced by ones that count and call them. Under a sanitizer, which does the
 * same, nothing is counted.
 */
#include "base/heap.h"

#include "base/sanitized.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

static _Atomic uint64_t own_refusals;
static _Atomic uint64_t *refusals = &own_refusals;

uint64_t tern_heap_refusals(void)
{
    return atomic_load_explicit(refusals, memory_order_relaxed);
}

void tern_heap_count_refusals_in(_Atomic uint64_t *place)
{
    refusals = place;
}

#if defined(__GLIBC__) && !TERN_SANITIZED

/* NOLINTBEGIN(bugprone-reserved-identifier): glibc's own names for its allocator */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t align, size_t bytes);
/* NOLINTEND(bugprone-reserved-identifier) */

/* What asks for more is wrong, or made to be refused. */
static const double most_bytes = 64e9;

static _Atomic uint64_t calls;

static void *count(void *got, double bytes)
{
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
    if (got == NULL && bytes > 0.0 && bytes < most_bytes)
        atomic_fetch_add_explicit(refusals, 1, memory_order_relaxed);
    return got;
}

void *malloc(size_t bytes)
{
    return count(__libc_malloc(bytes), (double)bytes);
}

void *calloc(size_t count_of, size_t bytes)
{
    return count(__libc_calloc(count_of, bytes), (double)count_of * (double)bytes);
}

void *realloc(void *old, size_t bytes)
{
    return count(__libc_realloc(old, bytes), (double)bytes);
}

void *aligned_alloc(size_t align, size_t bytes)
{
    return count(__libc_memalign(align, bytes), (double)bytes);
}

void *memalign(size_t align, size_t bytes)
{
    return count(__libc_memalign(align, bytes), (double)bytes);
}

int posix_memalign(void **place, size_t align, size_t bytes)
{
    if (align < sizeof(void *) || (align & (align - 1)) != 0)
        return EINVAL;
    void *got = count(__libc_memalign(align, bytes), (double)bytes);
    if (got == NULL)
        return ENOMEM;
    *place = got;
    return 0;
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
