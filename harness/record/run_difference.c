#include "record/run.h"

#include "base/text.h"

#include <string.h>

/* What may be none. Elsewhere an empty text is one that an earlier version of the program did not write. */
enum { MAY_BE_NONE = 1 };

static const struct {
    const char *what;
    size_t offset;
    unsigned flags;
} members[] = {
    {"host", offsetof(tern_run, host), 0},
    {"processor", offsetof(tern_run, cpu), 0},
    {"ISA", offsetof(tern_run, isa), 0},
    {"cap of the ISA", offsetof(tern_run, isa_cap), 0},
    {"topology", offsetof(tern_run, topology), 0},
    {"system", offsetof(tern_run, os_kernel), 0},
    {"version", offsetof(tern_run, version), 0},
    {"commit", offsetof(tern_run, commit), 0},
    {"compiler", offsetof(tern_run, compiler), 0},
    {"build type", offsetof(tern_run, build_type), 0},
    {"set of compiler flags", offsetof(tern_run, flags), 0},
    {"set of plug-ins", offsetof(tern_run, plugins), MAY_BE_NONE},
    {"set of settings", offsetof(tern_run, settings), 0},
    {"plan", offsetof(tern_run, plan), 0},
    {"OpenMP environment", offsetof(tern_run, openmp), MAY_BE_NONE},
};

char *tern_run_difference(const tern_run *earlier, const tern_run *now, char *text, size_t bytes)
{
    const bool knows_none = earlier->settings[0] != '\0';

    text[0] = '\0';
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *a = (const char *)earlier + members[i].offset, *b = (const char *)now + members[i].offset;
        const bool known = a[0] != '\0' || ((members[i].flags & MAY_BE_NONE) != 0 && knows_none);
        if (strcmp(a, b) != 0 && known)
            tern_text_append(text, bytes, "%sanother %s (%s, now %s)", text[0] == '\0' ? "" : ", ", members[i].what,
                             a[0] == '\0' ? "none" : a, b[0] == '\0' ? "none" : b);
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
