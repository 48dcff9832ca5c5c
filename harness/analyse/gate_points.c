#include "analyse/gate_points.h"

#include "analyse/gate_rows.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

/* As much as a name of a commit needs. */
enum { COMMIT_DIGITS = 12 };

/* A machine on which the same code differs by more, or which others use, gives no figure worth keeping. */
static bool is_noisy(const tern_gate_rows *rows, const tern_gate_row *row)
{
    return tern_gate_noise_doubt(&rows->noise, row->answer.delta) != NULL;
}

static bool is_same_code(const tern_compared *c)
{
    return c->state == TERN_COMPARED_IDENTICAL || c->state == TERN_COMPARED_CANARY;
}

static bool is_timed_to_the_end(const tern_gate_row *row)
{
    return row->compared->state == TERN_COMPARED_TIMED && row->trouble == NULL && row->series.firsts > 1 &&
           row->answer.verdict != TERN_GATE_OPEN && isfinite(row->answer.mean.mean);
}

static tern_point point_of(const tern_gate_row *row)
{
    const tern_compared *c = row->compared;
    tern_point point = {.error = (double)NAN, .steal_share = row->steal_share};

    tern_text_copy(point.id, sizeof point.id, c->id);
    tern_text_copy(point.anchor, sizeof point.anchor, c->base_code);
    tern_text_copy(point.code, sizeof point.code, c->cand_code);
    tern_text_append(point.commit, sizeof point.commit, "%.*s", COMMIT_DIGITS, c->cand_commit);
    if (is_same_code(c)) {
        point.error = 0.0;
        return point;
    }
    point.ratio = row->answer.mean.mean;
    point.error = row->answer.mean.error;
    point.processes = (uint32_t)(row->series.firsts + row->series.seconds);
    return point;
}

/* Whether the gate had a CAND that was no commit; its cases, and CAND, are then told. */
static bool is_uncommitted(const tern_gate_rows *rows, tern_gate_points *became)
{
    size_t cases = 0;

    for (size_t i = 0; i < rows->count; i++) {
        const tern_compared *c = rows->row[i].compared;
        if (tern_gate_is_self(c))
            continue;
        if (c->cand_commit[0] != '\0')
            return false;
        tern_text_copy(became->side, sizeof became->side, c->cand);
        cases++;
    }
    became->uncommitted += cases;
    return cases > 0;
}

static tern_status add_rows(tern_results *points, const tern_gate_rows *rows, const tern_run *run,
                            tern_gate_points *became, tern_error *error)
{
    const bool has_class = run->machine_class_hash[0] != '\0';
    tern_status status = TERN_OK;

    for (size_t i = 0; i < rows->count && status == TERN_OK; i++) {
        const tern_gate_row *row = &rows->row[i];
        const bool same = is_same_code(row->compared);
        if (tern_gate_is_self(row->compared)) /* stands for no case */
            continue;
        if (!same && !is_timed_to_the_end(row)) {
            became->untimed++;
        } else if (row->compared->base_code[0] == '\0' || !has_class) {
            became->unnamed++;
        } else if (!same && is_noisy(rows, row)) {
            became->noisy++;
        } else {
            const tern_point point = point_of(row);
            status = tern_results_add(points, TERN_LINE_POINT, &point, error);
            became->points++;
        }
    }
    return status;
}

static tern_status add_run(tern_results *points, const tern_results *gates, uint32_t run, tern_gate_points *became,
                           tern_error *error)
{
    const tern_run_end *end = tern_results_end(gates, run);
    const tern_run_end whole = {.complete = true};
    tern_gate_rows rows;
    tern_status status = tern_gate_rows_new(&rows, gates, run, error);

    if (status == TERN_OK && rows.count > 0 && !is_uncommitted(&rows, became)) {
        became->unfinished |= end == NULL || !end->complete;
        status = tern_results_add(points, TERN_LINE_RUN, &gates->runs.item[run], error);
        if (status == TERN_OK)
            status = add_rows(points, &rows, &gates->runs.item[run], became, error);
        if (status == TERN_OK)
            status = tern_results_add(points, TERN_LINE_END, &whole, error);
    }
    tern_gate_rows_free(&rows);
    return status;
}

tern_status tern_gate_points_add(tern_results *points, const tern_results *gates, tern_gate_points *became,
                                 tern_error *error)
{
    tern_status status = TERN_OK;

    for (uint32_t run = 0; run < gates->runs.count && status == TERN_OK; run++)
        status = add_run(points, gates, run, became, error);
    return status;
}
