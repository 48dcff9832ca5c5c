/*
 * heap.h - how often this process has asked for memory from the heap, libraries included.
 */
#ifndef TERN_HEAP_H
#define TERN_HEAP_H

#include <stdint.h>

/*
 * Calls of malloc, calloc, realloc and aligned_alloc so far; UINT64_MAX where they cannot be counted (another C
 * library, a sanitizer).
 */
uint64_t tern_heap_allocations(void);

#endif
