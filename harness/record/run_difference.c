#include "record/run.h"

#include "base/text.h"

#include <string.h>

static const struct {
    const char *what;
    size_t offset;
} members[] = {
    {"host", offsetof(tern_run, host)},
    {"processor", offsetof(tern_run, cpu)},
    {"ISA", offsetof(tern_run, isa)},
    {"cap of the ISA", offsetof(tern_run, isa_cap)},
    {"topology", offsetof(tern_run, topology)},
    {"system", offsetof(tern_run, os_kernel)},
    {"version", offsetof(tern_run, version)},
    {"commit", offsetof(tern_run, commit)},
    {"compiler", offsetof(tern_run, compiler)},
    {"build type", offsetof(tern_run, build_type)},
    {"set of compiler flags", offsetof(tern_run, flags)},
    {"set of plug-ins", offsetof(tern_run, plugins)},
    {"set of settings", offsetof(tern_run, settings)},
    {"plan", offsetof(tern_run, plan)},
    {"OpenMP environment", offsetof(tern_run, openmp)},
};

char *tern_run_difference(const tern_run *earlier, const tern_run *now, char *text, size_t bytes)
{
    text[0] = '\0';
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *a = (const char *)earlier + members[i].offset, *b = (const char *)now + members[i].offset;
        if (strcmp(a, b) != 0 && a[0] != '\0')
            tern_text_append(text, bytes, "%sanother %s (%s, now %s)", text[0] == '\0' ? "" : ", ", members[i].what, a,
                             b[0] == '\0' ? "none" : b);
    }
    if (earlier->shard != now->shard || earlier->shards != now->shards)
        tern_text_append(text, bytes, "%sanother shard (%u/%u, now %u/%u)", text[0] == '\0' ? "" : ", ", earlier->shard,
                         earlier->shards, now->shard, now->shards);
    if (earlier->dirty != now->dirty)
        tern_text_append(text, bytes, "%sa %s source", text[0] == '\0' ? "" : ", ",
                         now->dirty ? "modified" : "no longer modified");
    if (earlier->cpus_allowed != now->cpus_allowed)
        tern_text_append(text, bytes, "%sanother number of CPUs (%u, now %u)", text[0] == '\0' ? "" : ", ",
                         earlier->cpus_allowed, now->cpus_allowed);
    return text;
}
