/*
 * What was tried to find the fastest kernel and toggles, one section a workload: the choice in words, then every
 * setting with its time beside the first one of its stage.
 */
#include "report.h"
#include "runs.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

enum { ID, STAGE, KERNEL, TOGGLES, NS, RATIO, SAMPLES, CHOSEN, WRONG, REASON, RUN, COLUMNS = RUN + TERN_RUN_COLUMNS };

static const tern_column columns[COLUMNS] = {
    TERN_FOR_PROGRAMS_COLUMN("id", TERN_COLUMN_TEXT),
    {.name = "stage", .type = TERN_COLUMN_TEXT, .width = 8},
    {.name = "kernel", .type = TERN_COLUMN_TEXT, .width = 14},
    {.name = "toggles", .type = TERN_COLUMN_TEXT, .width = 24},
    {.name = "ns", .label = "median time", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "ratio",
     .label = "times as fast",
     .type = TERN_COLUMN_REAL,
     .digits = 3,
     .width = 22,
     .interval = true,
     .left = true},
    TERN_FOR_PROGRAMS_COLUMN("samples", TERN_COLUMN_COUNT),
    {.name = "chosen", .type = TERN_COLUMN_FLAG},
    TERN_FOR_PROGRAMS_COLUMN("wrong", TERN_COLUMN_FLAG),
    {.name = "reason", .type = TERN_COLUMN_REMARK},
    TERN_RUN_COLUMN_ROWS,
};

static void add_row(tern_sheet *sheet, const tern_results *results, const tern_tried *tried)
{
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, ID, tried->id);
    tern_sheet_text(sheet, STAGE, tried->stage);
    tern_sheet_text(sheet, KERNEL, tried->kernel);
    tern_sheet_text(sheet, TOGGLES, tried->toggles);
    tern_sheet_estimate(sheet, NS, (tern_estimate){tried->ns, NAN, NAN});
    if (!isnan(tried->ratio))
        tern_sheet_estimate(sheet, RATIO, (tern_estimate){tried->ratio, tried->low, tried->high});
    tern_sheet_count(sheet, SAMPLES, tried->samples);
    tern_sheet_flag(sheet, CHOSEN, tried->chosen);
    tern_sheet_flag(sheet, WRONG, tried->wrong);
    tern_sheet_text(sheet, REASON, tried->reason);
    tern_run_cells(sheet, RUN, results, tried->run);
}

/* Where one kernel alone was tried, the id names it. */
static void say_choice(tern_sheet *sheet, const tern_tried *tried)
{
    const bool is_auto = strncmp(tried->id, "auto/", strlen("auto/")) == 0;

    tern_sheet_note(sheet, "%s %s%s%s: %s.", is_auto ? "auto takes" : "alone, the fastest is", tried->kernel,
                    tried->toggles[0] == '\0' ? "" : "+", tried->toggles, tried->reason);
}

tern_status tern_tune_build(tern_document *document, const tern_results *results, tern_error *error)
{
    const tern_tried *before = NULL;

    (void)error;
    document->title = "The fastest kernel and toggles";
    tern_runs_introduce(document, results);
    tern_sheet *sheet = tern_document_sheet(document, "tried", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < results->tried.count; i++) {
        const tern_tried *tried = &results->tried.item[i];
        if (before == NULL || before->run != tried->run || strcmp(before->id, tried->id) != 0) {
            tern_runs_group(sheet, results, tried->run);
            tern_sheet_section(sheet, TERN_FOR_ALL, "%s", tried->id);
        }
        add_row(sheet, results, tried);
        if (tried->chosen)
            say_choice(sheet, tried);
        before = tried;
    }
    if (results->tried.count > 0)
        tern_document_line(document,
                           "Times as fast as the first of its stage: the median over rounds that sample both, which "
                           "decides. Medians of times are also moved by what lies between rounds, and may say "
                           "otherwise where the machine is not quiet.");
    else
        tern_document_line(document, "Nothing was tried: `ternbench tune` leaves such records.");
    tern_runs_add(document, results);
    return TERN_OK;
}
