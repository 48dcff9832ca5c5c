#include "base/cpu_mask.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Where masks of so many bytes are too short, it is something else that the system refuses. */
enum { MOST_BYTES = 1 << 20 };

static size_t find_bytes(void)
{
    for (size_t bytes = sizeof(cpu_set_t); bytes <= MOST_BYTES; bytes *= 2) {
        cpu_set_t *mask = malloc(bytes);
        if (mask == NULL)
            break;
        const int code = sched_getaffinity(0, bytes, mask) == 0 ? 0 : errno;
        free(mask);
        if (code == 0)
            return bytes;
        if (code != EINVAL)
            break;
    }
    return sizeof(cpu_set_t);
}

size_t tern_cpu_mask_bytes(void)
{
    static atomic_size_t found;
    size_t bytes = atomic_load_explicit(&found, memory_order_relaxed);

    if (bytes == 0) {
        bytes = find_bytes();
        atomic_store_explicit(&found, bytes, memory_order_relaxed);
    }
    return bytes;
}

cpu_set_t *tern_cpu_mask_get(void)
{
    const size_t bytes = tern_cpu_mask_bytes();
    cpu_set_t *mask = malloc(bytes);

    if (mask == NULL || sched_getaffinity(0, bytes, mask) == 0)
        return mask;
    free(mask);
    return NULL;
}

int tern_cpu_mask_set(const cpu_set_t *mask)
{
    return sched_setaffinity(0, tern_cpu_mask_bytes(), mask) == 0 ? 0 : errno;
}

int tern_cpu_mask_bind(int32_t cpu)
{
    const size_t system = tern_cpu_mask_bytes(), needed = CPU_ALLOC_SIZE((size_t)cpu + 1);
    const size_t bytes = needed > system ? needed : system;
    cpu_set_t *mask = calloc(1, bytes);

    if (mask == NULL)
        return ENOMEM;
    CPU_SET_S((size_t)cpu, bytes, mask);
    const int code = sched_setaffinity(0, bytes, mask) == 0 ? 0 : errno;
    free(mask);
    return code;
}

uint32_t tern_cpu_mask_count(void)
{
    cpu_set_t *mask = tern_cpu_mask_get();
    const int count = mask == NULL ? 0 : CPU_COUNT_S(tern_cpu_mask_bytes(), mask);

    free(mask);
    return (uint32_t)count;
}
