/*
 * memory.h - large buffers on huge pages, and how much memory may still be used.
 */
#ifndef TERN_MEMORY_H
#define TERN_MEMORY_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { TERN_HUGE_PAGE = 2 << 20 };

typedef struct tern_memory {
    uint8_t *data; /* begins at a huge page */
    size_t bytes;
    void *map;
    size_t map_bytes;
} tern_memory;

/*
 * Reserves zeroed memory and asks for huge pages. No page is there before it is touched, and it comes from the memory
 * node of the thread that touches it first. what names it in the message. Free with tern_memory_free().
 */
tern_status tern_memory_new(tern_memory *memory, const char *what, size_t bytes, tern_error *error);
void tern_memory_free(tern_memory *memory);

/* Asks for small pages. Those that were touched stay as they are. */
void tern_memory_small_pages(const tern_memory *memory);

/* Bytes that the machine and the control group can still give without swapping; UINT64_MAX when neither tells. */
uint64_t tern_memory_available_bytes(void);

/*
 * What is read from end to end before any of it is read again must hold to come from memory and not from a cache:
 * four times the last-level cache, at least 256 MiB.
 */
uint64_t tern_memory_cold_bytes(uint64_t llc_bytes);

#endif
