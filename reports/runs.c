#include "runs.h"

#include "analyse/fleet.h"
#include "analyse/repeats.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void tern_run_cells(tern_sheet *sheet, size_t first, const tern_results *results, uint32_t run)
{
    const tern_run *r = &results->runs.item[run];

    tern_sheet_count(sheet, first + TERN_RUN_NUMBER, run + 1);
    tern_sheet_count(sheet, first + TERN_RUN_MACHINE, tern_repeats_machine(results, run));
    tern_sheet_text(sheet, first + TERN_RUN_TIME, r->time);
    tern_sheet_text(sheet, first + TERN_RUN_HOST, r->host);
    tern_sheet_text(sheet, first + TERN_RUN_COMMIT, r->commit);
    tern_sheet_text(sheet, first + TERN_RUN_CLASS, r->machine_class);
}

enum { RUN_BYTES = 512, LISTED = 8 };

/* "HOST, CPU, 2 CPUs, TIME, commit C", or the last two alone, and what is wrong with it. */
static const char *describe(const tern_results *results, uint32_t index, bool with_machine, char text[RUN_BYTES])
{
    const tern_run *run = &results->runs.item[index];
    const tern_run_end *end = tern_results_end(results, index);

    text[0] = '\0';
    if (with_machine)
        snprintf(text, RUN_BYTES, "%s, %s, %" PRIu32 " CPU%s, ", run->host, run->cpu, run->cpus_allowed,
                 tern_text_plural(run->cpus_allowed));
    tern_text_append(text, RUN_BYTES, "%s, commit %s%s", run->time, run->commit, run->dirty ? " (modified)" : "");
    if (end == NULL)
        tern_text_append(text, RUN_BYTES, ", cut off");
    else if (!end->complete)
        tern_text_append(text, RUN_BYTES, ", incomplete: %s", end->reason);
    return text;
}

/* A tern_fleet_say. */
static void say(void *document, const char *sentence)
{
    tern_document_line(document, "%s", sentence);
}

static void introduce_shards(tern_document *document, const tern_results *results)
{
    tern_fleet fleet = {0};

    if (tern_fleet_add_results(&fleet, results, NULL) == TERN_OK)
        tern_fleet_tell(&fleet, say, document);
    tern_fleet_free(&fleet);
}

static void say_if_cut(tern_document *document, const tern_results *results)
{
    const tern_run_end *end = tern_results_end(results, 0);

    if (end == NULL)
        tern_document_line(document, "The run was cut off: what is here is not all.");
    else if (!end->complete)
        tern_document_line(document, "The run is incomplete (%s): what is here is not all.", end->reason);
}

static bool on_one_host(const tern_results *results)
{
    for (size_t i = 1; i < results->runs.count; i++)
        if (strcmp(results->runs.item[i].host, results->runs.item[0].host) != 0)
            return false;
    return true;
}

/* Machines of one class are one where times are concerned, and still are several for a person. */
static const char *name_machines(const tern_results *results, char text[RUN_BYTES])
{
    const uint32_t machines = tern_repeats_machines(results);

    if (machines > 1)
        snprintf(text, RUN_BYTES, "%" PRIu32 " machines", machines);
    else
        tern_text_copy(text, RUN_BYTES, on_one_host(results) ? "one machine" : "machines of one class");
    return text;
}

void tern_runs_introduce(tern_document *document, const tern_results *results)
{
    const bool several = tern_repeats_machines(results) > 1, one_host = on_one_host(results);
    char text[RUN_BYTES];

    if (results->runs.count == 1)
        say_if_cut(document, results);
    if (results->runs.count < 2)
        return;
    introduce_shards(document, results);
    name_machines(results, text);
    if (results->runs.count > LISTED)
        tern_document_fold(document, "%zu runs on %s, from %s to %s", results->runs.count, text,
                           results->runs.item[0].time, results->runs.item[results->runs.count - 1].time);
    else if (several)
        tern_document_heading(document, "%zu runs on %s, whose times do not compare", results->runs.count, text);
    else if (one_host)
        tern_document_heading(document, "%zu runs on %s: %s, %s", results->runs.count, text, results->runs.item[0].host,
                              results->runs.item[0].cpu);
    else
        tern_document_heading(document, "%zu runs on %s: %s", results->runs.count, text, results->runs.item[0].cpu);
    for (uint32_t i = 0; i < results->runs.count; i++)
        tern_document_line(document, "%" PRIu32 ": %s; `%s`", i + 1, describe(results, i, several || !one_host, text),
                           results->runs.item[i].command);
    if (results->runs.count > LISTED)
        tern_document_unfold(document);
}

