/*
 * What follows from the figures: verdict, changes, findings in words, and what stands in the way, by rules.
 */
#include "full.h"

#include "analyse/blockers.h"
#include "analyse/fastest.h"
#include "analyse/gate_rows.h"
#include "analyse/groups.h"
#include "analyse/speedup.h"
#include "base/text.h"
#include "case_columns.h"
#include "cell.h"
#include "plot.h"
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct tally {
    size_t results, exact, wrong, unsupported, cut, regressed, wrong_arms;
} tally;

static void take(tally *t, tern_verdict verdict)
{
    t->results++;
    t->exact += verdict == TERN_EXACT;
    t->unsupported += verdict == TERN_UNSUPPORTED;
    t->wrong += verdict != TERN_EXACT && verdict != TERN_UNSUPPORTED;
}

static size_t count_regressed(const tern_results *results)
{
    size_t regressed = 0;

    for (uint32_t run = 0; results->compared.count > 0 && run < results->runs.count; run++) {
        tern_gate_rows rows;
        if (tern_gate_rows_new(&rows, results, run, NULL) != TERN_OK)
            return regressed;
        regressed += rows.counts.regressed;
        tern_gate_rows_free(&rows);
    }
    return regressed;
}

static tally tally_of(const tern_results *results)
{
    tally t = {.regressed = count_regressed(results)};

    for (size_t i = 0; i < results->cases.count; i++)
        take(&t, results->cases.item[i].finding.verdict);
    for (size_t i = 0; i < results->decodes.count; i++)
        take(&t, results->decodes.item[i].finding.verdict);
    for (size_t i = 0; i < results->compared.count; i++)
        t.wrong += results->compared.item[i].state == TERN_COMPARED_WRONG;
    for (size_t i = 0; i < results->arms.count; i++)
        t.wrong_arms += tern_blocker_arm_is_wrong(&results->arms.item[i]);
    for (uint32_t i = 0; i < results->runs.count; i++) {
        const tern_run_end *end = tern_results_end(results, i);
        t.cut += end == NULL || !end->complete;
    }
    return t;
}

/* How many classes of machine the runs are of. */
static size_t classes(const tern_results *results)
{
    size_t count = 0;

    for (size_t i = 0; i < results->runs.count; i++) {
        size_t j = 0;
        while (j < i && strcmp(results->runs.item[j].machine_class, results->runs.item[i].machine_class) != 0)
            j++;
        count += j == i;
    }
    return count;
}

void tern_full_say_verdict(tern_document *document, const tern_results *results)
{
    const tally t = tally_of(results);

    if (t.wrong > 0)
        tern_document_verdict(document, false, "WRONG: %zu of %zu results are not exact.", t.wrong, t.results);
    if (t.wrong_arms > 0)
        tern_document_verdict(document, false,
                              "WRONG: %zu times a combination of toggles was not exact in an ablation.", t.wrong_arms);
    if (t.regressed > 0)
        tern_document_verdict(document, false, "REGRESSED: %zu case%s got slower.", t.regressed,
                              t.regressed == 1 ? "" : "s");
    if (t.cut > 0)
        tern_document_verdict(document, false,
                              "INCOMPLETE: %zu of %zu run%s did not end as planned; what is here is not all.", t.cut,
                              results->runs.count, results->runs.count == 1 ? "" : "s");
    if (classes(results) > 1)
        tern_document_verdict(
            document, false,
            "MIXED: the runs are of %zu classes of machine. Compare shares of a limit and ratios, not "
            "times.",
            classes(results));
    if (t.wrong + t.wrong_arms + t.regressed + t.cut > 0)
        return;
    if (t.results + results->compared.count + results->arms.count == 0)
        tern_document_verdict(document, false, "NOTHING: the records hold no result.");
    else if (t.unsupported > 0)
        tern_document_verdict(document, true,
                              "EXACT: all %zu results that this machine can compute are right; %zu it cannot.", t.exact,
                              t.unsupported);
    else
        tern_document_verdict(document, true, "EXACT: all %zu results are right.", t.results);
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
            strcmp(results->runs.item[other->run].machine_class, results->runs.item[r->run].machine_class) == 0)
            found = other;
    return found;
}

