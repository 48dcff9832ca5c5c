/*
 * heap.h - how often this process has asked for memory from the heap, libraries included.
 */
#ifndef TERN_HEAP_H
#define TERN_HEAP_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * Calls of malloc, calloc, realloc and of those that align so far; UINT64_MAX where they cannot be counted (another C
 * library, a sanitizer).
 */
uint64_t tern_heap_allocations(void);

/*
 * How often one that a machine may well have had the memory for was refused, in this process and, once it is told where
 * to count, in that place instead, which may be shared with another process.
 */
uint64_t tern_heap_refusals(void);
void tern_heap_count_refusals_in(_Atomic uint64_t *place);

#endif
