/*
 * Which share of zeros in W lets one kernel pass another: for each two kernels that were timed with several shares
 * and all else alike, one sentence.
 */
#include "crossovers.h"

#include "analyse/crossover.h"
#include "case_columns.h"
#include "report.h"
#include "runs.h"

#include <inttypes.h>

enum {
    M,
    K,
    N,
    THREADS,
    CACHE,
    SEED,
    GAINING,
    WHAT,
    OTHER,
    POINTS,
    FIRST_P0,
    FIRST_SPEEDUP,
    LAST_P0,
    LAST_SPEEDUP,
    BEHIND_UNTIL,
    AHEAD_FROM,
    RUN,
    COLUMNS = RUN + TERN_RUN_COLUMNS
};

static const tern_column columns[COLUMNS] = {
    {.name = "m", .type = TERN_COLUMN_COUNT},
    {.name = "k", .type = TERN_COLUMN_COUNT},
    {.name = "n", .type = TERN_COLUMN_COUNT},
    {.name = "threads", .type = TERN_COLUMN_COUNT},
    {.name = "cache", .type = TERN_COLUMN_TEXT},
    {.name = "seed", .type = TERN_COLUMN_COUNT},
    {.name = "kernel", .type = TERN_COLUMN_TEXT},
    {.name = "what", .type = TERN_COLUMN_TEXT},
    {.name = "other", .type = TERN_COLUMN_TEXT},
    {.name = "points", .type = TERN_COLUMN_COUNT},
    {.name = "first_p0", .type = TERN_COLUMN_REAL},
    {.name = "first_speedup", .type = TERN_COLUMN_REAL},
    {.name = "last_p0", .type = TERN_COLUMN_REAL},
    {.name = "last_speedup", .type = TERN_COLUMN_REAL},
    {.name = "behind_until_p0", .type = TERN_COLUMN_REAL},
    {.name = "ahead_from_p0", .type = TERN_COLUMN_REAL},
    TERN_RUN_COLUMN_ROWS,
};

static void say(tern_document *document, const tern_crossover *c)
{
    char gaining[TERN_CASE_NAME_BYTES], other[TERN_CASE_NAME_BYTES], where[96];

    if (c->kind == TERN_CROSSOVER_PASSES)
        snprintf(where, sizeof where, "at P(0) between %.3g and %.3g", c->behind_until, c->ahead_from);
    else
        snprintf(where, sizeof where, "within P(0) %.3g..%.3g", c->first.p0, c->last.p0);
    tern_document_line(document, "%s %s %s %s: %.2f times as fast at %.3g, %.2f at %.3g",
                       tern_case_name_text(c->gaining, gaining), tern_crossover_name(c->kind),
                       tern_case_name_text(c->other, other), where, c->first.speedup, c->first.p0, c->last.speedup,
                       c->last.p0);
}

static void add_row(tern_sheet *sheet, const tern_results *results, const tern_crossover *c)
{
    const tern_problem_key *key = &c->gaining->problem;

    tern_sheet_row(sheet);
    tern_sheet_count(sheet, M, key->m);
    tern_sheet_count(sheet, K, key->k);
    tern_sheet_count(sheet, N, key->n);
    tern_sheet_count(sheet, THREADS, key->threads);
    tern_sheet_text(sheet, CACHE, key->cache);
    tern_sheet_count(sheet, SEED, key->seed);
    tern_case_name(sheet, GAINING, c->gaining);
    tern_sheet_text(sheet, WHAT, tern_crossover_name(c->kind));
    tern_case_name(sheet, OTHER, c->other);
    tern_sheet_count(sheet, POINTS, c->points);
    tern_sheet_real(sheet, FIRST_P0, c->first.p0);
    tern_sheet_real(sheet, FIRST_SPEEDUP, c->first.speedup);
    tern_sheet_real(sheet, LAST_P0, c->last.p0);
    tern_sheet_real(sheet, LAST_SPEEDUP, c->last.speedup);
    tern_sheet_real(sheet, BEHIND_UNTIL, c->behind_until);
    tern_sheet_real(sheet, AHEAD_FROM, c->ahead_from);
    tern_run_cells(sheet, RUN, results, c->gaining->run);
}

static void introduce(tern_document *document, const tern_results *results, const tern_record *r)
{
    const tern_problem_key *key = &r->problem;

    if (results->runs.count > 1)
        tern_document_heading(document,
                              "Run %" PRIu32 ": zeros in W, %zux%zux%zu, threads=%" PRIu32 ", %s:", r->run + 1, key->m,
                              key->k, key->n, key->threads, key->cache);
    else
        tern_document_heading(document, "Zeros in W, %zux%zux%zu, threads=%" PRIu32 ", %s:", key->m, key->k, key->n,
                              key->threads, key->cache);
}

/* Each two kernels of a series. */
static void add_series(tern_document *document, tern_sheet *sheet, const tern_results *results,
                       const tern_groups *kernels)
{
    bool begun = false;

    for (size_t i = 0; i < kernels->count; i++)
        for (size_t j = i + 1; j < kernels->count; j++) {
            const tern_crossover c = tern_crossover_find(&kernels->group[i], &kernels->group[j]);
            if (c.kind == TERN_CROSSOVER_NONE)
                continue;
            if (!begun)
                introduce(document, results, c.gaining);
            begun = true;
            say(document, &c);
            add_row(sheet, results, &c);
        }
}

tern_status tern_crossovers_add(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_sheet *sheet = tern_document_sheet(document, "crossovers", TERN_FOR_PROGRAMS, columns, COLUMNS);
    tern_groups series, kernels;
    tern_status status = tern_groups_of_results(&series, results, &tern_by_all_but_zeros, error);

    for (size_t i = 0; i < series.count && status == TERN_OK; i++) {
        status = tern_groups_of_group(&kernels, &series.group[i], &tern_by_kernel, error);
        add_series(document, sheet, results, &kernels);
        tern_groups_free(&kernels);
    }
    tern_groups_free(&series);
    return status;
}

tern_status tern_crossovers_build(tern_document *document, const tern_results *results, tern_error *error)
{
    document->title = "Zeros in W, and the order of kernels";
    tern_runs_introduce(document, results);
    const tern_status status = tern_crossovers_add(document, results, error);
    tern_runs_add(document, results);
    return status;
}
