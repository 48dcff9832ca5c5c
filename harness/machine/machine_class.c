#include "machine/machine_class.h"

#include "base/proc_file.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <xxhash.h>

/* Keys of /proc/cpuinfo: of x86, then of ARM. */
static void read_processor(tern_machine_class *class, const char *cpuinfo)
{
    char variant[16], revision[16];

    tern_proc_value(cpuinfo, "vendor_id", class->vendor, sizeof class->vendor);
    tern_proc_value(cpuinfo, "cpu family", class->family, sizeof class->family);
    tern_proc_value(cpuinfo, "model", class->model, sizeof class->model);
    tern_proc_value(cpuinfo, "stepping", class->stepping, sizeof class->stepping);
    if (class->vendor[0] != '\0')
        return;
    tern_proc_value(cpuinfo, "CPU implementer", class->vendor, sizeof class->vendor);
    tern_proc_value(cpuinfo, "CPU architecture", class->family, sizeof class->family);
    tern_proc_value(cpuinfo, "CPU part", class->model, sizeof class->model);
    tern_proc_value(cpuinfo, "CPU variant", variant, sizeof variant);
    tern_proc_value(cpuinfo, "CPU revision", revision, sizeof revision);
    if (variant[0] != '\0' || revision[0] != '\0')
        snprintf(class->stepping, sizeof class->stepping, "%.7sr%.7s", variant, revision);
}

static uint64_t cache_bytes(const tern_topology *topology, uint32_t level)
{
    for (uint32_t i = 0; i < topology->caches; i++)
        if (topology->cache[i].level == level && topology->cache[i].kind != TERN_CACHE_INSTRUCTION)
            return topology->cache[i].bytes;
    return 0;
}

void tern_machine_class_read(tern_machine_class *class, const char *cpuinfo, const tern_topology *topology)
{
    read_processor(class, cpuinfo);
    class->l1d_bytes = cache_bytes(topology, 1);
    class->l2_bytes = cache_bytes(topology, 2);
    class->l3_bytes = cache_bytes(topology, 3);
    class->cpus = topology->allowed;
    class->threads_per_core = topology->threads_per_core;
    class->told_by = topology->told_by;
}

static void put(char *text, size_t bytes, const char *key, const char *value)
{
    tern_text_append(text, bytes, "%s%s=%s", text[0] == '\0' ? "" : "; ", key, value[0] == '\0' ? "unknown" : value);
}

static void put_number(char *text, size_t bytes, const char *key, uint64_t value)
{
    char digits[24] = "";

    if (value != 0)
        snprintf(digits, sizeof digits, "%" PRIu64, value);
    put(text, bytes, key, digits);
}

char *tern_machine_class_text(const tern_machine_class *class, char *text, size_t bytes)
{
    text[0] = '\0';
    put(text, bytes, "vendor", class->vendor);
    put(text, bytes, "family", class->family);
    put(text, bytes, "model", class->model);
    put(text, bytes, "stepping", class->stepping);
    put_number(text, bytes, "l1d_bytes", class->l1d_bytes);
    put_number(text, bytes, "l2_bytes", class->l2_bytes);
    put_number(text, bytes, "l3_bytes", class->l3_bytes);
    put_number(text, bytes, "cpus", class->cpus);
    put_number(text, bytes, "threads_per_core", class->threads_per_core);
    put(text, bytes, "isa", class->isa);
    put(text, bytes, "virtual", class->is_virtual ? "yes" : "no");
    put(text, bytes, "architecture", class->architecture);
    put(text, bytes, "compiler", class->compiler);
    if (class->told_by != NULL)
        put(text, bytes, "told_by", class->told_by);
    return text;
}

char *tern_machine_class_hash(const char *text, char hash[TERN_CLASS_HASH_BYTES])
{
    snprintf(hash, TERN_CLASS_HASH_BYTES, "%016" PRIx64, (uint64_t)XXH3_64bits(text, strlen(text)));
    return hash;
}
