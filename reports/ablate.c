/*
 * What each toggle gives. One section a case: the factors of all toggles, of which the product is the total but for the
 * residual, each with the interval that covers the true value with 99 %.
 *
 *     gives     the toggle's share of the total: its Shapley value, as a factor of speed
 *     alone     what it gains when it is the only one that is on
 *     left out  what is lost when it alone is switched off
 *     synergy   left out / alone
 */
#include "analyse/ablation.h"

#include "base/text.h"
#include "report.h"
#include "runs.h"

#include <math.h>
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

/* In words, where two factors differ by more than their uncertainty. */
static void add_synergy(tern_sheet *sheet, const tern_effect *effect)
{
    const double alone = exp(effect->alone.mean), left_out = exp(effect->left_out.mean);

    if (effect->synergy.low > 0.0)
        tern_sheet_format(sheet, STATUS, "gives %.2f alone, %.2f beside the others", alone, left_out);
    else if (effect->synergy.high < 0.0)
        tern_sheet_format(sheet, STATUS, "gives %.2f alone, only %.2f beside the others", alone, left_out);
    else if (effect->contribution.low <= 0.0 && effect->contribution.high >= 0.0)
        tern_sheet_text(sheet, STATUS, "no effect that shows");
}

static void add_toggle(tern_sheet *sheet, const tern_results *results, const tern_ablation *a, size_t i)
{
    const tern_effect *effect = tern_ablation_effect(a, i);

    begin_row(sheet, results, a, a->name[i]);
    if (effect == NULL) {
        tern_sheet_text(sheet, STATUS, "never taken: bind() chooses the same without it");
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
    if (a->processes > 0)
        tern_sheet_note(sheet, "residual: x%.3f (%.3f..%.3f); %zu processes%s", exp(a->effects.residual.mean),
                        exp(a->effects.residual.low), exp(a->effects.residual.high), a->processes,
                        a->effects.more ? "; more than two toggles depend on each other" : "");
    if (a->refused > 0)
        tern_sheet_note(sheet, "combinations that the kernel refuses, left out: %zu", a->refused);
    if (a->all->left[0] != '\0')
        tern_sheet_note(sheet, "no part of it: %s", a->all->left);
}

static void add_ablation(tern_sheet *sheet, const tern_results *results, const tern_ablation *a)
{
    tern_sheet_section(sheet, TERN_FOR_ALL, "%s%s%s", a->all->side, a->all->side[0] == '\0' ? "" : ": ", a->all->id);
    if (a->all->reason[0] != '\0' || a->trouble != NULL) {
        begin_row(sheet, results, a, "");
        tern_sheet_text(sheet, STATUS, a->all->reason[0] != '\0' ? a->all->reason : a->trouble);
        add_notes(sheet, a);
        return;
    }
    for (size_t i = 0; i < a->toggles; i++)
        add_toggle(sheet, results, a, i);
    if (a->processes > 0) {
        begin_row(sheet, results, a, "all");
        tern_sheet_estimate(sheet, GIVES, factor_of(&a->effects.total));
    }
    add_notes(sheet, a);
}

/* Place of a toggle by name, or toggles. */
static size_t find_toggle(const tern_ablation *a, const char *name)
{
    size_t i = 0;

    while (i < a->toggles && strcmp(a->name[i], name) != 0)
        i++;
    return i;
}

/* What a toggle contributes at a side; nothing where it is not there, or never taken. */
static tern_mean contribution_at(const tern_ablation *a, const char *name)
{
    const size_t i = find_toggle(a, name);
    const tern_effect *effect = i < a->toggles ? tern_ablation_effect(a, i) : NULL;
    const tern_mean nothing = {0};

    return effect == NULL ? nothing : effect->contribution;
}

typedef struct culprit {
    const char *name; /* NULL: none */
    double change;    /* logarithm of its factor in CAND over that in BASE */
} culprit;

/* Takes the toggles of one side: the one whose factor changed most, by more than its uncertainty. */
static void look_for_culprit(culprit *found, const tern_ablation *names, const tern_ablation *base,
                             const tern_ablation *cand)
{
    for (size_t i = 0; i < names->toggles; i++) {
        const tern_mean before = contribution_at(base, names->name[i]), after = contribution_at(cand, names->name[i]);
        const double change = after.mean - before.mean;
        if (fabs(change) > 4.0 * hypot(before.error, after.error) && fabs(change) > fabs(found->change))
            *found = (culprit){names->name[i], change};
    }
}

/* Of an ablation at both sides: which toggle accounts for a change. */
static void add_culprit(tern_sheet *sheet, const tern_ablation *base, const tern_ablation *cand)
{
    culprit found = {0};

    look_for_culprit(&found, base, base, cand);
    look_for_culprit(&found, cand, base, cand);
    if (found.name == NULL) {
        tern_sheet_note(sheet, "No toggle gives another factor than before: a change of speed is in code that all "
                               "combinations share.");
        return;
    }
    const bool there[] = {find_toggle(base, found.name) < base->toggles, find_toggle(cand, found.name) < cand->toggles};
    const double before = exp(contribution_at(base, found.name).mean),
                 after = exp(contribution_at(cand, found.name).mean);
    if (there[0] && there[1])
        tern_sheet_note(sheet, "%s gave x%.3f in BASE and gives x%.3f in CAND: %+.1f %% of speed.", found.name, before,
                        after, 100.0 * expm1(found.change));
    else if (there[0])
        tern_sheet_note(sheet, "%s gave x%.3f in BASE and is not there in CAND: %+.1f %% of speed.", found.name, before,
                        100.0 * expm1(found.change));
    else
        tern_sheet_note(sheet, "%s is new in CAND, where it gives x%.3f: %+.1f %% of speed.", found.name, after,
                        100.0 * expm1(found.change));
}

typedef struct drawing {
    tern_sheet *sheet;
    const tern_results *results;
    tern_ablation *a; /* of base, cand, or one side */
} drawing;

static tern_status add_case(drawing *d, uint32_t run, const char *id, tern_error *error)
{
    static const char *const sides[] = {"", "base", "cand"};
    bool found[3];
    tern_status status = TERN_OK;

    for (size_t i = 0; i < 3 && status == TERN_OK; i++)
        if ((status = tern_ablation_read(&d->a[i], d->results, run, id, sides[i], &found[i], error)) == TERN_OK &&
            found[i])
            add_ablation(d->sheet, d->results, &d->a[i]);
    if (status == TERN_OK && found[1] && found[2])
        add_culprit(d->sheet, &d->a[1], &d->a[2]);
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

tern_status tern_ablate_build(tern_document *document, const tern_results *results, tern_error *error)
{
    drawing d = {.results = results, .a = calloc(3, sizeof *d.a)};
    tern_status status = TERN_OK;

    if (d.a == NULL)
        return tern_error_memory(error, "ablations", 3.0 * sizeof *d.a);
    document->title = "What each toggle gives";
    tern_runs_introduce(document, results);
    d.sheet = tern_document_sheet(document, "ablation", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < results->arms.count && status == TERN_OK; i++)
        if (is_first(results, i)) {
            tern_runs_group(d.sheet, results, results->arms.item[i].run);
            status = add_case(&d, results->arms.item[i].run, results->arms.item[i].id, error);
        }
    tern_runs_add(document, results);
    free(d.a);
    return status;
}
