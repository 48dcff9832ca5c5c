/*
 * What the figures were measured on: what all runs agree in once, what differs for each run, and the limits that were
 * measured.
 */
#include "full.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROPERTY, RUN, VALUE, COLUMNS };

static const tern_column columns[COLUMNS] = {
    {.name = "property", .type = TERN_COLUMN_TEXT},
    {.name = "of_runs", .label = "of run", .type = TERN_COLUMN_TEXT},
    {.name = "value", .type = TERN_COLUMN_REMARK},
};

enum { VALUE_BYTES = sizeof((tern_run *)NULL)->command }; /* the longest of them */

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
    bool is_detail; /* folded */
} properties[] = {
    {"time", show_time, false},
    {"host", show_host, false},
    {"CPU", show_cpu, false},
    {"CPUs given", show_cpus, false},
    {"instruction sets", show_isa, false},
    {"memory", show_memory, false},
    {"last-level cache", show_llc, false},
    {"version", show_version, false},
    {"commit", show_commit, false},
    {"compiler", show_compiler, false},
    {"command", show_command, false},
    {"allowed up to", show_isa_cap, true},
    {"flags", show_flags, true},
    {"kernel of the system", show_os_kernel, true},
    {"hypervisor", show_hypervisor, true},
    {"governor", show_governor, true},
    {"huge pages", show_huge_pages, true},
    {"address layout randomised", show_aslr, true},
    {"load at the start", show_load, true},
    {"OpenMP variables", show_openmp, true},
    {"machine class", show_machine_class, true},
};

static void add_row(tern_sheet *sheet, const char *runs, const char *property, const char *value)
{
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, PROPERTY, property);
    if (runs[0] != '\0')
        tern_sheet_text(sheet, RUN, runs);
    tern_sheet_text(sheet, VALUE, value);
}

/* Whether an earlier run has the same value, which then stands in that run's row. */
static bool is_known(const tern_results *results, show *property, size_t run, const char *value)
{
    char text[VALUE_BYTES];

    for (size_t i = 0; i < run; i++) {
        text[0] = '\0';
        property(&results->runs.item[i], text);
        if (strcmp(text, value) == 0)
            return true;
    }
    return false;
}

/* "1, 3": the runs that have the value; "all", and nothing where there is one. */
static void list_runs(const tern_results *results, show *property, const char *value, char list[VALUE_BYTES])
{
    char text[VALUE_BYTES];
    size_t agree = 0;

    list[0] = '\0';
    for (size_t i = 0; i < results->runs.count; i++) {
        text[0] = '\0';
        property(&results->runs.item[i], text);
        if (strcmp(text, value) != 0)
            continue;
        agree++;
        tern_text_append(list, VALUE_BYTES, "%s%zu", list[0] == '\0' ? "" : ", ", i + 1);
    }
    if (agree == results->runs.count)
        tern_text_copy(list, VALUE_BYTES, agree == 1 ? "" : "all");
}

enum { VALUES = 8 };

/* More values than anybody reads: the runs of the JSON have each. */
static bool has_many(const tern_results *results, show *property, char summary[VALUE_BYTES])
{
    char value[VALUE_BYTES], first[VALUE_BYTES] = "", last[VALUE_BYTES] = "";
    size_t values = 0;

    for (size_t i = 0; i < results->runs.count; i++) {
        value[0] = '\0';
        property(&results->runs.item[i], value);
        if (value[0] == '\0' || is_known(results, property, i, value))
            continue;
        memcpy(values++ == 0 ? first : last, value, sizeof value);
    }
    summary[0] = '\0';
    tern_text_append(summary, VALUE_BYTES, "%zu values, from %.400s to %.400s", values, first, last);
    return values > VALUES;
}

/* A row for each of its values; none where nothing is known. */
static void add_property(tern_sheet *sheet, const tern_results *results, size_t index)
{
    char value[VALUE_BYTES], runs[VALUE_BYTES];
    show *const property = properties[index].show;

    if (has_many(results, property, value)) {
        add_row(sheet, "", properties[index].name, value);
        return;
    }

    for (size_t i = 0; i < results->runs.count; i++) {
        value[0] = '\0';
        property(&results->runs.item[i], value);
        if (value[0] == '\0' || is_known(results, property, i, value))
            continue;
        list_runs(results, property, value, runs);
        add_row(sheet, runs, properties[index].name, value);
    }
}

static void add_properties(tern_document *document, const char *name, const tern_results *results, bool details)
{
    tern_sheet *sheet = tern_document_sheet(document, name, TERN_FOR_ALL, columns, COLUMNS);

    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
        if (properties[i].is_detail == details)
            add_property(sheet, results, i);
}

enum { LIMIT_RUN, LIMIT_THREADS, LIMIT_READ, LIMIT_INSTRUCTION, LIMIT_PEAK, LIMIT_COLUMNS };

static const tern_column limit_columns[LIMIT_COLUMNS] = {
    {.name = "run", .type = TERN_COLUMN_COUNT},
    {.name = "threads", .type = TERN_COLUMN_COUNT},
    {.name = "read_gbps", .label = "memory read GB/s", .type = TERN_COLUMN_REAL, .unit = "GB/s", .digits = 1},
    {.name = "instruction", .label = "multiply-add instruction", .type = TERN_COLUMN_TEXT},
    {.name = "peak_gmacs", .label = "peak GMAC/s", .type = TERN_COLUMN_REAL, .unit = "GMAC/s", .digits = 0},
};

typedef struct limit {
    uint32_t run, threads;
    const char *instruction;
    double read_gbps, peak_gmacs;
} limit;

enum { LIMITS = 64 };

static int by_run_threads_and_peak(const void *a, const void *b)
{
    const limit *p = a, *q = b;

    return p->run != q->run           ? (p->run > q->run) - (p->run < q->run)
           : p->threads != q->threads ? (p->threads > q->threads) - (p->threads < q->threads)
                                      : (p->peak_gmacs > q->peak_gmacs) - (p->peak_gmacs < q->peak_gmacs);
}

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
    qsort(list, count, sizeof *list, by_run_threads_and_peak);
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
    add_properties(document, "system", results, false);
    tern_document_fold(document, "More of the system");
    add_properties(document, "system_details", results, true);
    tern_document_unfold(document);
    add_limits(document, results);
    return TERN_OK;
}
