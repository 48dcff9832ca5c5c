/*
 * Linux: Documentation/ABI/stable/sysfs-devices-system-cpu and sysfs-devices-node. Groups of CPUs are told by their
 * lists, whose lowest number names them: the ids beside the lists are not unique on every machine.
 */
#include "base/proc_file.h"
#include "base/text.h"
#include "machine/cpulist.h"
#include "machine/topology_read.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 512 };

/* A tree and the latest list that was read of it. */
typedef struct reader {
    const char *root;
    tern_topology *topology;
    int32_t *list;
    size_t count;
} reader;

/* root/path */
static const char *path_of(const reader *r, const char *path, char *whole, size_t bytes)
{
    snprintf(whole, bytes, "%s/%s", r->root, path);
    return whole;
}

static bool read_line(const reader *r, const char *path, char *text, size_t bytes)
{
    char whole[PATH_BYTES];

    return tern_proc_line(path_of(r, path, whole, sizeof whole), text, bytes);
}

/* Lists are as long as there are CPUs. */
static bool read_list(reader *r, const char *path)
{
    char whole[PATH_BYTES];
    FILE *stream = fopen(path_of(r, path, whole, sizeof whole), "r");
    char *line = NULL;
    size_t bytes = 0;

    free(r->list);
    r->list = NULL;
    const bool got =
        stream != NULL && getline(&line, &bytes, stream) > 0 && tern_cpulist_parse(line, &r->list, &r->count);
    free(line);
    if (stream != NULL)
        fclose(stream);
    return got;
}

/* The list that was read, which is the caller's now. */
static int32_t *take_list(reader *r, size_t *count)
{
    int32_t *list = r->list;

    r->list = NULL;
    *count = r->count;
    return list;
}

/* The lowest CPU of a list, which names the group, or the CPU itself when there is no list. */
static int32_t lowest(reader *r, const char *file, int32_t cpu)
{
    char path[128] = "";

    tern_text_append(path, sizeof path, "cpu/cpu%d/topology/%s", cpu, file);
    return read_list(r, path) ? r->list[0] : cpu;
}

static bool read_cache_file(const reader *r, int32_t cpu, unsigned index, const char *file, char *text, size_t bytes)
{
    char path[128] = "";

    tern_text_append(path, sizeof path, "cpu/cpu%d/cache/index%u/%s", cpu, index, file);
    return read_line(r, path, text, bytes);
}

/* Sizes are written as "48K". */
static uint64_t parse_size(const char *text)
{
    char *unit;
    const uint64_t number = strtoull(text, &unit, 10);

    return *unit == 'K' ? number << 10 : *unit == 'M' ? number << 20 : number;
}

/* Adds the cache unless a lower CPU shares it, and has added it. Returns false when there is none of that index. */
static bool add_cache(reader *r, int32_t cpu, unsigned index)
{
    char level[16], kind[16], size[32], line[16], path[128] = "";

    if (!read_cache_file(r, cpu, index, "level", level, sizeof level) ||
        !read_cache_file(r, cpu, index, "type", kind, sizeof kind))
        return false;
    tern_text_append(path, sizeof path, "cpu/cpu%d/cache/index%u/shared_cpu_list", cpu, index);
    if (!read_cache_file(r, cpu, index, "size", size, sizeof size) || !read_list(r, path) || r->list[0] != cpu)
        return true;
    read_cache_file(r, cpu, index, "coherency_line_size", line, sizeof line);
    tern_topology_add_cache(r->topology, (uint32_t)strtoul(level, NULL, 10),
                            kind[0] == 'D'   ? TERN_CACHE_DATA
                            : kind[0] == 'I' ? TERN_CACHE_INSTRUCTION
                                             : TERN_CACHE_UNIFIED,
                            parse_size(size), (uint32_t)strtoul(line, NULL, 10), r->list, r->count);
    return true;
}

static void add_cpu(reader *r, int32_t id)
{
    tern_cpu *cpu = &r->topology->cpu[r->topology->cpus++];

    cpu->id = id;
    cpu->socket = lowest(r, "core_siblings_list", id);
    cpu->core = lowest(r, "thread_siblings_list", id);
    for (unsigned index = 0; add_cache(r, id, index); index++)
        continue;
}

/* Of Linux's scheduler: 1024 of the fastest. -1 where it does not tell, as all CPUs are alike. */
static long capacity_of(const reader *r, int32_t cpu)
{
    char path[64] = "", text[24];

    tern_text_append(path, sizeof path, "cpu/cpu%d/cpu_capacity", cpu);
    return read_line(r, path, text, sizeof text) ? strtol(text, NULL, 10) : -1;
}

/* The highest capacity that is below that one; -1 when there is none. */
static long next_capacity(const reader *r, long below)
{
    long next = -1;

    for (uint32_t i = 0; i < r->topology->cpus; i++) {
        const long its = capacity_of(r, r->topology->cpu[i].id);
        next = its < below && its > next ? its : next;
    }
    return next;
}

static void set_kinds(reader *r)
{
    tern_topology *topology = r->topology;

    for (long capacity = next_capacity(r, LONG_MAX); capacity > 0 && topology->kinds < TERN_CORE_KINDS_MAX;
         capacity = next_capacity(r, capacity)) {
        tern_core_kind *kind = &topology->kind[topology->kinds];
        tern_text_append(kind->name, sizeof kind->name, "capacity%ld", capacity);
        for (uint32_t i = 0; i < topology->cpus; i++)
            if (capacity_of(r, topology->cpu[i].id) == capacity)
                topology->cpu[i].kind = topology->kinds;
        topology->kinds++;
    }
}

/* The first line is "Node 0 MemTotal:  65684512 kB". */
static bool is_empty(const reader *r, int32_t node)
{
    char path[64] = "", text[128];
    const char *size;

    tern_text_append(path, sizeof path, "node/node%d/meminfo", node);
    return read_line(r, path, text, sizeof text) && (size = strstr(text, "MemTotal:")) != NULL &&
           strtoull(size + strlen("MemTotal:"), NULL, 10) == 0;
}

static void set_nodes(reader *r)
{
    size_t count;
    int32_t *nodes = read_list(r, "node/online") ? take_list(r, &count) : NULL;

    for (size_t n = 0; nodes != NULL && n < count; n++) {
        char path[64] = "";
        tern_text_append(path, sizeof path, "node/node%d/cpulist", nodes[n]);
        if (!read_list(r, path))
            continue;
        r->topology->empty_nodes += is_empty(r, nodes[n]);
        for (uint32_t i = 0; i < r->topology->cpus; i++)
            for (size_t j = 0; j < r->count; j++)
                if (r->list[j] == r->topology->cpu[i].id)
                    r->topology->cpu[i].node = nodes[n];
    }
    free(nodes);
}

tern_status tern_topology_read_sys(tern_topology *topology, const char *root, tern_error *error)
{
    reader r = {.root = root, .topology = topology};
    size_t count;

    topology->source = "/sys";
    if (!read_list(&r, "cpu/online"))
        return tern_error_set(error, TERN_ENVIRONMENT, "%s/cpu/online cannot be read; mount /sys in the container",
                              root);
    int32_t *online = take_list(&r, &count);
    const tern_status status = tern_topology_make_room(topology, count, error);
    for (size_t i = 0; i < count && status == TERN_OK; i++)
        add_cpu(&r, online[i]);
    if (status == TERN_OK) {
        set_nodes(&r);
        set_kinds(&r);
    }
    free(online);
    free(r.list);
    return status;
}
