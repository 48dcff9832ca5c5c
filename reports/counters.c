/*
 * Events a call, case by case. A value that was not counted all the time is marked with its share, and one that could
 * not be counted is n/a with the reason, never 0.
 */
#include "case_columns.h"
#include "report.h"
#include "runs.h"

#include <math.h>
#include <stdio.h>

static const double running_enough = 0.95;

enum { COUNTER = TERN_CASE_COLUMNS, VALUE, SOURCE, RUNNING, REASON, REMARK, RUN, COLUMNS = RUN + TERN_RUN_COLUMNS };

static const tern_column columns[COLUMNS] = {
    TERN_CASE_COLUMN_ROWS,
    {.name = "counter", .label = "event", .type = TERN_COLUMN_TEXT, .width = 32},
    {.name = "per_call", .label = "a call", .type = TERN_COLUMN_REAL, .digits = 4, .width = 16},
    {.name = "source", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "running", .type = TERN_COLUMN_SHARE, .audience = TERN_FOR_PROGRAMS},
    {.name = "reason", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "remark", .label = "source", .type = TERN_COLUMN_REMARK, .audience = TERN_FOR_PEOPLE},
    TERN_RUN_COLUMN_ROWS,
};

static void add_row(tern_sheet *sheet, const tern_results *results, const tern_record *r, const tern_counter *counter)
{
    const bool counted = counter->reason[0] == '\0' && isfinite(counter->per_call);

    tern_sheet_row(sheet);
    tern_case_cells(sheet, r);
    tern_sheet_text(sheet, COUNTER, counter->name);
    tern_sheet_real(sheet, VALUE, counted ? counter->per_call : (double)NAN);
    tern_sheet_text(sheet, SOURCE, counter->source);
    tern_sheet_real(sheet, RUNNING, counter->running);
    tern_sheet_text(sheet, REASON, counter->reason);
    if (!counted)
        tern_sheet_text(sheet, REMARK, counter->reason);
    else if (counter->running < running_enough)
        tern_sheet_format(sheet, REMARK, "%s, counted %.0f %% of the time only", counter->source,
                          100.0 * counter->running);
    else
        tern_sheet_text(sheet, REMARK, counter->source);
    tern_run_cells(sheet, RUN, results, r->run);
}

tern_status tern_counters_build(tern_document *document, const tern_results *results, tern_error *error)
{
    (void)error;
    document->title = "Events a call";
    tern_runs_introduce(document, results);
    tern_sheet *sheet = tern_document_sheet(document, "counters", TERN_FOR_ALL, columns, COLUMNS);
    sheet->bare = true;
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (!r->timed)
            continue;
        tern_runs_group(sheet, results, r->run);
        tern_sheet_section(sheet, TERN_FOR_ALL, "%s", r->id);
        for (uint32_t j = 0; j < r->timing.counters; j++)
            add_row(sheet, results, r, &r->timing.counter[j]);
        if (r->timing.counters == 0)
            tern_sheet_note(sheet, "no counters were asked for; run with --counters default");
    }
    tern_runs_add(document, results);
    return TERN_OK;
}
