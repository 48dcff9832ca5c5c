/*
 * What the figures were measured on: what all runs agree in once, what differs for each run, and the limits that were
 * measured.
 */
#include "full.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RUN, PROPERTY, VALUE, COLUMNS };

static const tern_column columns[COLUMNS] = {
    {.name = "of_runs", .label = "run", .type = TERN_COLUMN_TEXT},
    {.name = "property", .type = TERN_COLUMN_TEXT},
    {.name = "value", .type = TERN_COLUMN_REMARK},
};

enum { VALUE_BYTES = 1100 };

typedef void show(const tern_run *run, char text[VALUE_BYTES]);

#define SHOW_TEXT(member)                                                                                              \
    static void show_##member(const tern_run *run, char text[VALUE_BYTES])                                             \
    {                                                                                                                  \
        tern_text_copy(text, VALUE_BYTES, run->member);                                                                \
    }

SHOW_TEXT(host)
SHOW_TEXT(cpu)
SHOW_TEXT(isa)
SHOW_TEXT(isa_cap)
SHOW_TEXT(os_kernel)
SHOW_TEXT(hypervisor)
SHOW_TEXT(governor)
SHOW_TEXT(huge_pages)
SHOW_TEXT(openmp)
SHOW_TEXT(machine_class)
SHOW_TEXT(compiler)
SHOW_TEXT(flags)
SHOW_TEXT(command)
SHOW_TEXT(time)
SHOW_TEXT(version)

static void show_cpus(const tern_run *run, char text[VALUE_BYTES])
{
    snprintf(text, VALUE_BYTES, "%" PRIu32 " of %" PRIu32 " online", run->cpus_allowed, run->cpus_online);
    if (run->cpu_quota > 0.0)
        tern_text_append(text, VALUE_BYTES, ", a quota of %.2f CPUs", run->cpu_quota);
}

static void show_memory(const tern_run *run, char text[VALUE_BYTES])
{
    if (run->memory_bytes > 0)
        snprintf(text, VALUE_BYTES, "%.1f GiB", (double)run->memory_bytes / (1 << 30));
}

static void show_llc(const tern_run *run, char text[VALUE_BYTES])
{
    if (run->llc_bytes > 0)
        snprintf(text, VALUE_BYTES, "%.1f MiB", (double)run->llc_bytes / (1 << 20));
}

static void show_commit(const tern_run *run, char text[VALUE_BYTES])
{
    snprintf(text, VALUE_BYTES, "%s%s", run->commit, run->dirty ? ", with changes that are not committed" : "");
}

static void show_load(const tern_run *run, char text[VALUE_BYTES])
{
    snprintf(text, VALUE_BYTES, "%.2f", run->load);
}

static void show_aslr(const tern_run *run, char text[VALUE_BYTES])
{
    snprintf(text, VALUE_BYTES, "%s", run->aslr ? "on" : "off");
}

static const struct {
    const char *name;
    show *show;
} properties[] = {
    {"time", show_time},
    {"host", show_host},
    {"CPU", show_cpu},
    {"CPUs given", show_cpus},
    {"instruction sets", show_isa},
    {"allowed up to", show_isa_cap},
    {"memory", show_memory},
    {"last-level cache", show_llc},
    {"kernel", show_os_kernel},
    {"hypervisor", show_hypervisor},
    {"governor", show_governor},
    {"huge pages", show_huge_pages},
    {"address layout randomised", show_aslr},
    {"load at the start", show_load},
    {"OpenMP variables", show_openmp},
    {"machine class", show_machine_class},
    {"version", show_version},
    {"commit", show_commit},
    {"compiler", show_compiler},
    {"flags", show_flags},
    {"command", show_command},
};

static void add_row(tern_sheet *sheet, const char *runs, const char *property, const char *value)
{
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, RUN, runs);
    tern_sheet_text(sheet, PROPERTY, property);
    tern_sheet_text(sheet, VALUE, value);
}

