/*
 * What each toggle gives. One section a case: the factors of all toggles, of which the product is the total but for the
 * residual, each with the interval that covers the true value with 99 %.
 *
 *     gives     the toggle's share of the total: its Shapley value, as a factor of speed
 *     alone     what it gains when it is the only one that is on
 *     left out  what is lost when it alone is switched off
 *     synergy   left out / alone
 */
#include "ablate.h"

#include "analyse/combinations.h"
#include "base/text.h"
#include "report.h"
#include "runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CASE, SIDE, TOGGLE, GIVES, ALONE, LEFT_OUT, SYNERGY, STATUS, RUN, COLUMNS = RUN + TERN_RUN_COLUMNS };

static const tern_column columns[COLUMNS] = {
    TERN_FOR_PROGRAMS_COLUMN("id", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("side", TERN_COLUMN_TEXT),
    {.name = "toggle", .type = TERN_COLUMN_TEXT, .width = 14},
    {.name = "gives", .type = TERN_COLUMN_REAL, .digits = 3, .width = 22, .interval = true, .left = true},
    {.name = "alone", .type = TERN_COLUMN_REAL, .digits = 3, .width = 22, .interval = true, .left = true},
    {.name = "left_out",
     .label = "left out",
     .type = TERN_COLUMN_REAL,
     .digits = 3,
     .width = 22,
     .interval = true,
     .spare = 1,
     .left = true},
    {.name = "synergy", .type = TERN_COLUMN_REAL, .digits = 3, .audience = TERN_FOR_PROGRAMS, .interval = true},
    {.name = "status", .type = TERN_COLUMN_REMARK},
    TERN_RUN_COLUMN_ROWS,
};

/* A mean of logarithms as a factor. */
static tern_estimate factor_of(const tern_mean *mean)
{
    return (tern_estimate){exp(mean->mean), exp(mean->low), exp(mean->high)};
}

static void begin_row(tern_sheet *sheet, const tern_results *results, const tern_ablation *a, const char *name)
{
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, CASE, a->all->id);
    tern_sheet_text(sheet, SIDE, a->all->side);
    tern_sheet_text(sheet, TOGGLE, name);
    tern_run_cells(sheet, RUN, results, a->all->run);
}

/* In words, where two factors differ by more than their uncertainty, and by enough to be seen. */
static void add_synergy(tern_sheet *sheet, const tern_effect *effect)
{
    char alone[32], beside[32];

    snprintf(alone, sizeof alone, "%.2f", exp(effect->alone.mean));
    snprintf(beside, sizeof beside, "%.2f", exp(effect->left_out.mean));
    const bool differ = strcmp(alone, beside) != 0;
    if (differ && effect->synergy.low > 0.0)
        tern_sheet_format(sheet, STATUS, "gives %s alone, %s beside the others", alone, beside);
    else if (differ && effect->synergy.high < 0.0)
        tern_sheet_format(sheet, STATUS, "gives %s alone, only %s beside the others", alone, beside);
    else if (isfinite(effect->contribution.low) && !tern_effect_shows(effect))
        tern_sheet_text(sheet, STATUS, "no effect that shows");
}

static void add_toggle(tern_sheet *sheet, const tern_results *results, const tern_ablation *a, size_t i)
{
    const tern_effect *effect = tern_ablation_effect(a, i);

    begin_row(sheet, results, a, a->name[i]);
    if (effect == NULL) {
        tern_sheet_format(sheet, STATUS, "never taken: %s the same without it",
                          a->all->measured[0] == '\0' ? "the call does" : "the loop runs");
        return;
    }
    tern_sheet_estimate(sheet, GIVES, factor_of(&effect->contribution));
    tern_sheet_estimate(sheet, ALONE, factor_of(&effect->alone));
    tern_sheet_estimate(sheet, LEFT_OUT, factor_of(&effect->left_out));
    tern_sheet_estimate(sheet, SYNERGY, factor_of(&effect->synergy));
    add_synergy(sheet, effect);
}

static void add_notes(tern_sheet *sheet, const tern_ablation *a)
{
    if (a->processes > 0 && a->trouble == NULL)
        tern_sheet_note(sheet, "residual: x%.3f (%.3f..%.3f); %zu process%s%s", exp(a->effects.residual.mean),
                        exp(a->effects.residual.low), exp(a->effects.residual.high), a->processes,
                        a->processes == 1 ? "" : "es",
                        a->effects.more ? "; more than two toggles depend on each other" : "");
    if (a->all->measured[0] != '\0')
        tern_sheet_note(sheet, "a time is that of %s", a->all->measured);
    if (a->wrong > 0)
        tern_sheet_note(sheet, "combinations that were wrong, left out: %zu", a->wrong);
    /* A refusal of all of it is the reason above. */
    if (a->refused > 0 && a->all->reason[0] == '\0')
        tern_sheet_note(sheet, "combinations that the kernel refuses, left out: %zu", a->refused);
    if (a->all->left[0] != '\0')
        tern_sheet_note(sheet, "no part of it: %s", a->all->left);
}

/* Each that was wrong once, and how to see it again; a part of a decode loop has no case of its own. */
static void add_wrong(tern_sheet *sheet, const tern_results *results, const tern_arm_record *all)
{
    char id[TERN_COMPARISON_ID_BYTES];

    for (size_t i = 0; i < results->arms.count; i++) {
        const tern_arm_record *line = &results->arms.item[i], *arm;
        if (line->run != all->run || strcmp(line->id, all->id) != 0 || strcmp(line->side, all->side) != 0 ||
            (arm = tern_combination_at(results, i)) == NULL || !tern_combination_is_wrong(arm))
            continue;
        tern_sheet_note(sheet, "%s: %s", arm->toggles[0] == '\0' ? "all toggles" : arm->toggles, arm->reason);
        if (arm->measured[0] == '\0')
            tern_sheet_note(sheet, "again: %s '%s'", tern_run_repro(&results->runs.item[arm->run]),
                            tern_combination_id(arm, id, sizeof id));
    }
}

