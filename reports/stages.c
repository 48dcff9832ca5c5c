/*
 * Where the time of a call goes, group by group: the prepare stage (tables, sums), the run stage, fork and join; how
 * fast W was packed, in bytes of int8; and the facts that a kernel tells of its packed weights. With
 * suites/micro.suite each group is one micro-benchmark.
 */
#include "analyse/groups.h"
#include "base/text.h"
#include "case_columns.h"
#include "report.h"
#include "runs.h"

enum {
    CALL = TERN_CASE_COLUMNS,
    PREPARE,
    RUN_STAGE,
    FORK_JOIN,
    GMACS,
    GBPS,
    PACK,
    CASE,
    FACTS,
    RUN,
    COLUMNS = RUN + TERN_RUN_COLUMNS
};

static const tern_column columns[COLUMNS] = {
    TERN_CASE_COLUMN_ROWS,
    {.name = "median_ns", .label = "call", .type = TERN_COLUMN_TIME, .unit = "ns", .width = 9},
    {.name = "prepare_ns", .label = "prepare", .type = TERN_COLUMN_TIME, .unit = "ns", .width = 9},
    {.name = "run_ns", .label = "run", .type = TERN_COLUMN_TIME, .unit = "ns", .width = 9},
    {.name = "fork_join_ns", .label = "fork-join", .type = TERN_COLUMN_TIME, .unit = "ns", .width = 9},
    {.name = "gmacs", .label = "GMAC/s", .type = TERN_COLUMN_REAL, .unit = "GMAC/s", .digits = 2, .width = 8},
    {.name = "gbps", .label = "GB/s", .type = TERN_COLUMN_REAL, .unit = "GB/s", .digits = 2, .width = 8},
    {.name = "pack_gbps", .label = "pack GB/s", .type = TERN_COLUMN_REAL, .unit = "GB/s", .digits = 2, .width = 9},
    {.name = "case", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PEOPLE},
    {.name = "facts", .label = "", .type = TERN_COLUMN_BELOW, .audience = TERN_FOR_PEOPLE},
    TERN_RUN_COLUMN_ROWS,
};

enum { FACT_ID, FACT_NAME, FACT_VALUE, FACT_UNIT, FACT_RUN, FACT_COLUMNS };

static const tern_column fact_columns[FACT_COLUMNS] = {
    {.name = "id", .type = TERN_COLUMN_TEXT},    {.name = "fact", .type = TERN_COLUMN_TEXT},
    {.name = "value", .type = TERN_COLUMN_REAL}, {.name = "unit", .type = TERN_COLUMN_TEXT},
    {.name = "run", .type = TERN_COLUMN_COUNT},
};

static void fill_facts(tern_sheet *sheet, const tern_record *r)
{
    char text[TERN_MAX_FACTS * 64] = "";

    for (uint32_t i = 0; i < r->facts; i++)
        tern_text_append(text, sizeof text, "%s%s %.4g%s%s", i == 0 ? "" : ", ", r->fact[i].name, r->fact[i].value,
                         r->fact[i].unit[0] ? " " : "", r->fact[i].unit);
    if (r->facts > 0)
        tern_sheet_text(sheet, FACTS, text);
}

static void add_row(tern_sheet *sheet, const tern_results *results, const tern_record *r)
{
    tern_sheet_row(sheet);
    tern_case_cells(sheet, r);
    tern_sheet_real(sheet, CALL, r->timing.median_ns);
    tern_sheet_real(sheet, PREPARE, r->timing.prepare_ns);
    tern_sheet_real(sheet, RUN_STAGE, r->timing.run_ns);
    tern_sheet_real(sheet, FORK_JOIN, r->timing.fork_join_ns);
    tern_sheet_real(sheet, GMACS, tern_record_gmacs(r));
    tern_sheet_real(sheet, GBPS, tern_record_gbps(r));
    tern_sheet_real(sheet, PACK, tern_record_pack_gbps(r));
    tern_sheet_text(sheet, CASE, r->id);
    fill_facts(sheet, r);
    tern_run_cells(sheet, RUN, results, r->run);
}

/* One row a fact, so that programs need not read sentences. */
static void add_facts(tern_document *document, const tern_results *results)
{
    tern_sheet *sheet = tern_document_sheet(document, "facts", TERN_FOR_PROGRAMS, fact_columns, FACT_COLUMNS);

    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        for (uint32_t j = 0; r->timed && j < r->facts; j++) {
            tern_sheet_row(sheet);
            tern_sheet_text(sheet, FACT_ID, r->id);
            tern_sheet_text(sheet, FACT_NAME, r->fact[j].name);
            tern_sheet_real(sheet, FACT_VALUE, r->fact[j].value);
            tern_sheet_text(sheet, FACT_UNIT, r->fact[j].unit);
            tern_sheet_count(sheet, FACT_RUN, r->run + 1);
        }
    }
}

tern_status tern_stages_build(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_groups groups;
    const tern_status status = tern_groups_of_results(&groups, results, &tern_by_suite_group, error);

    document->title = "Where the time of a call goes";
    tern_runs_introduce(document, results);
    tern_sheet *sheet = tern_document_sheet(document, "stages", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < groups.count; i++) {
        const tern_group *group = &groups.group[i];
        tern_runs_group(sheet, results, group->item[0]->run);
        tern_sheet_section(sheet, TERN_FOR_ALL, "[%s]", group->item[0]->group);
        for (size_t j = 0; j < group->count; j++)
            add_row(sheet, results, group->item[j]);
    }
    add_facts(document, results);
    tern_runs_add(document, results);
    tern_groups_free(&groups);
    return status;
}
