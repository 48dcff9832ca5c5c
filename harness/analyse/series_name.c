#include "analyse/series_name.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

/* What two runs differ in: the first of these that does. */
enum { MACHINE = 1, HOST = 2, COMMIT = 4, NUMBER = 8 };

static unsigned difference_of(const tern_results *results, uint32_t a, uint32_t b)
{
    const tern_run *one = &results->runs.item[a], *other = &results->runs.item[b];

    if (strcmp(one->machine_class, other->machine_class) != 0)
        return MACHINE;
    if (strcmp(one->host, other->host) != 0)
        return HOST;
    return strcmp(one->commit, other->commit) != 0 || one->dirty != other->dirty ? COMMIT : NUMBER;
}

/* A class whose hash an old file does not have is told by the machine's number in the results. */
static void append_machine(const tern_results *results, uint32_t run, char *name)
{
    const tern_run *r = &results->runs.item[run];

    tern_text_append(name, TERN_SERIES_NAME_BYTES, " @ %.96s", r->cpu[0] == '\0' ? r->host : r->cpu);
    if (r->machine_class_hash[0] == '\0')
        tern_text_append(name, TERN_SERIES_NAME_BYTES, ", machine %" PRIu32, tern_repeats_machine(results, run));
    else
        tern_text_append(name, TERN_SERIES_NAME_BYTES, ", class %s", r->machine_class_hash);
}

char *tern_series_name(const tern_results *merged, tern_line line, const char *id, uint32_t run,
                       char name[TERN_SERIES_NAME_BYTES])
{
    const tern_run *r = &merged->runs.item[run];
    const void *other;
    size_t cursor = 0;
    unsigned differs = 0;

    while ((other = tern_results_find(merged, line, id, &cursor)) != NULL)
        if (tern_line_run(line, other) != run)
            differs |= difference_of(merged, run, tern_line_run(line, other));
    tern_text_copy(name, TERN_SERIES_NAME_BYTES, id);
    if (differs & MACHINE)
        append_machine(merged, run, name);
    if (differs & HOST)
        tern_text_append(name, TERN_SERIES_NAME_BYTES, " @ host %s", r->host);
    if (differs & COMMIT)
        tern_text_append(name, TERN_SERIES_NAME_BYTES, " @ commit %s%s", r->commit, r->dirty ? " (modified)" : "");
    if (differs & NUMBER)
        tern_text_append(name, TERN_SERIES_NAME_BYTES, " @ run %" PRIu32, run + 1);
    return name;
}
