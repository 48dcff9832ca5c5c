/*
 * Which series stepped to another level? A row a step, alerts first; steps of a whole suite and drifts are a line each.
 *
 *     step   time after / time before - 1, with the interval that covers the true value with 95 %
 *     p      how likely a step this clear is when there is none, over all places that were tried
 */
#include "history_steps.h"

#include "analyse/planned_changes.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KIND, CASE, STEP, LOW, HIGH, P, BEFORE, AFTER, SINCE, REMARK, CLASS, METHOD, ANCHOR, COLUMNS };

/* A drift by as much as a step that matters, and this unlikely by chance, gets a line. */
static const double clear_drift = 1e-3;

static const tern_column columns[COLUMNS] = {
    {.name = "kind", .type = TERN_COLUMN_VERDICT, .width = 11},
    {.name = "id", .label = "case", .type = TERN_COLUMN_TEXT, .width = 40},
    {.name = "step", .type = TERN_COLUMN_CHANGE, .digits = 2, .width = 9},
    {.name = "low", .type = TERN_COLUMN_CHANGE, .digits = 2, .width = 9},
    {.name = "high", .type = TERN_COLUMN_CHANGE, .digits = 2, .width = 9},
    {.name = "p", .type = TERN_COLUMN_ROUGH, .digits = 2, .width = 8},
    {.name = "before", .type = TERN_COLUMN_TEXT, .width = 12},
    {.name = "after", .type = TERN_COLUMN_TEXT, .width = 12},
    {.name = "since", .type = TERN_COLUMN_TEXT, .width = 20},
    {.name = "remark", .type = TERN_COLUMN_REMARK},
    TERN_FOR_PROGRAMS_COLUMN("machine_class", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("method", TERN_COLUMN_COUNT),
    TERN_FOR_PROGRAMS_COLUMN("anchor", TERN_COLUMN_TEXT),
};

static const tern_run *run_of(const tern_history *h, const tern_point *point)
{
    return &h->results->runs.item[point->run];
}

/* A commit, or where there is none the time. */
static const char *name_of(const tern_history *h, const tern_point *point)
{
    return point->commit[0] != '\0' ? point->commit : run_of(h, point)->time;
}

static void add_again(tern_sheet *sheet, const tern_remeasured *again)
{
    if (isnan(again->ratio))
        tern_sheet_format(sheet, REMARK, "measured again: %s", again->verdict);
    else
        tern_sheet_format(sheet, REMARK, "measured again: %s, %+.2f %% (%+.2f..%+.2f)", again->verdict,
                          100.0 * expm1(again->ratio), 100.0 * expm1(again->low), 100.0 * expm1(again->high));
}

static void add_step(tern_sheet *sheet, const tern_history *h, const tern_history_step *step)
{
    const tern_level_change *change = &h->series[step->series].changes.change[step->change];
    const tern_run *run = run_of(h, step->after);

    tern_sheet_row(sheet);
    tern_sheet_text(sheet, KIND, tern_step_kind_name(step->kind));
    tern_sheet_text(sheet, CASE, step->after->id);
    tern_sheet_real(sheet, STEP, expm1(change->step));
    tern_sheet_real(sheet, LOW, expm1(change->low));
    tern_sheet_real(sheet, HIGH, expm1(change->high));
    tern_sheet_real(sheet, P, change->p);
    tern_sheet_text(sheet, BEFORE, name_of(h, step->before));
    tern_sheet_text(sheet, AFTER, name_of(h, step->after));
    tern_sheet_text(sheet, SINCE, run->time);
    tern_sheet_text(sheet, CLASS, run->machine_class_hash);
    tern_sheet_count(sheet, METHOD, run->method);
    tern_sheet_text(sheet, ANCHOR, step->after->anchor);
    if (step->kind == TERN_STEP_PLANNED && step->plan != NULL)
        tern_sheet_text(sheet, REMARK, step->plan->expected);
    else if (step->kind == TERN_STEP_SAME_CODE)
        tern_sheet_text(sheet, REMARK, "the kernel is the same, byte by byte");
    else if (step->again != NULL)
        add_again(sheet, step->again);
    else if (step->kind == TERN_STEP_SUSPECT)
        tern_sheet_text(sheet, REMARK, "not measured again yet");
}

/* By kind, those that concern people first. */
static void add_table(tern_document *document, const tern_history *h)
{
    tern_sheet *sheet = tern_document_sheet(document, "history_steps", TERN_FOR_ALL, columns, COLUMNS);

    for (tern_step_kind kind = 0; kind < TERN_STEP_KINDS; kind++)
        for (size_t i = 0; i < h->steps; i++)
            if (h->step[i].kind == kind && kind != TERN_STEP_ENVIRONMENT)
                add_step(sheet, h, &h->step[i]);
}

/* What else is known to have changed between two runs. */
static void add_environment(tern_document *document, const tern_history *h, const tern_history_environment *e)
{
    const tern_run *before = &h->results->runs.item[e->before], *after = &h->results->runs.item[e->after];
    char difference[1024];

    tern_run_difference(before, after, difference, sizeof difference);
    tern_document_paragraph(
        document,
        "environment: %zu of %zu series of class %s step together by %+.2f %% at %s%s%s. That is the "
        "machine, or code that all kernels share.",
        e->series, e->judged, after->machine_class_hash, 100.0 * expm1(e->step), after->time,
        difference[0] == '\0' ? "" : ": ", difference);
}

static void add_drifts(tern_document *document, const tern_history *h)
{
    for (size_t i = 0; i < h->count; i++) {
        const tern_history_series *s = &h->series[i];
        const tern_point *last = tern_history_series_point(h, s, s->count - 1);
        if (s->state == TERN_SERIES_JUDGED && s->changes.drift_p < clear_drift &&
            fabs(s->changes.drift) >= log1p(h->rule.step))
            tern_document_line(
                document, "drift: %s, class %s, moves by %+.2f %% over its last %zu points, without a step", last->id,
                run_of(h, last)->machine_class_hash, 100.0 * expm1(s->changes.drift), s->count - s->first);
    }
}

void tern_history_add_steps(tern_document *document, const tern_history *history)
{
    char census[256];

    add_table(document, history);
    for (size_t i = 0; i < history->environments; i++)
        add_environment(document, history, &history->environment[i]);
    add_drifts(document, history);
    tern_document_paragraph(document, "%zu alert%s, %zu suspected; %s", tern_history_count(history, TERN_STEP_ALERT),
                            tern_text_plural(tern_history_count(history, TERN_STEP_ALERT)),
                            tern_history_count(history, TERN_STEP_SUSPECT),
                            tern_history_census(history, census, sizeof census));
}
