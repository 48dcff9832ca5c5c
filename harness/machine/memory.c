#include "machine/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

tern_status tern_memory_new(tern_memory *memory, const char *what, size_t bytes, tern_error *error)
{
    memset(memory, 0, sizeof *memory);
    memory->map_bytes = bytes + TERN_HUGE_PAGE;
    memory->map = mmap(NULL, memory->map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory->map == MAP_FAILED) {
        memory->map = NULL;
        return tern_error_memory(error, what, (double)bytes);
    }
    memory->bytes = bytes;
    memory->data = (uint8_t *)(((uintptr_t)memory->map + TERN_HUGE_PAGE - 1) / TERN_HUGE_PAGE * TERN_HUGE_PAGE);
    madvise(memory->map, memory->map_bytes, MADV_HUGEPAGE); /* only advice: small pages serve as well, but slower */
    return TERN_OK;
}

void tern_memory_small_pages(const tern_memory *memory)
{
    madvise(memory->map, memory->map_bytes, MADV_NOHUGEPAGE); /* only advice */
}

void tern_memory_free(tern_memory *memory)
{
    if (memory->map != NULL)
        munmap(memory->map, memory->map_bytes);
    memset(memory, 0, sizeof *memory);
}

/* The number that follows key in a file of "key number" lines, or alone in it when key is "". UINT64_MAX: not there. */
static uint64_t read_number(const char *path, const char *key)
{
    FILE *stream = fopen(path, "r");
    char line[256];
    uint64_t number = UINT64_MAX;

    if (stream == NULL)
        return number;
    while (number == UINT64_MAX && fgets(line, sizeof line, stream) != NULL)
        if (strncmp(line, key, strlen(key)) == 0) {
            char *end;
            const uint64_t value = strtoull(line + strlen(key), &end, 10);
            if (end != line + strlen(key))
                number = value;
        }
    fclose(stream);
    return number;
}

/* What is left below the limit of the control group that is mounted here, version 2 or 1. */
static uint64_t group_bytes(const char *limit_path, const char *used_path)
{
    const uint64_t limit = read_number(limit_path, ""), used = read_number(used_path, "");

    return limit == UINT64_MAX || used == UINT64_MAX ? UINT64_MAX : limit > used ? limit - used : 0;
}

uint64_t tern_memory_available_bytes(void)
{
    const uint64_t kib = read_number("/proc/meminfo", "MemAvailable:");
    const uint64_t bytes[] = {
        kib == UINT64_MAX ? UINT64_MAX : kib << 10,
        group_bytes("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        group_bytes("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    };
    uint64_t least = UINT64_MAX;

    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        least = bytes[i] < least ? bytes[i] : least;
    return least;
}

uint64_t tern_memory_cold_bytes(uint64_t llc_bytes)
{
    const uint64_t least = 256u << 20;

    return 4 * llc_bytes > least ? 4 * llc_bytes : least;
}