void tern_runs_group(tern_sheet *sheet, const tern_results *results, uint32_t run)
{
    char text[RUN_BYTES], group[RUN_BYTES + 32];

    if (results->runs.count < 2)
        return;
    snprintf(group, sizeof group, "Run %" PRIu32 " of %zu: %s", run + 1, results->runs.count,
             describe(results, run, true, text));
    tern_sheet_group(sheet, group);
}

enum {
    CPU = TERN_RUN_COLUMNS,
    CPUS,
    COMPILER,
    ISA,
    CAP,
    DIRTY,
    BASELINE,
    COMMAND,
    ENDED,
    COMPLETE,
    REASON,
    SECONDS,
    COLUMNS
};

static const tern_column columns[COLUMNS] = {
    TERN_RUN_COLUMN_ROWS,
    {.name = "cpu", .type = TERN_COLUMN_TEXT},
    {.name = "cpus_allowed", .type = TERN_COLUMN_COUNT},
    {.name = "compiler", .type = TERN_COLUMN_TEXT},
    {.name = "isa", .type = TERN_COLUMN_TEXT},
    {.name = "isa_cap", .type = TERN_COLUMN_TEXT},
    {.name = "dirty", .type = TERN_COLUMN_FLAG},
    {.name = "baseline", .type = TERN_COLUMN_TEXT},
    {.name = "command", .type = TERN_COLUMN_TEXT},
    {.name = "ended", .type = TERN_COLUMN_FLAG},
    {.name = "complete", .type = TERN_COLUMN_FLAG},
    {.name = "reason", .type = TERN_COLUMN_TEXT},
    {.name = "seconds", .type = TERN_COLUMN_REAL, .unit = "s"},
};

static void fill(tern_sheet *sheet, const tern_run *run, const tern_run_end *end)
{
    tern_sheet_text(sheet, CPU, run->cpu);
    tern_sheet_count(sheet, CPUS, run->cpus_allowed);
    tern_sheet_text(sheet, COMPILER, run->compiler);
    tern_sheet_text(sheet, ISA, run->isa);
    tern_sheet_text(sheet, CAP, run->isa_cap);
    tern_sheet_flag(sheet, DIRTY, run->dirty);
    tern_sheet_text(sheet, BASELINE, run->baseline);
    tern_sheet_text(sheet, COMMAND, run->command);
    tern_sheet_flag(sheet, ENDED, end != NULL);
    tern_sheet_flag(sheet, COMPLETE, end != NULL && end->complete);
    if (end != NULL) {
        tern_sheet_text(sheet, REASON, end->reason);
        tern_sheet_real(sheet, SECONDS, end->seconds);
    }
}

void tern_runs_add_again(tern_document *document, const tern_results *results, uint32_t run, const char *id)
{
    tern_document_line(document, "again: %s '%s'", tern_run_repro(&results->runs.item[run]), id);
}

void tern_runs_add(tern_document *document, const tern_results *results)
{
    tern_sheet *sheet = tern_document_sheet(document, "runs", TERN_FOR_PROGRAMS, columns, COLUMNS);

    for (uint32_t i = 0; i < results->runs.count; i++) {
        tern_sheet_row(sheet);
        tern_run_cells(sheet, 0, results, i);
        fill(sheet, &results->runs.item[i], tern_results_end(results, i));
    }
}
