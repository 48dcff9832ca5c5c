#ifdef HAVE_HWLOC

#include "base/text.h"
#include "machine/allowed.h"
#include "machine/topology_read.h"

#include <errno.h>
#include <hwloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The lowest CPU of the enclosing object of that type, which names it; the CPU itself where there is none. */
static int32_t lowest(hwloc_topology_t machine, hwloc_obj_type_t type, hwloc_obj_t pu)
{
    const hwloc_obj_t object = hwloc_get_ancestor_obj_by_type(machine, type, pu);

    return object == NULL ? (int32_t)pu->os_index : hwloc_bitmap_first(object->cpuset);
}

static void add_cpus(tern_topology *topology, hwloc_topology_t machine)
{
    for (hwloc_obj_t pu = NULL; (pu = hwloc_get_next_obj_by_type(machine, HWLOC_OBJ_PU, pu)) != NULL;)
        topology->cpu[topology->cpus++] = (tern_cpu){
            .id = (int32_t)pu->os_index,
            .socket = lowest(machine, HWLOC_OBJ_PACKAGE, pu),
            .core = lowest(machine, HWLOC_OBJ_CORE, pu),
            .node = pu->nodeset == NULL || hwloc_bitmap_iszero(pu->nodeset) ? 0 : hwloc_bitmap_first(pu->nodeset),
        };
}

#if HWLOC_API_VERSION >= 0x00020400
#include <hwloc/cpukinds.h>

static const char *name_of_kind(struct hwloc_info_s *info, unsigned infos, const char *key)
{
    for (unsigned i = 0; i < infos; i++)
        if (strcmp(info[i].name, key) == 0)
            return info[i].value;
    return NULL;
}

static void add_kind(tern_topology *topology, hwloc_topology_t machine, unsigned index, hwloc_bitmap_t cpus)
{
    tern_core_kind *kind = &topology->kind[topology->kinds];
    struct hwloc_info_s *info = NULL;
    unsigned infos = 0;

    if (hwloc_cpukinds_get_info(machine, index, cpus, NULL, &infos, &info, 0) != 0)
        return;
    const char *type = name_of_kind(info, infos, "CoreType"), *capacity = name_of_kind(info, infos, "LinuxCapacity");
    if (type != NULL && tern_topology_find_kind(topology, type) == NULL)
        tern_text_copy(kind->name, sizeof kind->name, type);
    else if (type == NULL && capacity != NULL)
        tern_text_append(kind->name, sizeof kind->name, "capacity%s", capacity);
    else
        tern_text_append(kind->name, sizeof kind->name, "kind%u", topology->kinds);
    for (uint32_t i = 0; i < topology->cpus; i++)
        if (hwloc_bitmap_isset(cpus, (unsigned)topology->cpu[i].id))
            topology->cpu[i].kind = topology->kinds;
    topology->kinds++;
}

/* hwloc has the slowest kind first. */
static void add_kinds(tern_topology *topology, hwloc_topology_t machine)
{
    const int kinds = hwloc_cpukinds_get_nr(machine, 0);
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();

    for (int i = kinds; cpus != NULL && kinds > 1 && i-- > 0 && topology->kinds < TERN_CORE_KINDS_MAX;)
        add_kind(topology, machine, (unsigned)i, cpus);
    hwloc_bitmap_free(cpus);
}
#else
static void add_kinds(tern_topology *topology, hwloc_topology_t machine)
{
    (void)topology;
    (void)machine;
}
#endif

/* hwloc(7), "Environment Variables": what has it read something else than this machine. */
static const char *find_told_by(hwloc_topology_t machine)
{
    static const char *const variables[] = {"HWLOC_XMLFILE", "HWLOC_SYNTHETIC", "HWLOC_CPUID_PATH", "HWLOC_FSROOT"};

    if (hwloc_topology_is_thissystem(machine))
        return NULL;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (getenv(variables[i]) != NULL)
            return variables[i];
    return "HWLOC_COMPONENTS";
}

