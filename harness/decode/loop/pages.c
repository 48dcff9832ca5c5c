#include "decode/loop/pages.h"

#include "base/cache_line.h"
#include "base/round.h"

#include <sys/mman.h>
#include <unistd.h>

size_t tern_pages_alignment(const tern_kernel *kernel)
{
    const size_t x = kernel->x_align, y = kernel->y_align, most = x > y ? x : y;

    return most > TERN_CACHE_LINE ? most : TERN_CACHE_LINE;
}

void *tern_pages_take(tern_pages *pages, size_t bytes)
{
    const size_t begin = tern_round_up(pages->used, pages->align);

    pages->used = begin + bytes;
    return pages->base == NULL ? NULL : pages->base + begin;
}

tern_status tern_pages_check(const char *what, uint64_t bytes, tern_error *error)
{
    const uint64_t available = tern_memory_available_bytes();

    if (bytes <= available)
        return TERN_OK;
    return tern_error_set(error, TERN_ENVIRONMENT, "%s takes %.2f GB and this machine has %.2f GB left", what,
                          1e-9 * (double)bytes, 1e-9 * (double)available);
}

tern_status tern_pages_new(tern_memory *memory, const char *what, size_t bytes, bool huge, tern_error *error)
{
    tern_status status = tern_pages_check(what, bytes, error);

    *memory = (tern_memory){0};
    if (status != TERN_OK || (status = tern_memory_new(memory, what, bytes, error)) != TERN_OK)
        return status;
    if (!huge)
        tern_memory_small_pages(memory);
    return TERN_OK;
}

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static void touch_share(void *argument, uint32_t thread, uint32_t threads)
{
    const tern_memory *memory = argument;
    const size_t page = page_bytes();
    const tern_slice pages = tern_slice_of(tern_divide_up(memory->bytes, page), thread, threads);
    volatile uint8_t *data = memory->data;

    for (size_t i = pages.begin; i < pages.end; i++)
        data[i * page] = 0;
}

void tern_pages_touch(const tern_memory *memory, tern_team *team)
{
    tern_memory copy = *memory;

    tern_team_run(team, touch_share, &copy);
}

void tern_pages_trim(tern_memory *memory, size_t used)
{
    const size_t page = page_bytes(), begin = tern_round_up(used, page);

    if (begin < memory->bytes)
        madvise(memory->data + begin, memory->bytes - begin, MADV_DONTNEED);
}
