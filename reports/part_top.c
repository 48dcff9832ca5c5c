/*
 * What stands on the first screen: is all of it right, and what changed.
 */
#include "full.h"

#include "analyse/combinations.h"
#include "analyse/gate_rows.h"
#include "analyse/repeats.h"
#include "base/text.h"
#include "plot.h"
#include "report.h"

#include <inttypes.h>
#include <string.h>

typedef struct tally {
    size_t results, exact, wrong, unsupported, interrupted, cut, regressed, wrong_arms, wrong_tried;
    size_t compared, wrong_compared, open; /* of gates */
} tally;

static void take(tally *t, tern_verdict verdict)
{
    t->results++;
    t->exact += verdict == TERN_EXACT;
    t->unsupported += verdict == TERN_UNSUPPORTED;
    t->interrupted += verdict == TERN_INTERRUPTED;
    t->wrong += tern_verdict_is_wrong(verdict);
}

static void take_gates(tally *t, const tern_results *results)
{
    for (uint32_t run = 0; results->compared.count > 0 && run < results->runs.count; run++) {
        tern_gate_rows rows;
        if (tern_gate_rows_new(&rows, results, run, NULL) != TERN_OK)
            return;
        t->regressed += rows.counts.regressed;
        t->compared += rows.counts.cases;
        t->wrong_compared += rows.counts.wrong;
        t->open += rows.counts.inconclusive;
        tern_gate_rows_free(&rows);
    }
}

static tally tally_of(const tern_results *results)
{
    tally t = {0};

    take_gates(&t, results);
    for (size_t i = 0; i < results->cases.count; i++)
        take(&t, results->cases.item[i].finding.verdict);
    for (size_t i = 0; i < results->decodes.count; i++)
        take(&t, results->decodes.item[i].finding.verdict);
    for (size_t i = 0; i < results->arms.count; i++) {
        const tern_arm_record *arm = tern_combination_at(results, i);
        t.wrong_arms += arm != NULL && tern_combination_is_wrong(arm);
    }
    for (size_t i = 0; i < results->tried.count; i++)
        t.wrong_tried += results->tried.item[i].wrong;
    for (uint32_t i = 0; i < results->runs.count; i++) {
        const tern_run_end *end = tern_results_end(results, i);
        t.cut += end == NULL || !end->complete;
    }
    return t;
}

/* Nothing is wrong: of what? */
static void say_all_right(tern_document *document, const tern_results *results, const tally *t)
{
    if (t->unsupported > 0)
        tern_document_verdict(document, true,
                              "EXACT: all %zu results that this machine can compute are right; %zu it cannot.",
                              t->exact, t->unsupported);
    else if (t->results > 0)
        tern_document_verdict(
            document, true, t->results == 1 ? "EXACT: the only result is right." : "EXACT: all %zu results are right.",
            t->results);
    else if (results->compared.count > 0)
        tern_document_verdict(document, true, "EXACT: none of %zu compared case%s is wrong.", t->compared,
                              tern_text_plural(t->compared));
    else if (results->arms.count > 0)
        tern_document_verdict(document, true, "EXACT: every combination of toggles that was sampled is right.");
    else if (results->points.count + results->tried.count == 0)
        tern_document_verdict(document, false, "NOTHING: the records hold no result.");
}

void tern_full_say_verdict(tern_document *document, const tern_results *results)
{
    const tally t = tally_of(results);
    const uint32_t machines = tern_repeats_machines(results);

    if (t.wrong > 0)
        tern_document_verdict(document, false, "WRONG: %zu of %zu results are not exact.", t.wrong, t.results);
    if (t.wrong_compared > 0)
        tern_document_verdict(document, false, "WRONG: of %zu compared case%s, %zu %s not exact in CAND.", t.compared,
                              tern_text_plural(t.compared), t.wrong_compared, t.wrong_compared == 1 ? "is" : "are");
    if (t.wrong_arms > 0)
        tern_document_verdict(document, false, "WRONG: %zu combination%s of toggles %s not exact in an ablation.",
                              t.wrong_arms, tern_text_plural(t.wrong_arms), t.wrong_arms == 1 ? "was" : "were");
    if (t.wrong_tried > 0)
        tern_document_verdict(document, false, "WRONG: of %zu settings that were tried, %zu %s not exact.",
                              results->tried.count, t.wrong_tried, t.wrong_tried == 1 ? "is" : "are");
    if (t.regressed > 0)
        tern_document_verdict(document, false, "REGRESSED: %zu case%s got slower.", t.regressed,
                              tern_text_plural(t.regressed));
    if (t.cut > 0)
        tern_document_verdict(document, false,
                              "INCOMPLETE: %zu of %zu run%s did not end as planned; what is here is not all.", t.cut,
                              results->runs.count, tern_text_plural(results->runs.count));
    if (t.interrupted > 0)
        tern_document_verdict(document, false,
                              "INTERRUPTED: %zu of %zu results were ended from outside and say nothing.", t.interrupted,
                              t.results);
    if (machines > 1)
        tern_document_verdict(document, false,
                              "MIXED: the runs are of %" PRIu32 " machines. Compare shares of a limit and ratios, not "
                              "times.",
                              machines);
    if (t.open > 0)
        tern_document_verdict(document, false, "INCONCLUSIVE: %zu of %zu compared case%s could not be judged.", t.open,
                              t.compared, tern_text_plural(t.compared));
    if (t.wrong + t.wrong_compared + t.wrong_arms + t.wrong_tried + t.regressed + t.interrupted + t.cut > 0)
        return;
    say_all_right(document, results, &t);
}

