/*
 * Which commit slowed it down? The case, a row for each commit that changes kernels/, the answer in words, and what
 * each toggle gives before and after.
 *
 *     change  time of the commit / time of the good end - 1, with its standard error
 *     p       the probability that the change came with it, after all that was measured
 */
#include "bisect.h"

#include "ablate.h"
#include "analyse/bisection.h"
#include "analyse/gate_rows.h"
#include "base/text.h"
#include "gate.h"
#include "report.h"
#include "runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUTCOME, COMMIT, CHANGE, ERROR, P, SUBJECT, REASON, CASE, HASH, RUN, COLUMNS = RUN + TERN_RUN_COLUMNS };

static const tern_column columns[COLUMNS] = {
    {.name = "outcome", .type = TERN_COLUMN_TEXT, .width = 11},
    {.name = "short", .label = "commit", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PEOPLE, .width = 12},
    {.name = "change", .type = TERN_COLUMN_CHANGE, .digits = 2, .width = 9},
    {.name = "standard_error", .label = "+-", .type = TERN_COLUMN_SHARE, .digits = 2, .width = 7},
    {.name = "p", .type = TERN_COLUMN_SHARE, .digits = 1, .width = 7},
    {.name = "subject", .type = TERN_COLUMN_REMARK},
    {.name = "reason", .type = TERN_COLUMN_BELOW},
    TERN_FOR_PROGRAMS_COLUMN("id", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("hash", TERN_COLUMN_TEXT),
    TERN_RUN_COLUMN_ROWS,
};

/* The whole of one run. */
typedef struct drawing {
    tern_document *document;
    const tern_results *results;
    uint32_t run;
    tern_bisection b;
} drawing;

static const char *short_hash(const char *hash, char text[16])
{
    text[0] = '\0';
    tern_text_append(text, 16, "%.12s", hash);
    return text;
}

static void add_row(drawing *d, tern_sheet *sheet, const char *outcome, const tern_step *step)
{
    char hash[16];

    tern_sheet_row(sheet);
    tern_sheet_text(sheet, OUTCOME, outcome);
    tern_sheet_text(sheet, COMMIT, short_hash(step->commit, hash));
    tern_sheet_text(sheet, SUBJECT, step->subject);
    tern_sheet_text(sheet, CASE, step->id);
    tern_sheet_text(sheet, HASH, step->commit);
    tern_run_cells(sheet, RUN, d->results, d->run);
}

static void add_change(tern_sheet *sheet, double ratio, double error)
{
    tern_sheet_real(sheet, CHANGE, expm1(ratio));
    tern_sheet_real(sheet, ERROR, error * exp(ratio));
}

/* On which side of the change a commit that was looked at lies. */
static const char *outcome_of(const tern_bisection *b, size_t k)
{
    const tern_step *outcome = b->commit[k].outcome;

    if (k + 1 == b->count && b->bad != NULL)
        return "slow";
    if (outcome == NULL)
        return "";
    if (tern_bisection_is_out(&b->commit[k]))
        return outcome->role;
    return k < b->first ? "fast" : k >= b->last ? "slow" : "in doubt";
}

static void add_candidate(drawing *d, tern_sheet *sheet, size_t k)
{
    const tern_bisection_commit *commit = &d->b.commit[k];
    const tern_step *outcome = commit->outcome;
    char hash[16];

    add_row(d, sheet, outcome_of(&d->b, k), commit->line);
    if (commit->observations > 0)
        add_change(sheet, commit->ratio, commit->error);
    if (d->b.bad != NULL)
        tern_sheet_real(sheet, P, commit->p);
    if (outcome != NULL && outcome->same_as[0] != '\0')
        tern_sheet_format(sheet, REASON, "its kernel is that of %s", short_hash(outcome->same_as, hash));
    else if (outcome != NULL && outcome->reason[0] != '\0')
        tern_sheet_text(sheet, REASON, outcome->reason);
}

static void add_table(drawing *d)
{
    const tern_bisection *b = &d->b;
    tern_sheet *sheet = tern_document_sheet(d->document, "bisect", TERN_FOR_ALL, columns, COLUMNS);

    add_row(d, sheet, "good end", b->good);
    for (size_t k = 0; k < b->count; k++)
        add_candidate(d, sheet, k);
    if (b->bad != NULL) {
        add_row(d, sheet, "bad end", b->bad);
        add_change(sheet, b->bad->ratio, b->bad->error);
    }
}

static void add_counts(drawing *d)
{
    const tern_bisection *b = &d->b;
    size_t timed = 0, same = 0, out = 0;

    for (size_t k = 0; k < b->count; k++) {
        const tern_bisection_commit *commit = &b->commit[k];
        timed += commit->observations > 0;
        out += tern_bisection_is_out(commit);
        same += commit->observations == 0 && commit->outcome != NULL && !tern_bisection_is_out(commit);
    }
    tern_document_line(d->document,
                       "%u commit%s, of which %zu change%s kernels/: %zu timed, %zu with the kernel of another, %zu "
                       "that cannot be timed",
                       b->good->commits, tern_text_plural(b->good->commits), b->count, b->count == 1 ? "s" : "", timed,
                       same, out);
}

static void add_ends(drawing *d)
{
    const tern_bisection *b = &d->b;
    char good[16], bad[16];

    tern_document_paragraph(d->document, "%s", b->good->id);
    if (b->bad != NULL)
        tern_document_line(d->document, "is slower at %s than at %s by %.2f %% (+-%.2f)",
                           short_hash(b->bad->commit, bad), short_hash(b->good->commit, good),
                           100.0 * expm1(b->bad->ratio), 100.0 * b->bad->error * exp(b->bad->ratio));
    add_counts(d);
}

/* Commits of the answer that are possible at all, and those of them that cannot be timed. */
static void count_answer(const tern_bisection *b, size_t *possible, size_t *out)
{
    *possible = *out = 0;
    for (size_t k = b->first; k <= b->last; k++) {
        *possible += b->commit[k].p > 0.0;
        *out += tern_bisection_is_out(&b->commit[k]);
    }
}

static void add_range(drawing *d, size_t possible, size_t out)
{
    const tern_bisection *b = &d->b;
    char hash[16];

    tern_document_paragraph(d->document, "One of these %zu commits made it slower%s", possible,
                            out == 0 ? ", which times cannot tell apart:" : ":");
    for (size_t k = b->first; k <= b->last; k++)
        if (b->commit[k].p > 0.0)
            tern_document_line(d->document, "  %s %s%s", short_hash(b->commit[k].line->commit, hash),
                               b->commit[k].line->subject,
                               tern_bisection_is_out(&b->commit[k]) ? " (cannot be timed)" : "");
    if (out > 0)
        tern_document_line(d->document, "%zu of them cannot be timed; the reasons stand in the table.", out);
}

static void add_verified(drawing *d)
{
    const tern_bisection *b = &d->b;
    const tern_step *v = b->verified;
    char parent[16];

    if (v == NULL) {
        tern_document_line(d->document, "This is not finished: --resume goes on.");
        return;
    }
    if (v->reason[0] != '\0')
        tern_document_line(d->document, "That does not hold against its parent %s: %s.", short_hash(v->same_as, parent),
                           v->reason);
    if (isnan(v->ratio))
        return;
    tern_document_line(d->document, "Against the commit before, %s: %+.2f %% (+-%.2f).", short_hash(v->same_as, parent),
                       100.0 * expm1(v->ratio), 100.0 * v->error * exp(v->ratio));
    const double rest = b->bad->ratio - v->ratio;
    if (v->reason[0] == '\0' && fabs(rest) > 4.0 * hypot(v->error, b->bad->error) && fabs(rest) > 0.2 * b->bad->ratio)
        tern_document_line(d->document,
                           "Other commits of the range account for %+.2f %%: bisect what comes before or "
                           "after it.",
                           100.0 * expm1(rest));
}

static void add_answer(drawing *d)
{
    const tern_bisection *b = &d->b;
    size_t possible, out;

    if (b->bad == NULL || b->count == 0)
        return;
    count_answer(b, &possible, &out);
    if (b->first == b->last)
        tern_document_paragraph(d->document, "%s made it slower (p = %.3f): %s", b->commit[b->last].line->commit,
                                b->commit[b->last].p, b->commit[b->last].line->subject);
    else
        add_range(d, possible, out);
    add_verified(d);
}

static tern_status add_toggle(drawing *d, tern_error *error)
{
    tern_ablation *a = calloc(2, sizeof *a);
    char words[512];
    bool base = false, cand = false;

    if (a == NULL)
        return tern_error_memory(error, "ablations", 2.0 * sizeof *a);
    tern_status status = TERN_OK;
    for (size_t i = 0; i < d->results->arms.count && status == TERN_OK && !cand; i++)
        if (d->results->arms.item[i].run == d->run)
            status = tern_ablation_read(&a[1], d->results, d->run, d->results->arms.item[i].id, "cand", &cand, error);
    if (status == TERN_OK && cand)
        status = tern_ablation_read(&a[0], d->results, d->run, a[1].all->id, "base", &base, error);
    if (status == TERN_OK && base && cand)
        tern_document_line(d->document, "%s", tern_ablate_words(&a[0], &a[1], words, sizeof words));
    free(a);
    return status;
}

/* What else got slower between the ends. */
static tern_status add_others(drawing *d, tern_error *error)
{
    tern_gate_rows rows;
    const tern_status status = tern_gate_rows_new(&rows, d->results, d->run, error);
    size_t others = 0;

    for (size_t i = 0; status == TERN_OK && i < rows.count; i++)
        others += rows.row[i].answer.verdict == TERN_GATE_REGRESSED &&
                  rows.row[i].compared->state == TERN_COMPARED_TIMED &&
                  strcmp(rows.row[i].compared->id, d->b.good->id) != 0;
    if (others > 0)
        tern_document_line(d->document,
                           "%zu other case%s slower between the ends: --format gate shows which, --filter "
                           "chooses another.",
                           others, others == 1 ? " is" : "s are");
    tern_gate_rows_free(&rows);
    return status;
}

tern_status tern_bisect_add_run(tern_document *document, const tern_results *results, uint32_t run, bool *found,
                                tern_error *error)
{
    drawing d = {.document = document, .results = results, .run = run};
    tern_status status = tern_bisection_read(&d.b, results, run, error);

    *found = status == TERN_OK && d.b.good != NULL;
    if (*found) {
        add_ends(&d);
        status = add_others(&d, error);
        add_table(&d);
        add_answer(&d);
        if (status == TERN_OK)
            status = add_toggle(&d, error);
    }
    tern_bisection_free(&d.b);
    return status;
}

/* A run whose ends are equal is a gate. */
static tern_status add_run(tern_document *document, const tern_results *results, uint32_t run, tern_error *error)
{
    bool found;
    const tern_status status = tern_bisect_add_run(document, results, run, &found, error);

    return status == TERN_OK && !found ? tern_gate_add(document, results, run, error) : status;
}

tern_status tern_bisect_build(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_status status = TERN_OK;

    document->title = "Which commit slowed it down?";
    tern_runs_introduce(document, results);
    for (uint32_t run = 0; run < results->runs.count && status == TERN_OK; run++)
        status = add_run(document, results, run, error);
    if (status == TERN_OK && results->arms.count > 0)
        status = tern_ablate_add(document, results, error);
    tern_runs_add(document, results);
    return status;
}
