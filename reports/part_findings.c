/*
 * What follows from the figures: findings in words, and what stands in the way, by rules.
 */
#include "full.h"

#include "analyse/above_limit.h"
#include "analyse/blockers.h"
#include "analyse/bottleneck.h"
#include "analyse/fastest.h"
#include "analyse/groups.h"
#include "analyse/repeats.h"
#include "analyse/speedup.h"
#include "base/text.h"
#include "case_columns.h"
#include "cell.h"
#include "runs.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    FOUND_RATIO = TERN_CASE_COLUMNS,
    FOUND_SECOND,
    FOUND_SHARE,
    FOUND_RUN,
    FOUND_COLUMNS = FOUND_RUN + TERN_RUN_COLUMNS
};

/* What the sentences say, for programs. */
static const tern_column found_columns[FOUND_COLUMNS] = {
    TERN_CASE_COLUMN_ROWS,
    {.name = "over_second", .type = TERN_COLUMN_REAL, .interval = true},
    {.name = "second", .type = TERN_COLUMN_TEXT},
    {.name = "roof_share", .type = TERN_COLUMN_SHARE},
    TERN_RUN_COLUMN_ROWS,
};

static void add_found(tern_sheet *sheet, const tern_results *results, const tern_record *best,
                      const tern_record *second)
{
    tern_sheet_row(sheet);
    tern_case_cells(sheet, best);
    if (second != NULL) {
        tern_sheet_estimate(sheet, FOUND_RATIO, tern_speedup_estimate(best, second));
        tern_case_name(sheet, FOUND_SECOND, second);
    }
    tern_sheet_real(sheet, FOUND_SHARE, best->timing.roof_share);
    tern_run_cells(sheet, FOUND_RUN, results, best->run);
}

/* "4096x4096x1 ..., 2 threads, cold: vnni.t5, 91.0 % of its limit, 1.02 times as fast as avx2" */
static void say_problem(tern_document *document, tern_sheet *sheet, const tern_results *results,
                        const tern_group *group)
{
    const tern_record *best = tern_fastest_of(group, NULL, NULL), *second = tern_fastest_of(group, NULL, best);
    char title[TERN_PROBLEM_TITLE_BYTES], text[1024] = "", name[TERN_CASE_NAME_BYTES], ratio[TERN_CELL_BYTES];

    tern_text_append(text, sizeof text, "%s: %s is the fastest", tern_case_problem_title(&best->problem, title),
                     tern_case_name_text(best, name));
    if (best->timing.roof_share > 0.0)
        tern_text_append(text, sizeof text, ", at %.1f %% of its limit%s", 100.0 * best->timing.roof_share,
                         tern_above_limit_remark(best->timing.roof_share));
    if (second != NULL)
        tern_text_append(text, sizeof text, ", %s times as fast as %s",
                         tern_cell_interval(tern_speedup_estimate(best, second), 2, ratio, sizeof ratio),
                         tern_case_name_text(second, name));
    add_found(sheet, results, best, second);
    if (results->runs.count > 1)
        tern_document_line(document, "Run %" PRIu32 ", %s.", best->run + 1, text);
    else
        tern_document_line(document, "%s.", text);
}

enum { SAID = 4 };

