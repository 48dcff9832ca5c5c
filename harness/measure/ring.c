#include "measure/ring.h"

#include "base/round.h"
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

tern_status tern_ring_reserve(tern_ring *ring, size_t packed_bytes, size_t align, size_t offset, uint64_t wanted_bytes,
                              tern_error *error)
{
    const uint64_t most = tern_memory_available_bytes() / 2;

    memset(ring, 0, sizeof *ring);
    ring->stride = tern_round_up(packed_bytes, align);
    uint64_t slots = tern_divide_up(wanted_bytes, ring->stride);
    if (slots > most / ring->stride)
        slots = most / ring->stride;
    slots = slots < 1 ? 1 : slots > UINT32_MAX ? UINT32_MAX : slots;
    /* A kernel must not tell by a huge page that it is timed: what a user packs begins anywhere. */
    size_t end = TERN_SMALL_PAGE;
    const size_t first = tern_arena_take(&end, slots * ring->stride, align, offset);
    const tern_status status = tern_memory_new(&ring->memory, "copies of packed W", end, error);
    if (status != TERN_OK)
        return status;
    ring->slots = (uint32_t)slots;
    ring->map = ring->memory.map;
    ring->map_bytes = ring->memory.map_bytes;
    ring->first = ring->memory.data + first;
    return TERN_OK;
}

size_t tern_ring_align(const tern_kernel *kernel)
{
    return kernel->packed_align > TERN_CACHE_LINE ? kernel->packed_align : (size_t)TERN_CACHE_LINE;
}

tern_status tern_ring_new(tern_ring *ring, const tern_product *product, const void *packed, size_t packed_bytes,
                          size_t offset, uint64_t wanted_bytes, bool huge_pages, tern_team *team, tern_error *error)
{
    filling f = {.ring = ring, .product = product, .packed = packed, .bytes = packed_bytes};
    const tern_status status =
        tern_ring_reserve(ring, packed_bytes, tern_ring_align(product->kernel), offset, wanted_bytes, error);

    if (status != TERN_OK)
        return status;
    if (!huge_pages)
        tern_memory_small_pages(&ring->memory);
    tern_team_run(team, fill, &f);
    return TERN_OK;
}

void tern_ring_free(tern_ring *ring)
{
    tern_memory_free(&ring->memory);
}
