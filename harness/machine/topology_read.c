#include "machine/topology_read.h"

#include "machine/allowed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

tern_status tern_topology_make_room(tern_topology *topology, size_t cpus, tern_error *error)
{
    topology->cpu = calloc(cpus, sizeof *topology->cpu);
    return topology->cpu == NULL ? tern_error_memory(error, "the list of CPUs", (double)(cpus * sizeof *topology->cpu))
                                 : TERN_OK;
}

void tern_topology_add_cache(tern_topology *topology, uint32_t level, tern_cache_kind kind, uint64_t bytes,
                             uint32_t line_bytes, const int32_t *shared, size_t count)
{
    tern_cpu_cache *cache = topology->cache, *end = cache + topology->caches;
    bool allowed = false;

    while (cache < end && (cache->level != level || cache->kind != kind))
        cache++;
    if (cache == topology->cache + TERN_CACHES_MAX)
        return;
    topology->caches += cache == end;
    for (size_t i = 0; i < count; i++)
        allowed = allowed || tern_allowed_has(shared[i]);
    cache->level = level;
    cache->kind = kind;
    cache->line_bytes = line_bytes;
    cache->bytes = bytes > cache->bytes ? bytes : cache->bytes;
    cache->shared_by = count > cache->shared_by ? (uint32_t)count : cache->shared_by;
    cache->total_bytes += bytes;
    cache->allowed_bytes += allowed ? bytes : 0;
    cache->instances++;
}

static int by_id(const void *a, const void *b)
{
    const tern_cpu *left = a, *right = b;

    return (left->id > right->id) - (left->id < right->id);
}

static int by_level(const void *a, const void *b)
{
    const tern_cpu_cache *left = a, *right = b;

    return left->level != right->level ? (left->level > right->level) - (left->level < right->level)
                                       : (left->kind > right->kind) - (left->kind < right->kind);
}

/* Sockets and cores stand under their lowest CPU, which comes first in the list: count them in that order. */
static void number(tern_topology *topology)
{
    for (uint32_t i = 0; i < topology->cpus; i++) {
        tern_cpu *cpu = &topology->cpu[i];
        const tern_cpu *socket = tern_topology_find(topology, cpu->socket);
        const tern_cpu *core = tern_topology_find(topology, cpu->core);
        bool new_node = true;

        for (uint32_t j = 0; j < i; j++) {
            cpu->sibling += core != NULL && core != cpu && topology->cpu[j].core == core->core;
            new_node = new_node && topology->cpu[j].node != cpu->node;
        }
        cpu->socket = socket == NULL || socket == cpu ? (int32_t)topology->sockets++ : socket->socket;
        cpu->core = core == NULL || core == cpu ? (int32_t)topology->cores++ : core->core;
        topology->nodes += new_node;
        cpu->allowed = tern_allowed_has(cpu->id);
        topology->allowed += cpu->allowed;
        if ((uint32_t)cpu->sibling >= topology->threads_per_core)
            topology->threads_per_core = (uint32_t)cpu->sibling + 1;
    }
}

void tern_topology_finish(tern_topology *topology)
{
    uint32_t last_level = 0;

    qsort(topology->cpu, topology->cpus, sizeof *topology->cpu, by_id);
    qsort(topology->cache, topology->caches, sizeof *topology->cache, by_level);
    number(topology);
    topology->kinds = topology->kinds == 0 ? 1 : topology->kinds;
    for (uint32_t i = 0; i < topology->cpus; i++)
        topology->kind[topology->cpu[i].kind].cpus++;
    for (uint32_t i = 0; i < topology->caches; i++)
        if (topology->cache[i].kind != TERN_CACHE_INSTRUCTION && topology->cache[i].level >= last_level) {
            last_level = topology->cache[i].level;
            topology->llc_bytes = topology->cache[i].allowed_bytes;
        }
}

/* In a jail without /sys: the allowed CPUs, each taken for a core, and what the C library knows of caches. */
static tern_status read_sysconf(tern_topology *topology, tern_error *error)
{
    static const struct {
        uint32_t level;
        tern_cache_kind kind;
        int bytes, line;
    } caches[] = {
        {1, TERN_CACHE_DATA, _SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL1_DCACHE_LINESIZE},
        {2, TERN_CACHE_UNIFIED, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL2_CACHE_LINESIZE},
        {3, TERN_CACHE_UNIFIED, _SC_LEVEL3_CACHE_SIZE, _SC_LEVEL3_CACHE_LINESIZE},
    };
    const tern_status status = tern_topology_make_room(topology, tern_allowed_count(), error);

    if (status != TERN_OK)
        return status;
    topology->source = "sysconf";
    for (int32_t id = 0; topology->cpus < tern_allowed_count(); id++)
        if (tern_allowed_has(id))
            topology->cpu[topology->cpus++] = (tern_cpu){.id = id, .core = id, .socket = topology->cpu[0].id};
    for (size_t i = 0; i < sizeof caches / sizeof *caches; i++)
        if (sysconf(caches[i].bytes) > 0)
            tern_topology_add_cache(topology, caches[i].level, caches[i].kind, (uint64_t)sysconf(caches[i].bytes),
                                    (uint32_t)sysconf(caches[i].line), &topology->cpu[0].id, 1);
    return TERN_OK;
}

static tern_status read_system(tern_topology *topology, tern_error *error)
{
    return tern_topology_read_sys(topology, "/sys/devices/system", error);
}

tern_status tern_topology_read(tern_topology *topology, tern_error *error)
{
    static tern_topology_reader *const readers[] = {
#ifdef HAVE_HWLOC
        tern_topology_read_hwloc,
#endif
        read_system,
        read_sysconf,
    };
    tern_status status = TERN_OK;

    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        memset(topology, 0, sizeof *topology);
        if ((status = readers[i](topology, error)) == TERN_OK && topology->cpus > 0) {
            tern_topology_finish(topology);
            return TERN_OK;
        }
        tern_topology_free(topology);
    }
    return status;
}
