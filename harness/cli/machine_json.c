#include "cli/machine.h"

#include "cli/output.h"
#include "record/json.h"

enum { MACHINE_SCHEMA = 1 };

static json_t *cpus_of(const tern_topology *topology)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < topology->cpus; i++) {
        const tern_cpu *cpu = &topology->cpu[i];
        tern_json_append(&list, json_pack("{s:i, s:i, s:i, s:i, s:i, s:o, s:b}", "id", cpu->id, "socket", cpu->socket,
                                          "core", cpu->core, "sibling", cpu->sibling, "node", cpu->node, "kind",
                                          tern_json_storable(topology->kind[cpu->kind].name), "allowed", cpu->allowed));
    }
    return list;
}

/* Empty where all cores are alike. */
static json_t *kinds_of(const tern_topology *topology)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < topology->kinds && topology->kinds > 1; i++)
        tern_json_append(&list, json_pack("{s:o, s:i}", "name", tern_json_storable(topology->kind[i].name), "cpus",
                                          (int)topology->kind[i].cpus));
    return list;
}

static json_t *caches_of(const tern_topology *topology)
{
    json_t *list = json_array();
    char name[16];

    for (uint32_t i = 0; i < topology->caches; i++) {
        const tern_cpu_cache *cache = &topology->cache[i];
        tern_json_append(&list, json_pack("{s:s, s:i, s:I, s:i, s:i, s:i}", "name",
                                          tern_cpu_cache_name(cache, name, sizeof name), "level", (int)cache->level,
                                          "bytes", (json_int_t)cache->bytes, "line_bytes", (int)cache->line_bytes,
                                          "shared_by", (int)cache->shared_by, "instances", (int)cache->instances));
    }
    return list;
}

static json_t *roof_of(const tern_roof *roof)
{
    json_t *peaks = json_array();

    for (uint32_t i = 0; i < roof->peaks; i++)
        tern_json_append(&peaks, json_pack("{s:s, s:s, s:f}", "level", roof->peak[i].level, "instruction",
                                           roof->peak[i].instruction, "gmacs", roof->peak[i].gmacs));
    return json_pack("{s:i, s:f, s:f, s:I, s:f, s:f, s:f, s:o}", "threads", (int)roof->threads, "ghz", roof->ghz, "ipc",
                     roof->ipc, "buffer_bytes", (json_int_t)roof->buffer_bytes, "read_gbps", roof->read_gbps,
                     "read_median_gbps", roof->read_median_gbps, "latency_ns", roof->latency_ns, "peaks", peaks);
}

static json_t *counters_of(const tern_machine *machine)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < machine->counters.events; i++)
        tern_json_append(&list,
                         json_pack("{s:o, s:s, s:b, s:o}", "name", tern_json_storable(machine->counters.event[i].name),
                                   "source", tern_event_source_name(machine->counters.event[i].source), "available",
                                   machine->counter_reason[i][0] == '\0', "reason",
                                   tern_json_storable(machine->counter_reason[i])));
    return list;
}

static json_t *roofs_of(const tern_machine *machine)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < machine->roofs; i++)
        tern_json_append(&list, roof_of(&machine->roof[i]));
    return list;
}

tern_status tern_machine_json(FILE *stream, const tern_machine *machine, tern_error *error)
{
    const tern_topology *topology = machine->topology;
    json_t *json = json_pack(
        "{s:s, s:i, s:o, s:{s:s, s:o, s:i, s:i, s:i, s:i, s:i, s:o}, s:o, s:o, s:o, s:o}", "type", "machine", "schema",
        MACHINE_SCHEMA, "run", tern_json_from(TERN_LINE_RUN, &machine->run), "topology", "source", topology->source,
        "told_by", tern_json_storable(topology->told_by == NULL ? "" : topology->told_by), "sockets",
        (int)topology->sockets, "cores", (int)topology->cores, "threads_per_core", (int)topology->threads_per_core,
        "nodes", (int)topology->nodes, "empty_nodes", (int)topology->empty_nodes, "kinds", kinds_of(topology), "cpus",
        cpus_of(topology), "caches", caches_of(topology), "counters", counters_of(machine), "roofs", roofs_of(machine));

    return tern_output_json(json, "the machine as JSON", stream, error);
}

tern_status tern_machine_class_json(FILE *stream, const tern_run *run, tern_error *error)
{
    return tern_output_json(json_pack("{s:s, s:i, s:o, s:s, s:i}", "type", "machine_class", "schema", MACHINE_SCHEMA,
                                      "machine_class", tern_json_storable(run->machine_class), "machine_class_hash",
                                      run->machine_class_hash, "method", (int)run->method),
                            "the machine class as JSON", stream, error);
}