static void add_ablation(tern_sheet *sheet, const tern_results *results, const tern_ablation *a)
{
    tern_sheet_section(sheet, TERN_FOR_ALL, "%s%s%s", a->all->side, a->all->side[0] == '\0' ? "" : ": ", a->all->id);
    if (a->all->reason[0] != '\0' || a->trouble != NULL) {
        begin_row(sheet, results, a, "");
        tern_sheet_text(sheet, STATUS, a->all->reason[0] != '\0' ? a->all->reason : a->trouble);
        add_notes(sheet, a);
        add_wrong(sheet, results, a->all);
        return;
    }
    for (size_t i = 0; i < a->toggles; i++)
        add_toggle(sheet, results, a, i);
    if (a->processes > 0) {
        begin_row(sheet, results, a, "all");
        tern_sheet_estimate(sheet, GIVES, factor_of(&a->effects.total));
    }
    add_notes(sheet, a);
    add_wrong(sheet, results, a->all);
}

/* All that is off in a decode loop is the same code at both sides, so their totals tell the whole change. */
static void add_change_of_loop(char *text, size_t bytes, const tern_ablation *base, const tern_ablation *cand)
{
    const tern_mean change = tern_ablation_total_change(base, cand);

    if (isfinite(change.low))
        tern_text_append(text, bytes, " All of it: %+.1f %% of speed (%+.1f..%+.1f).", 100.0 * expm1(change.mean),
                         100.0 * expm1(change.low), 100.0 * expm1(change.high));
}

char *tern_ablate_words(const tern_ablation *base, const tern_ablation *cand, char *text, size_t bytes)
{
    const tern_ablation_change c = tern_ablation_change_of(base, cand);
    const bool of_loop = cand->all->measured[0] != '\0';

    text[0] = '\0';
    if (c.name == NULL && of_loop)
        tern_text_append(text, bytes, "No part of the loop gives another factor than before.");
    else if (c.name == NULL)
        tern_text_append(text, bytes,
                         "No toggle gives another factor than before: a change of speed is in code that "
                         "all combinations share.");
    else if (c.in_base && c.in_cand)
        tern_text_append(text, bytes, "%s gave x%.3f in BASE and gives x%.3f in CAND: %+.1f %% of speed.", c.name,
                         c.before, c.after, 100.0 * expm1(c.change));
    else if (c.in_base)
        tern_text_append(text, bytes, "%s gave x%.3f in BASE and is not there in CAND: %+.1f %% of speed.", c.name,
                         c.before, 100.0 * expm1(c.change));
    else
        tern_text_append(text, bytes, "%s is new in CAND, where it gives x%.3f: %+.1f %% of speed.", c.name, c.after,
                         100.0 * expm1(c.change));
    if (of_loop)
        add_change_of_loop(text, bytes, base, cand);
    return text;
}

typedef struct drawing {
    tern_sheet *sheet;
    const tern_results *results;
    tern_ablation *a; /* of base, cand, or one side */
} drawing;

/* Whether its factors are: measured, or none to be measured. */
static bool is_known(const tern_ablation *a)
{
    return a->trouble == NULL && a->all->reason[0] == '\0';
}

static tern_status add_case(drawing *d, uint32_t run, const char *id, tern_error *error)
{
    static const char *const sides[] = {"", "base", "cand"};
    bool found[3];
    char words[512];
    tern_status status = TERN_OK;

    for (size_t i = 0; i < 3 && status == TERN_OK; i++)
        if ((status = tern_ablation_read(&d->a[i], d->results, run, id, sides[i], &found[i], error)) == TERN_OK &&
            found[i])
            add_ablation(d->sheet, d->results, &d->a[i]);
    if (status == TERN_OK && found[1] && found[2] && is_known(&d->a[1]) && is_known(&d->a[2]))
        tern_sheet_note(d->sheet, "%s", tern_ablate_words(&d->a[1], &d->a[2], words, sizeof words));
    return status;
}

/* Whether an arm line is the first of its case. */
static bool is_first(const tern_results *results, size_t index)
{
    const tern_arm_record *arm = &results->arms.item[index], *other;
    size_t cursor = 0;

    while ((other = tern_results_find(results, TERN_LINE_ARM, arm->id, &cursor)) != NULL)
        if (other->run == arm->run)
            return other == arm;
    return false;
}

tern_status tern_ablate_add(tern_document *document, const tern_results *results, tern_error *error)
{
    drawing d = {.results = results, .a = calloc(3, sizeof *d.a)};
    tern_status status = TERN_OK;

    if (d.a == NULL)
        return tern_error_memory(error, "ablations", 3.0 * sizeof *d.a);
    d.sheet = tern_document_sheet(document, "ablation", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < results->arms.count && status == TERN_OK; i++)
        if (is_first(results, i)) {
            tern_runs_group(d.sheet, results, results->arms.item[i].run);
            status = add_case(&d, results->arms.item[i].run, results->arms.item[i].id, error);
        }
    free(d.a);
    return status;
}

tern_status tern_ablate_build(tern_document *document, const tern_results *results, tern_error *error)
{
    document->title = "What each toggle gives";
    tern_runs_introduce(document, results);
    const tern_status status = tern_ablate_add(document, results, error);
    tern_runs_add(document, results);
    return status;
}
