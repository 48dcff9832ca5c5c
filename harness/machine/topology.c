#include "machine/topology.h"

#include "base/text.h"

#include <stdlib.h>
#include <strings.h>

void tern_topology_free(tern_topology *topology)
{
    free(topology->cpu);
    topology->cpu = NULL;
    topology->cpus = 0;
}

const tern_cpu *tern_topology_find(const tern_topology *topology, int32_t id)
{
    for (uint32_t i = 0; i < topology->cpus; i++)
        if (topology->cpu[i].id == id)
            return &topology->cpu[i];
    return NULL;
}

const tern_core_kind *tern_topology_find_kind(const tern_topology *topology, const char *name)
{
    for (uint32_t i = 0; i < topology->kinds && name[0] != '\0'; i++)
        if (strcasecmp(topology->kind[i].name, name) == 0)
            return &topology->kind[i];
    return NULL;
}

char *tern_cpu_cache_name(const tern_cpu_cache *cache, char *text, size_t bytes)
{
    static const char *const suffix[] = {"d", "i", ""};

    text[0] = '\0';
    tern_text_append(text, bytes, "L%u%s", cache->level, suffix[cache->kind]);
    return text;
}