/* A case in the last run that has it, beside the run before that had it. */
enum { CHANGED_ID, CHANGED_BEFORE, CHANGED_AFTER, CHANGED_BY, CHANGED_RUN_BEFORE, CHANGED_RUN_AFTER, CHANGED_COLUMNS };

static const tern_column changed_columns[CHANGED_COLUMNS] = {
    {.name = "id", .label = "case", .type = TERN_COLUMN_TEXT},
    {.name = "before_ns", .label = "before", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "after_ns", .label = "after", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "change", .type = TERN_COLUMN_CHANGE, .digits = 1},
    {.name = "run_before", .label = "run", .type = TERN_COLUMN_COUNT},
    {.name = "run_after", .label = "and run", .type = TERN_COLUMN_COUNT},
};

typedef struct changes {
    size_t both, slower, faster;
} changes;

/* The newest earlier record of the same case on a machine of the same class; NULL when there is none. */
static const tern_record *earlier(const tern_results *results, const tern_record *r)
{
    const tern_record *found = NULL, *other;
    size_t cursor = 0;

    while ((other = tern_results_find(results, TERN_LINE_CASE, r->id, &cursor)) != NULL)
        if (other->timed && other->run < r->run && (found == NULL || other->run > found->run) &&
            tern_repeats_machine(results, other->run) == tern_repeats_machine(results, r->run))
            found = other;
    return found;
}

/* Whether the intervals of two medians do not overlap: above 0 slower, below 0 faster. */
static int moved(const tern_record *before, const tern_record *after)
{
    const tern_timing *a = &before->timing, *b = &after->timing;

    return b->low_ns > a->high_ns ? 1 : b->high_ns < a->low_ns ? -1 : 0;
}

enum { BOTH, SLOWER, FASTER, CHANGES_COLUMNS };

static const tern_column changes_columns[CHANGES_COLUMNS] = {
    {.name = "cases_of_two_runs", .type = TERN_COLUMN_COUNT},
    {.name = "slower", .type = TERN_COLUMN_COUNT},
    {.name = "faster", .type = TERN_COLUMN_COUNT},
};

/* What the sentence says, for programs. */
static void add_counts(tern_document *document, const changes *c)
{
    tern_sheet *sheet = tern_document_sheet(document, "changes", TERN_FOR_PROGRAMS, changes_columns, CHANGES_COLUMNS);

    tern_sheet_row(sheet);
    tern_sheet_count(sheet, BOTH, c->both);
    tern_sheet_count(sheet, SLOWER, c->slower);
    tern_sheet_count(sheet, FASTER, c->faster);
}

static changes count_changes(const tern_results *results)
{
    changes c = {0};

    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i], *before = r->timed ? earlier(results, r) : NULL;
        if (before == NULL)
            continue;
        c.both++;
        c.slower += moved(before, r) > 0;
        c.faster += moved(before, r) < 0;
    }
    return c;
}

/* Whether a case is of several runs that repeat each other. */
static bool have_series(const tern_results *results)
{
    for (size_t i = 0; i < results->cases.count; i++)
        if (results->cases.item[i].timing.runs > 1)
            return true;
    return false;
}

static void add_change(tern_sheet *sheet, const tern_record *before, const tern_record *after)
{
    const tern_timing *a = &before->timing, *b = &after->timing;

    tern_sheet_row(sheet);
    tern_sheet_text(sheet, CHANGED_ID, after->id);
    tern_sheet_real(sheet, CHANGED_BEFORE, a->median_ns);
    tern_sheet_real(sheet, CHANGED_AFTER, b->median_ns);
    tern_sheet_real(sheet, CHANGED_BY, b->median_ns / a->median_ns - 1.0);
    tern_sheet_count(sheet, CHANGED_RUN_BEFORE, before->run + 1);
    tern_sheet_count(sheet, CHANGED_RUN_AFTER, after->run + 1);
}