static void count_empty_nodes(tern_topology *topology, hwloc_topology_t machine)
{
    for (hwloc_obj_t node = NULL; (node = hwloc_get_next_obj_by_type(machine, HWLOC_OBJ_NUMANODE, node)) != NULL;)
        topology->empty_nodes += node->attr->numanode.local_memory == 0 && !hwloc_bitmap_iszero(node->cpuset);
}

static void add_cache(tern_topology *topology, hwloc_obj_t cache, int32_t *shared)
{
    const struct hwloc_cache_attr_s *attributes = &cache->attr->cache;
    size_t count = 0;
    int id;

    hwloc_bitmap_foreach_begin(id, cache->cpuset) shared[count++] = id;
    hwloc_bitmap_foreach_end();
    tern_topology_add_cache(topology, attributes->depth,
                            attributes->type == HWLOC_OBJ_CACHE_DATA          ? TERN_CACHE_DATA
                            : attributes->type == HWLOC_OBJ_CACHE_INSTRUCTION ? TERN_CACHE_INSTRUCTION
                                                                              : TERN_CACHE_UNIFIED,
                            attributes->size, attributes->linesize, shared, count);
}

static void add_caches(tern_topology *topology, hwloc_topology_t machine, int32_t *shared)
{
    const int depth = hwloc_topology_get_depth(machine);

    for (int level = 0; level < depth; level++)
        if (hwloc_obj_type_is_cache(hwloc_get_depth_type(machine, level)))
            for (hwloc_obj_t cache = NULL; (cache = hwloc_get_next_obj_by_depth(machine, level, cache)) != NULL;)
                add_cache(topology, cache, shared);
}

/* hwloc reads it whole, which of a pipe or a device never ends. */
static bool is_description_endless(void)
{
    const char *path = getenv("HWLOC_XMLFILE");
    struct stat file;

    return path != NULL && stat(path, &file) == 0 && !S_ISREG(file.st_mode);
}

tern_status tern_topology_read_hwloc(tern_topology *topology, tern_error *error)
{
    hwloc_topology_t machine;
    int32_t *shared = NULL;
    tern_status status;

    if (!tern_allowed_is_known())
        return tern_error_set(error, TERN_ENVIRONMENT, "hwloc would ask for the allowed CPUs without an end");
    if (is_description_endless())
        return tern_error_set(error, TERN_ENVIRONMENT, "HWLOC_XMLFILE is no regular file: %s", getenv("HWLOC_XMLFILE"));
    if (hwloc_topology_init(&machine) != 0)
        return tern_error_memory(error, "hwloc", 0.0);
    /* CPUs that are not allowed belong to the machine, too; which are allowed is not hwloc's to say (allowed.h). */
    if (hwloc_topology_set_flags(machine, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) != 0 ||
        hwloc_topology_set_icache_types_filter(machine, HWLOC_TYPE_FILTER_KEEP_ALL) != 0 ||
        hwloc_topology_load(machine) != 0) {
        status = tern_error_set(error, TERN_ENVIRONMENT, "hwloc cannot read the topology: %s", strerror(errno));
        goto out;
    }
    const size_t count = (size_t)hwloc_get_nbobjs_by_type(machine, HWLOC_OBJ_PU);
    if ((status = tern_topology_make_room(topology, count, error)) != TERN_OK)
        goto out;
    shared = malloc(count * sizeof *shared);
    if (shared == NULL) {
        status = tern_error_memory(error, "the list of CPUs", (double)(count * sizeof *shared));
        goto out;
    }
    topology->source = "hwloc";
    topology->told_by = find_told_by(machine);
    add_cpus(topology, machine);
    add_caches(topology, machine, shared);
    add_kinds(topology, machine);
    count_empty_nodes(topology, machine);
out:
    free(shared);
    hwloc_topology_destroy(machine);
    return status;
}

#else

/* ISO C wants a declaration in every file. */
typedef int tern_topology_without_hwloc;

#endif