/* Whether the intervals of two medians do not overlap: above 0 slower, below 0 faster. */
static int moved(const tern_record *before, const tern_record *after)
{
    const tern_timing *a = &before->timing, *b = &after->timing;

    return b->low_ns > a->high_ns ? 1 : b->high_ns < a->low_ns ? -1 : 0;
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
        tern_plot_add(document, "ratio");
        tern_document_unfold(document);
        return status;
    }
    if (results->runs.count < 2) {
        tern_document_paragraph(document,
                                "What changed: there is one run, and nothing to compare it with. Give the file "
                                "of an earlier run as well, or see `ternbench gate BASE CAND`.");
        return TERN_OK;
    }
    const changes c = count_changes(results);
    if (c.both == 0)
        tern_document_paragraph(document,
                                "What changed: no case was timed by two of the runs on one class of machine.");
    else
        tern_document_paragraph(
            document,
            "What changed: of %zu cases that two of the runs timed, %zu are slower and %zu faster by "
            "more than both intervals. This is what was seen; `ternbench gate` proves it.",
            c.both, c.slower, c.faster);
    if (c.slower + c.faster > 0)
        add_changes(document, results);
    return TERN_OK;
}

/* "4096x4096x1 ..., 2 threads, cold: vnni.t5, 91.0 % of its limit, 1.02 times as fast as avx2" */
static void say_problem(tern_document *document, const tern_group *group)
{
    const tern_record *best = tern_fastest_of(group, NULL, NULL), *second = tern_fastest_of(group, NULL, best);
    char title[TERN_PROBLEM_TITLE_BYTES], text[1024] = "", name[TERN_CASE_NAME_BYTES], ratio[TERN_CELL_BYTES];

    tern_text_append(text, sizeof text, "%s: %s is the fastest", tern_case_problem_title(&best->problem, title),
                     tern_case_name_text(best, name));
    if (best->timing.roof_share > 0.0)
        tern_text_append(text, sizeof text, ", at %.1f %% of its limit", 100.0 * best->timing.roof_share);
    if (second != NULL)
        tern_text_append(text, sizeof text, ", %s times as fast as %s",
                         tern_cell_interval(tern_speedup_estimate(best, second), 2, ratio, sizeof ratio),
                         tern_case_name_text(second, name));
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
    if (problems.count > 0)
        tern_document_line(document, "Of %zu problems that were timed, the largest:", problems.count);
    for (size_t j = 0; j < SAID && largest[j] != NULL; j++)
        say_problem(document, largest[j]);
    tern_groups_free(&problems);
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

    *filled = true;
    if (found.count == 0)
        tern_document_line(document, "None: no rule finds anything in these records.");
    else
        tern_document_line(document,
                           "Found by rules. A root cause is given where a record shows it, a benefit where it "
                           "was measured.");
    tern_sheet *sheet = tern_document_sheet(document, "blockers", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < found.count; i++)
        add_blocker(sheet, &found.item[i]);
    tern_blockers_free(&found);
    return status;
}

enum { RESULTS, EXACT, WRONG, WRONG_ARMS, UNSUPPORTED, CUT, REGRESSED, VERDICT_COLUMNS };

static const tern_column verdict_columns[VERDICT_COLUMNS] = {
    {.name = "results", .type = TERN_COLUMN_COUNT},
    {.name = "exact", .type = TERN_COLUMN_COUNT},
    {.name = "wrong", .type = TERN_COLUMN_COUNT},
    {.name = "wrong_arms", .label = "wrong in ablations", .type = TERN_COLUMN_COUNT},
    {.name = "unsupported", .type = TERN_COLUMN_COUNT},
    {.name = "runs_cut", .label = "runs cut off", .type = TERN_COLUMN_COUNT},
    {.name = "regressed", .type = TERN_COLUMN_COUNT},
};

tern_status tern_full_verdict(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    const tally t = tally_of(results);
    const size_t values[VERDICT_COLUMNS] = {t.results,     t.exact, t.wrong,    t.wrong_arms,
                                            t.unsupported, t.cut,   t.regressed};

    (void)error;
    *filled = true;
    tern_full_say_verdict(document, results);
    tern_sheet *sheet = tern_document_sheet(document, "verdict", TERN_FOR_ALL, verdict_columns, VERDICT_COLUMNS);
    tern_sheet_row(sheet);
    for (size_t i = 0; i < VERDICT_COLUMNS; i++)
        tern_sheet_count(sheet, i, values[i]);
    return TERN_OK;
}