static void add_changes(tern_document *document, const tern_results *results)
{
    tern_document_fold(document, "Those cases");
    tern_sheet *sheet = tern_document_sheet(document, "changed", TERN_FOR_ALL, changed_columns, CHANGED_COLUMNS);
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i], *before = r->timed ? earlier(results, r) : NULL;
        if (before != NULL && moved(before, r) != 0)
            add_change(sheet, before, r);
    }
    tern_document_unfold(document);
}

static tern_status say_gates(tern_document *document, const tern_results *results, tern_error *error)
{
    char coverage[256];
    tern_status status = TERN_OK;

    for (uint32_t run = 0; run < results->runs.count && status == TERN_OK; run++) {
        tern_gate_rows rows;
        status = tern_gate_rows_new(&rows, results, run, error);
        if (status == TERN_OK && rows.count > 0)
            tern_document_paragraph(document, "What changed, by the gate: %s.",
                                    tern_gate_coverage(&rows, coverage, sizeof coverage));
        if (status == TERN_OK)
            tern_gate_rows_free(&rows);
    }
    return status;
}

tern_status tern_full_say_changes(tern_document *document, const tern_results *results, tern_error *error)
{
    if (results->compared.count > 0) {
        tern_status status = say_gates(document, results, error);
        tern_document_fold(document, "Case by case");
        if (status == TERN_OK)
            status = tern_gates_add(document, results, error);
        if (results->pairs.count > 0)
            tern_plot_add(document, "ratio");
        tern_document_unfold(document);
        return status;
    }
    if (results->points.count > 0 && results->cases.count == 0)
        return TERN_OK;
    if (results->runs.count < 2) {
        tern_document_paragraph(document,
                                "What changed: there is one run, and nothing to compare it with. Give the file "
                                "of an earlier run as well, or see `ternbench gate BASE CAND`.");
        return TERN_OK;
    }
    const changes c = count_changes(results);
    if (c.both == 0 && have_series(results))
        tern_document_paragraph(document,
                                "What changed: nothing to compare. The runs repeat each other, and their samples "
                                "are taken as one series.");
    else if (c.both == 0)
        tern_document_paragraph(document,
                                "What changed: the runs have no timed case in common%s. Give the file of an earlier "
                                "run as well, or see `ternbench gate BASE CAND`.",
                                tern_repeats_machines(results) > 1 ? " on one machine" : "");
    else
        tern_document_paragraph(document,
                                "What changed: of %zu case%s that two of the runs timed, %zu slower and %zu faster by "
                                "more than both intervals. This is what was seen; `ternbench gate` proves it.",
                                c.both, tern_text_plural(c.both), c.slower, c.faster);
    add_counts(document, &c);
    if (c.slower + c.faster > 0)
        add_changes(document, results);
    return TERN_OK;
}

enum { RESULTS, EXACT, WRONG, WRONG_COMPARED, WRONG_ARMS, UNSUPPORTED, CUT, REGRESSED, VERDICT_COLUMNS };

static const tern_column verdict_columns[VERDICT_COLUMNS] = {
    {.name = "results", .type = TERN_COLUMN_COUNT},
    {.name = "exact", .type = TERN_COLUMN_COUNT},
    {.name = "wrong", .type = TERN_COLUMN_COUNT},
    {.name = "wrong_compared", .label = "wrong in gates", .type = TERN_COLUMN_COUNT},
    {.name = "wrong_arms", .label = "wrong in ablations", .type = TERN_COLUMN_COUNT},
    {.name = "unsupported", .type = TERN_COLUMN_COUNT},
    {.name = "runs_cut", .label = "runs cut off", .type = TERN_COLUMN_COUNT},
    {.name = "regressed", .type = TERN_COLUMN_COUNT},
};

tern_status tern_full_verdict(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    const tally t = tally_of(results);
    const size_t values[VERDICT_COLUMNS] = {t.results,    t.exact,       t.wrong, t.wrong_compared,
                                            t.wrong_arms, t.unsupported, t.cut,   t.regressed};

    *filled = true;
    tern_full_say_verdict(document, results);
    if (tern_full_has_history(results)) {
        const tern_status status = tern_full_say_history(document, results, error);
        if (status != TERN_OK || t.results + results->compared.count + results->arms.count == 0)
            return status;
    }
    tern_sheet *sheet = tern_document_sheet(document, "verdict", TERN_FOR_ALL, verdict_columns, VERDICT_COLUMNS);
    tern_sheet_row(sheet);
    for (size_t i = 0; i < VERDICT_COLUMNS; i++)
        tern_sheet_count(sheet, i, values[i]);
    return TERN_OK;
}
