/*
 * Did it get slower? One row a case, what changed first; the last line says how many could be judged.
 *
 *     change  time of CAND / time of BASE - 1, with the interval that covers the true value with 99 %: the mean over
 *             processes, each of which laid code and data out anew
 *     work    whether a call takes as many instructions as before, on a small shape: exact, and blind to memory
 */
#include "analyse/gate_rows.h"

#include "base/text.h"
#include "gate.h"
#include "report.h"
#include "runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    VERDICT,
    CASE,
    CHANGE,
    LOW,
    HIGH,
    PROCESSES,
    WORK,
    BASE_INSTRUCTIONS,
    CAND_INSTRUCTIONS,
    DELTA,
    REMARK,
    RUN,
    COLUMNS = RUN + TERN_RUN_COLUMNS
};

static const tern_column columns[COLUMNS] = {
    {.name = "verdict", .type = TERN_COLUMN_VERDICT, .width = 12},
    {.name = "id", .label = "case", .type = TERN_COLUMN_TEXT, .width = 40},
    {.name = "change", .type = TERN_COLUMN_CHANGE, .digits = 2, .width = 9},
    {.name = "low", .type = TERN_COLUMN_CHANGE, .digits = 2, .width = 9, .spare = 2},
    {.name = "high", .type = TERN_COLUMN_CHANGE, .digits = 2, .width = 9, .spare = 1},
    {.name = "processes", .type = TERN_COLUMN_COUNT, .audience = TERN_FOR_PROGRAMS},
    {.name = "work", .type = TERN_COLUMN_TEXT, .width = 28, .spare = 3},
    {.name = "base_instructions", .type = TERN_COLUMN_COUNT, .audience = TERN_FOR_PROGRAMS},
    {.name = "cand_instructions", .type = TERN_COLUMN_COUNT, .audience = TERN_FOR_PROGRAMS},
    {.name = "delta", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS},
    {.name = "remark", .type = TERN_COLUMN_REMARK},
    TERN_RUN_COLUMN_ROWS,
};

/* How a row is called, and how near the top it stands. */
typedef struct standing {
    int place;
    const char *verdict;
} standing;

static standing standing_of(const tern_gate_row *row)
{
    static const standing by_state[] = {
        [TERN_COMPARED_TIMED] = {4, "INCONCLUSIVE"},
        [TERN_COMPARED_IDENTICAL] = {11, "IDENTICAL"},
        [TERN_COMPARED_CANARY] = {12, "canary"},
        [TERN_COMPARED_FIXED] = {6, "FIXED"},
        [TERN_COMPARED_WRONG] = {0, "WRONG"},
        [TERN_COMPARED_ADDED] = {7, "ADDED"},
        [TERN_COMPARED_REMOVED] = {2, "REMOVED"},
        [TERN_COMPARED_LEFT_OUT] = {10, "left out"},
        [TERN_COMPARED_STEP] = {13, ""},
    };
    static const standing by_verdict[TERN_GATE_VERDICTS] = {
        [TERN_GATE_OPEN] = {4, "not finished"},         [TERN_GATE_REGRESSED] = {1, "REGRESSED"},
        [TERN_GATE_IMPROVED] = {5, "IMPROVED"},         [TERN_GATE_SAME] = {9, "OK"},
        [TERN_GATE_INCONCLUSIVE] = {4, "INCONCLUSIVE"},
    };
    const bool timed = row->compared->state == TERN_COMPARED_TIMED;

    if (timed && row->compared->expected && row->answer.verdict == TERN_GATE_REGRESSED)
        return (standing){3, "expected"};
    if (!timed && row->compared->expected && row->compared->state == TERN_COMPARED_REMOVED)
        return (standing){3, "expected"};
    if (row->compared->state == TERN_COMPARED_CANARY && !tern_gate_is_self(row->compared))
        return by_state[TERN_COMPARED_IDENTICAL];
    if (timed && row->trouble == NULL)
        return by_verdict[row->answer.verdict];
    return by_state[row->compared->state];
}

static int compare(const void *a, const void *b)
{
    const tern_gate_row *const *x = a, *const *y = b;
    const int place = standing_of(*x).place - standing_of(*y).place;

    return place != 0 ? place : *x < *y ? -1 : *x > *y;
}

static void add_work(tern_sheet *sheet, const tern_gate_row *row)
{
    const tern_compared *c = row->compared;

    switch (row->work) {
    case TERN_WORK_UNKNOWN:
        return;
    case TERN_WORK_SAME:
        tern_sheet_text(sheet, WORK, "same work, other order");
        break;
    case TERN_WORK_OTHER:
        tern_sheet_format(sheet, WORK, "%+.0f instructions (%+.2f %%)", c->cand_instructions - c->base_instructions,
                          100.0 * (c->cand_instructions / c->base_instructions - 1.0));
        break;
    case TERN_WORK_PATH:
        tern_sheet_format(sheet, WORK, "another path: %.2fx instructions", c->cand_instructions / c->base_instructions);
        break;
    }
    tern_sheet_count(sheet, BASE_INSTRUCTIONS, (uint64_t)c->base_instructions);
    tern_sheet_count(sheet, CAND_INSTRUCTIONS, (uint64_t)c->cand_instructions);
}

