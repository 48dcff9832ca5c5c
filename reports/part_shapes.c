/*
 * Products, shape by shape: one row a problem for people, with its fastest kernel; what is wrong; and all cases folded.
 */
#include "full.h"

#include "analyse/fastest.h"
#include "analyse/repeats.h"
#include "analyse/speedup.h"
#include "base/text.h"
#include "case_columns.h"
#include "crossovers.h"
#include "plot.h"
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SHAPE,
    THREADS,
    CACHE,
    P0,
    CASES,
    EXACT,
    WRONG,
    UNSUPPORTED,
    RIGHT,
    FASTEST,
    MEDIAN,
    GMACS,
    GBPS,
    SHARE,
    REMARK,
    OVER_BASELINE,
    RUN,
    COLUMNS
};

static const tern_column columns[COLUMNS] = {
    {.name = "shape", .type = TERN_COLUMN_TEXT},
    {.name = "threads", .type = TERN_COLUMN_COUNT},
    {.name = "cache", .type = TERN_COLUMN_TEXT},
    {.name = "p0", .label = "P(0)", .type = TERN_COLUMN_ROUGH, .digits = 3},
    TERN_FOR_PROGRAMS_COLUMN("cases", TERN_COLUMN_COUNT),
    TERN_FOR_PROGRAMS_COLUMN("exact", TERN_COLUMN_COUNT),
    TERN_FOR_PROGRAMS_COLUMN("wrong", TERN_COLUMN_COUNT),
    TERN_FOR_PROGRAMS_COLUMN("unsupported", TERN_COLUMN_COUNT),
    {.name = "right", .label = "EXACT", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PEOPLE},
    {.name = "fastest", .type = TERN_COLUMN_TEXT},
    {.name = "median_ns", .label = "median", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "gmacs", .label = "GMAC/s", .type = TERN_COLUMN_REAL, .unit = "GMAC/s", .digits = 2},
    {.name = "gbps", .label = "GB/s", .type = TERN_COLUMN_REAL, .unit = "GB/s", .digits = 2},
    {.name = "roof_share", .label = "of the limit", .type = TERN_COLUMN_SHARE, .digits = 1, .of_limit = true},
    {.name = "not_cold", .label = "", .type = TERN_COLUMN_TEXT},
    {.name = "speedup", .label = "x baseline", .type = TERN_COLUMN_REAL, .digits = 2, .interval = true},
    {.name = "run", .type = TERN_COLUMN_COUNT},
};

typedef struct counts {
    size_t exact, wrong, unsupported, edges;
} counts;

static void count(counts *c, const tern_record *r)
{
    c->exact += r->finding.verdict == TERN_EXACT;
    c->unsupported += r->finding.verdict == TERN_UNSUPPORTED;
    c->wrong += tern_verdict_is_wrong(r->finding.verdict);
}

static void add_fastest(tern_sheet *sheet, const tern_results *results, const tern_group *group)
{
    const tern_record *best = tern_fastest_of(group, NULL, NULL), *baseline = tern_fastest_baseline(group, results);

    if (best == NULL)
        return;
    tern_case_name(sheet, FASTEST, best);
    tern_sheet_real(sheet, MEDIAN, best->timing.median_ns);
    tern_sheet_real(sheet, GMACS, tern_record_gmacs(best));
    tern_sheet_real(sheet, GBPS, tern_record_gbps(best));
    if (best->timing.roof_share > 0.0)
        tern_sheet_real(sheet, SHARE, best->timing.roof_share);
    if (best->timing.not_cold)
        tern_sheet_text(sheet, REMARK, "not cold");
    if (baseline != NULL && baseline != best)
        tern_sheet_estimate(sheet, OVER_BASELINE, tern_speedup_estimate(best, baseline));
}

/* Small and odd shapes that only the check is for; a suite may repeat them for each of its groups. */
static bool is_edge(const tern_record *r)
{
    return strcmp(r->group, "edges") == 0 || r->problem.sweep[0] != '\0';
}

static void add_problem(tern_sheet *sheet, const tern_results *results, const tern_group *group)
{
    const tern_problem_key *key = &group->item[0]->problem;
    counts c = {0};

    for (size_t i = 0; i < group->count; i++)
        count(&c, group->item[i]);
    tern_sheet_row(sheet);
    tern_sheet_format(sheet, SHAPE, "%zux%zux%zu", key->m, key->k, key->n);
    if (key->threads > 0)
        tern_sheet_count(sheet, THREADS, key->threads);
    tern_sheet_text(sheet, CACHE, key->cache);
    tern_sheet_real(sheet, P0, key->p0);
    tern_sheet_count(sheet, CASES, group->count);
    tern_sheet_count(sheet, EXACT, c.exact);
    tern_sheet_count(sheet, WRONG, c.wrong);
    tern_sheet_count(sheet, UNSUPPORTED, c.unsupported);
    if (c.exact + c.unsupported == group->count)
        tern_sheet_format(sheet, RIGHT, "all %zu", c.exact);
    else
        tern_sheet_format(sheet, RIGHT, "%zu of %zu", c.exact, group->count - c.unsupported);
    add_fastest(sheet, results, group);
    tern_sheet_count(sheet, RUN, group->item[0]->run + 1);
}

enum {
    WRONG_ID,
    WRONG_VERDICT,
    WRONG_COUNT,
    WRONG_LARGEST,
    WRONG_RELATIVE,
    WRONG_REASON,
    WRONG_HINT,
    WRONG_RUN,
    WRONG_COLUMNS
};