/* One row when all runs agree, otherwise one a run; none where nothing is known. */
static void add_property(tern_sheet *sheet, const tern_results *results, size_t index)
{
    char first[VALUE_BYTES] = "", text[VALUE_BYTES], number[32];
    bool all = true;

    properties[index].show(&results->runs.item[0], first);
    for (size_t i = 1; i < results->runs.count && all; i++) {
        text[0] = '\0';
        properties[index].show(&results->runs.item[i], text);
        all = strcmp(text, first) == 0;
    }
    if (all && first[0] != '\0')
        add_row(sheet, results->runs.count == 1 ? "" : "all", properties[index].name, first);
    for (size_t i = 0; i < results->runs.count && !all; i++) {
        text[0] = '\0';
        properties[index].show(&results->runs.item[i], text);
        snprintf(number, sizeof number, "%zu", i + 1);
        add_row(sheet, number, properties[index].name, text);
    }
}

enum { LIMIT_RUN, LIMIT_THREADS, LIMIT_READ, LIMIT_INSTRUCTION, LIMIT_PEAK, LIMIT_COLUMNS };

static const tern_column limit_columns[LIMIT_COLUMNS] = {
    {.name = "run", .type = TERN_COLUMN_COUNT},
    {.name = "threads", .type = TERN_COLUMN_COUNT},
    {.name = "read_gbps", .label = "memory read GB/s", .type = TERN_COLUMN_REAL, .unit = "GB/s", .digits = 1},
    {.name = "instruction", .label = "multiply-add", .type = TERN_COLUMN_TEXT},
    {.name = "peak_gmacs", .label = "peak GMAC/s", .type = TERN_COLUMN_REAL, .unit = "GMAC/s", .digits = 0},
};

typedef struct limit {
    uint32_t run, threads;
    const char *instruction;
    double read_gbps, peak_gmacs;
} limit;

enum { LIMITS = 64 };

/* The best that was seen of each: limits are what was reached. */
static void take_limit(limit *list, size_t *count, const limit *seen)
{
    size_t i = 0;

    if (!(seen->peak_gmacs > 0.0) && !(seen->read_gbps > 0.0))
        return;
    while (i < *count && !(list[i].run == seen->run && list[i].threads == seen->threads &&
                           strcmp(list[i].instruction, seen->instruction) == 0))
        i++;
    if (i == LIMITS)
        return;
    if (i == *count)
        list[(*count)++] = *seen;
    list[i].read_gbps = fmax(list[i].read_gbps, seen->read_gbps);
    list[i].peak_gmacs = fmax(list[i].peak_gmacs, seen->peak_gmacs);
}

static void add_limits(tern_document *document, const tern_results *results)
{
    limit list[LIMITS];
    size_t count = 0;

    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        const tern_timing *t = &r->timing;
        if (r->timed)
            take_limit(list, &count,
                       &(limit){r->run, r->problem.threads, t->roof_instruction, t->roof_read_gbps, t->roof_gmacs});
    }
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        if (r->timed)
            take_limit(list, &count,
                       &(limit){r->run, r->threads, r->roof_instruction, r->roof_read_gbps, r->roof_gmacs});
    }
    if (count == 0) {
        tern_document_line(document,
                           "The limits of the machine were not measured in these runs; `ternbench machine` does.");
        return;
    }
    tern_sheet *sheet = tern_document_sheet(document, "machine_limits", TERN_FOR_ALL, limit_columns, LIMIT_COLUMNS);
    tern_sheet_section(sheet, TERN_FOR_ALL, "Limits, measured in these runs");
    for (size_t i = 0; i < count; i++) {
        tern_sheet_row(sheet);
        tern_sheet_count(sheet, LIMIT_RUN, list[i].run + 1);
        tern_sheet_count(sheet, LIMIT_THREADS, list[i].threads);
        if (list[i].read_gbps > 0.0)
            tern_sheet_real(sheet, LIMIT_READ, list[i].read_gbps);
        tern_sheet_text(sheet, LIMIT_INSTRUCTION, list[i].instruction);
        if (list[i].peak_gmacs > 0.0)
            tern_sheet_real(sheet, LIMIT_PEAK, list[i].peak_gmacs);
    }
}

tern_status tern_full_system(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    (void)error;
    if (results->runs.count == 0) {
        *filled = false;
        return TERN_OK;
    }
    tern_sheet *sheet = tern_document_sheet(document, "system", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
        add_property(sheet, results, i);
    add_limits(document, results);
    return TERN_OK;
}