static void add_remark(tern_sheet *sheet, const tern_gate_row *row)
{
    const tern_compared *c = row->compared;

    if (c->state == TERN_COMPARED_WRONG)
        tern_sheet_format(sheet, REMARK, "%s: %s", tern_verdict_name(c->finding.verdict), c->finding.reason);
    else if (row->trouble != NULL)
        tern_sheet_text(sheet, REMARK, row->trouble);
    else if (c->state == TERN_COMPARED_TIMED && row->answer.doubt != NULL)
        tern_sheet_text(sheet, REMARK, row->answer.doubt);
    else if (c->expected && strcmp(standing_of(row).verdict, "expected") == 0)
        tern_sheet_text(sheet, REMARK, c->expectation);
    else if (c->reason[0] != '\0')
        tern_sheet_text(sheet, REMARK, c->reason);
}

static void add_row(tern_sheet *sheet, const tern_results *results, const tern_gate_row *row)
{
    const size_t processes = row->series.firsts + row->series.seconds;

    tern_sheet_row(sheet);
    tern_sheet_text(sheet, VERDICT, standing_of(row).verdict);
    tern_sheet_text(sheet, CASE, row->compared->id);
    if (processes > 0) {
        tern_sheet_real(sheet, CHANGE, expm1(row->answer.mean.mean));
        tern_sheet_real(sheet, LOW, expm1(row->answer.mean.low));
        tern_sheet_real(sheet, HIGH, expm1(row->answer.mean.high));
        tern_sheet_count(sheet, PROCESSES, processes);
    }
    add_work(sheet, row);
    tern_sheet_real(sheet, DELTA, row->compared->delta);
    add_remark(sheet, row);
    tern_run_cells(sheet, RUN, results, row->compared->run);
}

static void add_wrong(tern_document *document, const tern_results *results, const tern_gate_row *row)
{
    if (row->compared->state == TERN_COMPARED_WRONG)
        tern_runs_add_again(document, results, row->compared->run, row->compared->id);
}

/* "2 %", or "2 to 5 %" where cases have deltas of their own. */
static char *deltas(const tern_gate_rows *rows, char *text, size_t bytes)
{
    double low = INFINITY, high = 0.0;

    for (size_t i = 0; i < rows->count; i++) {
        low = fmin(low, rows->row[i].answer.delta);
        high = fmax(high, rows->row[i].answer.delta);
    }
    text[0] = '\0';
    if (low < high)
        tern_text_append(text, bytes, "%.3g to ", 100.0 * low);
    tern_text_append(text, bytes, "%.3g %%", 100.0 * high);
    return text;
}

static void add_words(tern_document *document, const tern_gate_rows *rows)
{
    char delta[64];
    const tern_compared *first = rows->row[0].compared;

    tern_document_paragraph(
        document, "BASE %s%s%.12s%s  against  CAND %s%s%.12s%s", first->base, first->base_commit[0] == '\0' ? "" : " (",
        first->base_commit, first->base_commit[0] == '\0' ? "" : ")", first->cand,
        first->cand_commit[0] == '\0' ? "" : " (", first->cand_commit, first->cand_commit[0] == '\0' ? "" : ")");
    if (!isnan(rows->noise.canary))
        tern_document_line(document, "code that is the same on both sides moved by %.2f %%; a change counts above %s",
                           100.0 * expm1(rows->noise.canary), deltas(rows, delta, sizeof delta));
}

tern_status tern_gate_add(tern_document *document, const tern_results *results, uint32_t run, tern_error *error)
{
    tern_gate_rows rows;
    char coverage[256];
    tern_status status = tern_gate_rows_new(&rows, results, run, error);
    const tern_gate_row **order = calloc(rows.count + 1, sizeof(tern_gate_row *));

    if (status == TERN_OK && order == NULL)
        status = tern_error_memory(error, "the rows of a gate", (double)rows.count);
    if (status == TERN_OK && order != NULL && rows.count > 0) {
        add_words(document, &rows);
        for (size_t i = 0; i < rows.count; i++)
            order[i] = &rows.row[i];
        qsort(order, rows.count, sizeof(tern_gate_row *), compare);
        tern_sheet *sheet = tern_document_sheet(document, "gate", TERN_FOR_ALL, columns, COLUMNS);
        for (size_t i = 0; i < rows.count; i++)
            add_row(sheet, results, order[i]);
        for (size_t i = 0; i < rows.count; i++)
            add_wrong(document, results, order[i]);
        tern_document_paragraph(document, "%s", tern_gate_coverage(&rows, coverage, sizeof coverage));
    }
    free(order);
    tern_gate_rows_free(&rows);
    return status;
}

tern_status tern_gates_add(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_status status = TERN_OK;

    for (uint32_t run = 0; run < results->runs.count && status == TERN_OK; run++)
        status = tern_gate_add(document, results, run, error);
    return status;
}

tern_status tern_gate_build(tern_document *document, const tern_results *results, tern_error *error)
{
    document->title = "Did it get slower?";
    tern_runs_introduce(document, results);
    const tern_status status = tern_gates_add(document, results, error);
    tern_runs_add(document, results);
    return status;
}