static const tern_column wrong_columns[WRONG_COLUMNS] = {
    {.name = "id", .label = "case", .type = TERN_COLUMN_TEXT},
    {.name = "verdict", .type = TERN_COLUMN_VERDICT},
    {.name = "mismatches", .type = TERN_COLUMN_COUNT},
    {.name = "max_abs", .label = "largest error", .type = TERN_COLUMN_COUNT},
    {.name = "relative_l2", .label = "relative error", .type = TERN_COLUMN_SHARE, .digits = 1},
    {.name = "reason", .type = TERN_COLUMN_REMARK},
    {.name = "hint", .type = TERN_COLUMN_REMARK},
    {.name = "run", .type = TERN_COLUMN_COUNT},
};

static void add_wrong(tern_document *document, const tern_results *results)
{
    tern_sheet *sheet = tern_document_sheet(document, "wrong", TERN_FOR_ALL, wrong_columns, WRONG_COLUMNS);

    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (!tern_verdict_is_wrong(r->finding.verdict))
            continue;
        if (sheet->rows == 0)
            tern_sheet_section(sheet, TERN_FOR_ALL, "Wrong, and so without a speed");
        tern_sheet_row(sheet);
        tern_sheet_text(sheet, WRONG_ID, r->id);
        tern_sheet_text(sheet, WRONG_VERDICT, tern_verdict_name(r->finding.verdict));
        tern_sheet_count(sheet, WRONG_COUNT, r->finding.mismatches);
        tern_sheet_count(sheet, WRONG_LARGEST, r->finding.max_abs);
        tern_sheet_real(sheet, WRONG_RELATIVE, r->finding.relative_l2);
        tern_sheet_text(sheet, WRONG_REASON, r->finding.reason);
        tern_sheet_text(sheet, WRONG_HINT, r->finding.hint);
        tern_sheet_count(sheet, WRONG_RUN, r->run + 1);
    }
}

static tern_status add_folded(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_status status;

    tern_document_fold(document, "All %zu case%s, kernel by kernel", results->cases.count,
                       tern_text_plural(results->cases.count));
    status = tern_table_add(document, results, error);
    tern_document_unfold(document);
    tern_document_fold(document, "Threads: speed-up, efficiency, imbalance, fork and join");
    if (status == TERN_OK)
        status = tern_scaling_add(document, results, error);
    tern_document_unfold(document);
    tern_document_fold(document, "Zeros in W: which kernel passes which");
    if (status == TERN_OK)
        status = tern_crossovers_add(document, results, error);
    tern_document_unfold(document);
    return status;
}

tern_status tern_full_shapes_sheet(tern_document *document, const tern_results *results, tern_error *error)
{
    const uint32_t machines = tern_repeats_machines(results);
    tern_groups problems;
    const tern_status status = tern_groups_of_results(&problems, results, &tern_by_problem, error);
    tern_sheet *sheet = tern_document_sheet(document, "shapes", TERN_FOR_ALL, columns, COLUMNS);

    for (uint32_t machine = 1; machine <= machines; machine++) {
        if (machines > 1)
            tern_sheet_section(sheet, TERN_FOR_ALL, "Machine %" PRIu32, machine);
        for (size_t i = 0; i < problems.count; i++) {
            const tern_record *first = problems.group[i].item[0];
            if (!is_edge(first) && tern_repeats_machine(results, first->run) == machine)
                add_problem(sheet, results, &problems.group[i]);
        }
    }
    tern_groups_free(&problems);
    return status;
}

enum { COUNT_CASES, COUNT_EXACT, COUNT_WRONG, COUNT_UNSUPPORTED, COUNT_EDGES, COUNT_COLUMNS };

static const tern_column count_columns[COUNT_COLUMNS] = {
    {.name = "cases", .type = TERN_COLUMN_COUNT},      {.name = "exact", .type = TERN_COLUMN_COUNT},
    {.name = "wrong", .type = TERN_COLUMN_COUNT},      {.name = "unsupported", .type = TERN_COLUMN_COUNT},
    {.name = "edge_cases", .type = TERN_COLUMN_COUNT},
};

static void say_counts(tern_document *document, size_t cases, const counts *all)
{
    const size_t values[COUNT_COLUMNS] = {cases, all->exact, all->wrong, all->unsupported, all->edges};
    tern_sheet *sheet = tern_document_sheet(document, "counts", TERN_FOR_PROGRAMS, count_columns, COUNT_COLUMNS);
    char text[256];

    tern_sheet_row(sheet);
    for (size_t i = 0; i < COUNT_COLUMNS; i++)
        tern_sheet_count(sheet, i, values[i]);

    snprintf(text, sizeof text, "%zu case%s: %zu EXACT, %zu wrong", cases, tern_text_plural(cases), all->exact,
             all->wrong);
    if (all->unsupported > 0)
        tern_text_append(text, sizeof text, ", %zu that a kernel or this machine does not support", all->unsupported);
    if (all->edges > 0)
        tern_text_append(text, sizeof text, "; %zu of them are odd sizes that only the check is for", all->edges);
    tern_document_line(document, "%s.", text);
}

tern_status tern_full_shapes(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    static const char *const plots[] = {"speed", "roofline", "scaling", "zeros"};
    counts all = {0};

    *filled = results->cases.count > 0;
    for (size_t i = 0; i < results->cases.count; i++) {
        count(&all, &results->cases.item[i]);
        all.edges += is_edge(&results->cases.item[i]);
    }
    if (*filled)
        say_counts(document, results->cases.count, &all);
    add_wrong(document, results);
    tern_status status = tern_full_shapes_sheet(document, results, error);
    if (status == TERN_OK && *filled)
        status = add_folded(document, results, error);
    for (size_t i = 0; *filled && i < sizeof plots / sizeof *plots; i++)
        tern_plot_add(document, plots[i]);
    return status;
}
