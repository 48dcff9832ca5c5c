/*
 * What somebody expected of each optimisation beside what was measured, from suites/expectations.ini.
 */
#include "full.h"

#include "analyse/expectations.h"
#include "base/shared_path.h"

#include <math.h>
#include <unistd.h>

enum { NAME, CLAIMED_LOW, CLAIMED_HIGH, CLAIMED, MEASURED, SHARE, STATUS, COMPARISONS, WRONG, COLUMNS };

static const tern_column columns[COLUMNS] = {
    {.name = "optimisation", .type = TERN_COLUMN_TEXT},
    {.name = "claimed_low", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS},
    {.name = "claimed_high", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS},
    {.name = "claimed", .label = "expected", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PEOPLE},
    {.name = "measured", .type = TERN_COLUMN_REAL, .digits = 2, .interval = true},
    {.name = "realised", .label = "share realised", .type = TERN_COLUMN_SHARE, .digits = 1},
    {.name = "status", .type = TERN_COLUMN_TEXT},
    {.name = "comparisons", .type = TERN_COLUMN_COUNT},
    {.name = "wrong", .label = "not exact", .type = TERN_COLUMN_TEXT},
};

static void add_row(tern_sheet *sheet, const tern_expectation *e, const tern_expected_outcome *o)
{
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, NAME, e->name);
    tern_sheet_real(sheet, CLAIMED_LOW, e->low);
    tern_sheet_real(sheet, CLAIMED_HIGH, e->high);
    tern_sheet_format(sheet, CLAIMED, "%.3g to %.3g times", e->low, e->high);
    if (isfinite(o->ratio.median)) {
        tern_sheet_estimate(sheet, MEASURED, o->ratio);
        tern_sheet_real(sheet, SHARE, o->share);
    }
    tern_sheet_text(sheet, STATUS, tern_expected_status_name(o->status));
    tern_sheet_count(sheet, COMPARISONS, o->comparisons);
    if (o->wrong != NULL)
        tern_sheet_text(sheet, WRONG, o->wrong);
}

/* Whether any claim is about what was measured here. */
static tern_status measure_all(const tern_expectations *e, const tern_results *results, tern_expected_outcome *outcome,
                               bool *any, tern_error *error)
{
    tern_status status = TERN_OK;

    *any = false;
    for (size_t i = 0; i < e->count && status == TERN_OK; i++) {
        status = tern_expectation_measure(&e->item[i], results, &outcome[i], error);
        *any |= status == TERN_OK && outcome[i].status != TERN_EXPECTED_UNMEASURED;
    }
    return status;
}

tern_status tern_full_expected(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    char path[4096];
    tern_expectations expectations;
    tern_expected_outcome outcome[TERN_EXPECTATIONS];
    tern_status status;

    *filled = true;
    tern_shared_path(TERN_SHARED_SUITES, "expectations.ini", path, sizeof path);
    if (access(path, R_OK) != 0) {
        tern_document_line(document, "There is no suites/expectations.ini here to hold the figures against.");
        return TERN_OK;
    }
    if ((status = tern_expectations_read(&expectations, path, error)) != TERN_OK ||
        (status = measure_all(&expectations, results, outcome, filled, error)) != TERN_OK || !*filled)
        return status;
    tern_document_line(document,
                       "The share realised is what was measured over the lower end of what was expected. Rows "
                       "are not multiplied with each other: the total is measured by itself.");
    tern_sheet *sheet = tern_document_sheet(document, "expected", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < expectations.count; i++)
        add_row(sheet, &expectations.item[i], &outcome[i]);
    return TERN_OK;
}