tern_status tern_full_findings(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    tern_groups problems;
    char bottleneck[512];
    const tern_status status = tern_groups_of_results(&problems, results, &tern_by_problem_timed, error);
    const tern_group *largest[SAID] = {NULL};

    tern_bottleneck_text(results, bottleneck, sizeof bottleneck);
    *filled = bottleneck[0] != '\0' || problems.count > 0;
    if (bottleneck[0] != '\0')
        tern_document_line(document, "Bottleneck: %s.", bottleneck);
    for (size_t i = 0; i < problems.count; i++)
        for (size_t j = 0; j < SAID; j++) {
            const uint64_t macs = problems.group[i].item[0]->timing.macs;
            if (largest[j] != NULL && largest[j]->item[0]->timing.macs >= macs)
                continue;
            memmove(&largest[j + 1], &largest[j], (SAID - 1 - j) * sizeof *largest);
            largest[j] = &problems.group[i];
            break;
        }
    tern_sheet *sheet = tern_document_sheet(document, "findings", TERN_FOR_PROGRAMS, found_columns, FOUND_COLUMNS);
    if (problems.count > 0)
        tern_document_line(document, "Of %zu problem%s that %s timed, the largest:", problems.count,
                           tern_text_plural(problems.count), problems.count == 1 ? "was" : "were");
    for (size_t j = 0; j < SAID && largest[j] != NULL; j++)
        say_problem(document, sheet, results, largest[j]);
    tern_groups_free(&problems);
    return status;
}

tern_status tern_full_say_blockers(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_blockers found;
    char text[256] = "";
    const tern_status status = tern_blockers_find(&found, results, error);
    const size_t blockers = found.count - found.warnings;

    for (size_t i = 0, count; i < blockers; i += count) {
        for (count = 1; i + count < blockers && found.item[i + count].severity == found.item[i].severity;)
            count++;
        tern_text_append(text, sizeof text, "%s%zu %s", i == 0 ? "" : ", ", count,
                         tern_blocker_severity_name(found.item[i].severity));
    }
    if (blockers > 0)
        tern_document_paragraph(document, "Blockers: %s. The first: %s.", text, found.item[0].symptom);
    if (found.warnings > 0)
        tern_document_paragraph(document, "Warnings: %zu. The first: %s.", found.warnings,
                                found.item[blockers].symptom);
    tern_blockers_free(&found);
    return status;
}

enum { SEVERITY, SYMPTOM, IMPACT, CAUSE, FIX, BENEFIT, COLUMNS };

static const tern_column columns[COLUMNS] = {
    {.name = "severity", .type = TERN_COLUMN_TEXT},
    {.name = "symptom", .type = TERN_COLUMN_REMARK},
    {.name = "impact", .type = TERN_COLUMN_REMARK},
    {.name = "cause", .label = "root cause", .type = TERN_COLUMN_REMARK},
    {.name = "fix", .label = "what to do", .type = TERN_COLUMN_REMARK},
    {.name = "benefit", .label = "measured benefit", .type = TERN_COLUMN_REAL, .digits = 3, .interval = true},
};

static void add_blocker(tern_sheet *sheet, const tern_blocker *b)
{
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, SEVERITY, tern_blocker_severity_name(b->severity));
    tern_sheet_text(sheet, SYMPTOM, b->symptom);
    tern_sheet_text(sheet, IMPACT, b->impact);
    tern_sheet_text(sheet, CAUSE, b->cause);
    tern_sheet_text(sheet, FIX, b->fix);
    if (isfinite(b->benefit.median))
        tern_sheet_estimate(sheet, BENEFIT, b->benefit);
}

tern_status tern_full_blockers(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    tern_blockers found;
    const tern_status status = tern_blockers_find(&found, results, error);

    *filled = found.count > 0 || results->cases.count + results->decodes.count + results->arms.count > 0;
    if (!*filled) {
        tern_blockers_free(&found);
        return status;
    }
    if (found.count == 0)
        tern_document_line(document, "None: no rule finds anything in these records.");
    else
        tern_document_line(document,
                           "Found by rules. A root cause is given where a record shows it, a benefit where it "
                           "was measured.");
    tern_sheet *sheet = tern_document_sheet(document, "blockers", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < found.count; i++) {
        if (i == 0 && found.warnings < found.count)
            tern_sheet_section(sheet, TERN_FOR_ALL, "Blockers");
        if (i == found.count - found.warnings)
            tern_sheet_section(sheet, TERN_FOR_ALL, "Warnings: figures that are worth less than they look");
        add_blocker(sheet, &found.item[i]);
    }
    tern_blockers_free(&found);
    return status;
}
