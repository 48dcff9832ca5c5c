#include "measure/ring_stock.h"

#include "base/cpu_mask.h"
#include "base/whole_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_empty(const tern_ring_stock *stock)
{
    return stock->ring.slots == 0;
}

void tern_ring_stock_prepare(tern_ring_stock *stock)
{
    if (stock->file > 0 || !is_empty(stock))
        return;
    const int file = memfd_create("ternbench packed W", MFD_CLOEXEC);
    stock->file = file > 0 ? file : 0;
}

bool tern_ring_stock_lend(const tern_ring_stock *stock, const tern_ring_demand *demand, uint64_t random, tern_ring *own)
{
    const tern_ring *ring = &stock->ring;

    if (is_empty(stock) || stock->packed_bytes != demand->packed_bytes || stock->huge_pages != demand->huge_pages ||
        ring->stride % demand->align != 0 || (uintptr_t)ring->first % demand->align != 0 ||
        ring->slots * ring->stride < demand->ring_bytes ||
        memcmp(ring->first, tern_ring_slot(own, 0), demand->packed_bytes) != 0)
        return false;
    tern_ring_free(own);
    *own = *ring;
    own->memory = (tern_memory){0};
    own->next = (uint32_t)(random % ring->slots);
    return true;
}

static bool write_at(int file, off_t at, const void *data, size_t bytes)
{
    return lseek(file, at, SEEK_SET) == at && tern_whole_file_write(file, data, bytes);
}

void tern_ring_stock_leave(const tern_ring_stock *stock, const tern_ring_demand *demand, const void *packed)
{
    if (stock->file <= 0 || !is_empty(stock))
        return;
    /* The demand stands before the bytes and comes last: without it there is nothing. */
    if (write_at(stock->file, sizeof *demand, packed, demand->packed_bytes))
        write_at(stock->file, 0, demand, sizeof *demand);
}

/* Copies of what lies in the file, which a kernel may have written to as well: its sizes are looked at. */
static void copy_from(tern_ring_stock *stock, const uint8_t *map, size_t bytes)
{
    tern_ring_demand d;

    memcpy(&d, map, sizeof d);
    if (d.packed_bytes != bytes - sizeof d || d.align == 0 || (d.align & (d.align - 1)) != 0 ||
        d.ring_bytes < d.packed_bytes ||
        tern_ring_reserve(&stock->ring, d.packed_bytes, d.align, d.offset, d.ring_bytes, NULL) != TERN_OK)
        return;
    if (!d.huge_pages)
        tern_memory_small_pages(&stock->ring.memory);
    for (uint32_t i = 0; i < stock->ring.slots; i++)
        memcpy(stock->ring.first + i * stock->ring.stride, map + sizeof d, d.packed_bytes);
    stock->packed_bytes = d.packed_bytes;
    stock->huge_pages = d.huge_pages;
}

/* Pages come from the memory node of the CPU that writes them first. */
static void copy_near(tern_ring_stock *stock, const tern_pin *pin, const uint8_t *map, size_t bytes)
{
    cpu_set_t *before = pin->cpus > 0 ? tern_cpu_mask_get() : NULL;

    if (before != NULL)
        tern_cpu_mask_bind(pin->cpu[0]);
    copy_from(stock, map, bytes);
    if (before != NULL)
        tern_cpu_mask_set(before);
    free(before);
}

void tern_ring_stock_take(tern_ring_stock *stock, const tern_pin *pin)
{
    struct stat status;

    if (stock->file <= 0 || fstat(stock->file, &status) != 0)
        return;
    const size_t bytes = (size_t)status.st_size;
    void *map =
        bytes > sizeof(tern_ring_demand) ? mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, stock->file, 0) : MAP_FAILED;
    if (map == MAP_FAILED)
        return;
    copy_near(stock, pin, map, bytes);
    munmap(map, bytes);
    close(stock->file);
    stock->file = 0;
}

void tern_ring_stock_free(tern_ring_stock *stock)
{
    if (stock->file > 0)
        close(stock->file);
    tern_ring_free(&stock->ring);
    *stock = (tern_ring_stock){0};
}
