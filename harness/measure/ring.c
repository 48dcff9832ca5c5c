#include "measure/ring.h"

#include "measure/arena.h"

#include <string.h>

typedef struct filling {
    const tern_ring *ring;
    const tern_product *product;
    const uint8_t *packed;
    size_t bytes;
} filling;

/* A kernel's layout is its own, but the bytes of a share of the rows are that share of the bytes, more or less. */
static void fill(void *argument, uint32_t thread, uint32_t threads)
{
    const filling *f = argument;
    const double rows = (double)f->product->problem.shape.m;
    const tern_slice part = tern_product_rows(f->product, thread, threads);
    const size_t begin = (size_t)((double)f->bytes * ((double)part.begin / rows));
    const size_t end = thread + 1 == threads ? f->bytes : (size_t)((double)f->bytes * ((double)part.end / rows));

    for (uint32_t slot = 0; slot < f->ring->slots; slot++)
        memcpy(f->ring->first + slot * f->ring->stride + begin, f->packed + begin, end - begin);
}

tern_status tern_ring_new(tern_ring *ring, const tern_product *product, const void *packed, size_t packed_bytes,
                          size_t offset, uint64_t wanted_bytes, bool huge_pages, tern_team *team, tern_error *error)
{
    const size_t align =
        product->kernel->packed_align > TERN_CACHE_LINE ? product->kernel->packed_align : (size_t)TERN_CACHE_LINE;
    const uint64_t most = tern_memory_available_bytes() / 2;
    filling f = {.ring = ring, .product = product, .packed = packed, .bytes = packed_bytes};

    memset(ring, 0, sizeof *ring);
    ring->stride = (packed_bytes + align - 1) / align * align;
    uint64_t slots = (wanted_bytes + ring->stride - 1) / ring->stride;
    if (slots > most / ring->stride)
        slots = most / ring->stride;
    ring->slots = slots < 1 ? 1 : slots > UINT32_MAX ? UINT32_MAX : (uint32_t)slots;
    size_t end = 0;
    const size_t first = tern_arena_take(&end, ring->slots * ring->stride, align, offset);
    const tern_status status = tern_memory_new(&ring->memory, "copies of packed W", end, error);
    if (status != TERN_OK)
        return status;
    ring->first = ring->memory.data + first;
    if (!huge_pages)
        tern_memory_small_pages(&ring->memory);
    tern_team_run(team, fill, &f);
    return TERN_OK;
}

void tern_ring_free(tern_ring *ring)
{
    tern_memory_free(&ring->memory);
}
