/*
 * ring.h - copies of packed W, one after another, so many that none is in cache when its turn comes again. A hot case
 * has a ring of one.
 */
#ifndef TERN_RING_H
#define TERN_RING_H

#include "base/team.h"
#include "check/product.h"
#include "machine/memory.h"

typedef struct tern_ring {
    tern_memory memory; /* empty when the copies are lent */
    void *map;          /* the pages that hold the copies, and nothing else */
    size_t map_bytes;
    uint8_t *first; /* the first copy */
    size_t stride;  /* from one copy to the next */
    uint32_t slots;
    uint32_t next; /* whose turn it is */
} tern_ring;

/*
 * Fills the ring with copies of packed (packed_bytes bytes), each aligned to the kernel's packed_align and to a cache
 * line, the first `offset` bytes into its page, at least as many as wanted_bytes asks for, but no more than half of the
 * memory that is available; always one. Every copy is written whole, each part by the thread of the team that will read
 * it, because pages that were never written share one page of zeros, and because a page belongs to the memory node of
 * the thread that wrote it first.
 */
tern_status tern_ring_new(tern_ring *ring, const tern_product *product, const void *packed, size_t packed_bytes,
                          size_t offset, uint64_t wanted_bytes, bool huge_pages, tern_team *team, tern_error *error);
void tern_ring_free(tern_ring *ring);

/* Where each copy begins: a multiple of this. */
size_t tern_ring_align(const tern_kernel *kernel);

/* Room for the copies of such a ring, none of which is written. */
tern_status tern_ring_reserve(tern_ring *ring, size_t packed_bytes, size_t align, size_t offset, uint64_t wanted_bytes,
                              tern_error *error);

/* slot < slots */
static inline const void *tern_ring_slot(const tern_ring *ring, uint32_t slot)
{
    return ring->first + slot * ring->stride;
}

/* The copy of the next call. */
static inline const void *tern_ring_next(tern_ring *ring)
{
    const void *copy = tern_ring_slot(ring, ring->next);

    ring->next = ring->next + 1 == ring->slots ? 0 : ring->next + 1;
    return copy;
}

#endif
