#include "cli/machine.h"

#include "base/text.h"
#include "cli/terminal.h"

#include <string.h>

static const double gib = 1024.0 * 1024.0 * 1024.0;

static const char *known(const char *text)
{
    return text[0] != '\0' ? text : "n/a";
}

static void put_caches(FILE *stream, const tern_topology *topology)
{
    char name[16];

    for (uint32_t i = 0; i < topology->caches; i++) {
        const tern_cpu_cache *cache = &topology->cache[i];
        const bool large = cache->bytes >= 1 << 20;
        fprintf(stream, "  %-12s %.4g %s each, %u of them, shared by %u, lines of %u bytes\n",
                tern_cpu_cache_name(cache, name, sizeof name), (double)cache->bytes / (large ? 1 << 20 : 1 << 10),
                large ? "MiB" : "KiB", cache->instances, cache->shared_by, cache->line_bytes);
    }
}

/* "0-3,8": the CPUs that are wanted. */
static void put_list(FILE *stream, const tern_topology *topology, bool (*is_wanted)(const tern_cpu *cpu, uint32_t kind),
                     uint32_t kind)
{
    const char *separator = " ";

    for (uint32_t i = 0, last; i < topology->cpus; i = last + 1) {
        last = i;
        if (!is_wanted(&topology->cpu[i], kind))
            continue;
        while (last + 1 < topology->cpus && topology->cpu[last + 1].id == topology->cpu[last].id + 1 &&
               is_wanted(&topology->cpu[last + 1], kind))
            last++;
        fprintf(stream, "%s%d", separator, topology->cpu[i].id);
        if (last > i)
            fprintf(stream, "-%d", topology->cpu[last].id);
        separator = ",";
    }
}

static bool is_allowed(const tern_cpu *cpu, uint32_t kind)
{
    (void)kind;
    return cpu->allowed;
}

static bool is_of_kind(const tern_cpu *cpu, uint32_t kind)
{
    return cpu->kind == kind;
}

static void put_allowed(FILE *stream, const tern_topology *topology)
{
    fprintf(stream, "  %-12s", "allowed");
    put_list(stream, topology, is_allowed, 0);
    fprintf(stream, "\n");
}

static void put_kinds(FILE *stream, const tern_topology *topology)
{
    char name[4 * sizeof topology->kind[0].name]; /* an escape has at most four characters for a byte */

    for (uint32_t i = 0; i < topology->kinds && topology->kinds > 1; i++) {
        tern_text_visible(name, sizeof name, topology->kind[i].name);
        fprintf(stream, "  %-12s %s, %u CPU%s:", "kind of core", name, topology->kind[i].cpus,
                tern_text_plural(topology->kind[i].cpus));
        put_list(stream, topology, is_of_kind, i);
        fprintf(stream, "\n");
    }
}

static void put_counters(FILE *stream, const tern_machine *machine)
{
    fprintf(stream, "  counters\n");
    for (uint32_t i = 0; i < machine->counters.events; i++) {
        const char *reason = machine->counter_reason[i];
        tern_terminal_say(stream, "    %-26s %s", machine->counters.event[i].name, reason[0] == '\0' ? "yes" : reason);
    }
}

static void put_roof(FILE *stream, const tern_roof *roof)
{
    fprintf(stream, "\n%u thread%s\n", roof->threads, tern_text_plural(roof->threads));
    fprintf(stream, "  %-22s %8.2f GHz\n", "clock under load", roof->ghz);
    fprintf(stream, "  %-22s %8.2f a cycle\n", "instructions", roof->ipc);
    fprintf(stream, "  %-22s %8.2f GB/s best, %.2f median, over %.2f GiB\n", "read bandwidth", roof->read_gbps,
            roof->read_median_gbps, (double)roof->buffer_bytes / gib);
    fprintf(stream, "  %-22s %8.1f ns\n", "memory latency", roof->latency_ns);
    for (uint32_t i = 0; i < roof->peaks; i++)
        fprintf(stream, "  %-12s %-9s %8.1f GMAC/s\n", roof->peak[i].level, roof->peak[i].instruction,
                roof->peak[i].gmacs);
}

void tern_machine_class_put(FILE *stream, const tern_run *run)
{
    char parts[sizeof run->machine_class], *rest = parts;

    tern_text_copy(parts, sizeof parts, run->machine_class);
    for (const char *part = tern_text_word(&rest, ";"); part != NULL; part = tern_text_word(&rest, ";"))
        tern_terminal_say(stream, "%s", part + strspn(part, " "));
    fprintf(stream, "\nclass %s, method %u\n", run->machine_class_hash, run->method);
}

void tern_machine_text(FILE *stream, const tern_machine *machine)
{
    const tern_run *run = &machine->run;
    const tern_topology *topology = machine->topology;

    tern_terminal_say(stream, "%s", run->cpu);
    fprintf(stream, "  %-12s %u socket%s, %u core%s, %u thread%s a core, %u memory node%s, read from %s\n", "topology",
            topology->sockets, tern_text_plural(topology->sockets), topology->cores, tern_text_plural(topology->cores),
            topology->threads_per_core, tern_text_plural(topology->threads_per_core), topology->nodes,
            tern_text_plural(topology->nodes), topology->source);
    fprintf(stream, "  %-12s %u online, %u allowed\n", "CPUs", run->cpus_online, run->cpus_allowed);
    if (topology->empty_nodes > 0)
        fprintf(stream, "  %-12s %u of the nodes have CPUs and no memory of their own\n", "memory nodes",
                topology->empty_nodes);
    if (topology->told_by != NULL)
        fprintf(stream,
                "  %-12s by %s of another machine: sockets, cores, memory nodes and caches are not this one's\n",
                "told", topology->told_by);
    put_allowed(stream, topology);
    put_kinds(stream, topology);
    put_caches(stream, topology);
    fprintf(stream, "  %-12s %s; cap: %s\n", "ISA", run->isa, run->isa_cap);
    tern_terminal_say(stream, "  %-12s %.2f GiB, huge pages: %s", "memory", (double)run->memory_bytes / gib,
                      known(run->huge_pages));
    if (run->cpu_quota > 0.0)
        fprintf(stream, "  %-12s %.2f CPUs' worth of time\n", "quota", run->cpu_quota);
    else
        fprintf(stream, "  %-12s none\n", "quota");
    tern_terminal_say(stream, "  %-12s %s", "governor", known(run->governor));
    tern_terminal_say(stream, "  %-12s %s", "hypervisor", run->hypervisor[0] ? run->hypervisor : "none");
    fprintf(stream, "  %-12s %s\n", "class", run->machine_class_hash);
    tern_terminal_say(stream, "  %-12s %s, ASLR %s, load %.2f", "system", run->os_kernel, run->aslr ? "on" : "off",
                      run->load);
    put_counters(stream, machine);
    for (uint32_t i = 0; i < machine->roofs; i++)
        put_roof(stream, &machine->roof[i]);
    for (uint32_t i = 0; i < run->warnings; i++) {
        fputs(i == 0 ? "\n" : "", stream);
        tern_terminal_say(stream, "warning: %s", run->warning[i]);
    }
}
