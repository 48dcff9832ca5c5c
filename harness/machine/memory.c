#include "machine/memory.h"

#include "base/round.h"
#include "machine/control_group.h"

#include <limits.h>
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
    memory->data = (uint8_t *)tern_round_up((uintptr_t)memory->map, TERN_HUGE_PAGE);
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

static uint64_t read_number_in(const char *folder, const char *file, const char *key)
{
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof path, "%s/%s", folder, file);

    return length < 0 || (size_t)length >= sizeof path ? UINT64_MAX : read_number(path, key);
}

/*
 * Is a tern_control_group_visit: what is left below the group's limit. Files that were read long ago count as used, and
 * go first.
 */
static void take_least(void *context, const char *folder)
{
    static const struct {
        const char *limit, *used, *old_files;
    } versions[] = {
        {"memory.max", "memory.current", "inactive_file "},
        {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "},
    };
    uint64_t *least = context;

    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        const uint64_t limit = read_number_in(folder, versions[i].limit, ""),
                       old_files = read_number_in(folder, "memory.stat", versions[i].old_files);
        uint64_t used = read_number_in(folder, versions[i].used, "");
        if (limit == UINT64_MAX || used == UINT64_MAX)
            continue;
        used -= old_files < used ? old_files : 0;
        const uint64_t left = limit > used ? limit - used : 0;
        *least = left < *least ? left : *least;
    }
}

uint64_t tern_memory_available_bytes(void)
{
    const uint64_t kib = read_number("/proc/meminfo", "MemAvailable:");
    uint64_t least = kib == UINT64_MAX ? UINT64_MAX : kib << 10;

    tern_control_group_walk("memory", take_least, &least);
    return least;
}

uint64_t tern_memory_cold_bytes(uint64_t llc_bytes)
{
    const uint64_t least = 256u << 20;

    return 4 * llc_bytes > least ? 4 * llc_bytes : least;
}
