/*
 * What more threads bring. A section for each case but for its threads, where there are several; the row of the fewest
 * threads is what the others are compared with.
 *
 *     speed-up    time with the fewest threads / time
 *     efficiency  speed-up / (threads / fewest threads)
 *     imbalance   time inside the kernel of the busiest thread / mean over the threads; 1 is even
 *     fork-join   an empty call of the same threads
 */
#include "analyse/scaling.h"
#include "analyse/speedup.h"

#include "case_columns.h"
#include "report.h"
#include "runs.h"

#include <inttypes.h>

enum {
    THREADS = TERN_CASE_COLUMNS,
    MEDIAN,
    SPEEDUP,
    EFFICIENCY,
    IMBALANCE,
    FORK_JOIN,
    RUN,
    COLUMNS = RUN + TERN_RUN_COLUMNS
};

static const tern_column columns[COLUMNS] = {
    TERN_CASE_COLUMN_ROWS,
    {.name = "of_threads", .label = "threads", .type = TERN_COLUMN_COUNT, .audience = TERN_FOR_PEOPLE, .width = 7},
    {.name = "median_ns", .label = "median", .type = TERN_COLUMN_TIME, .unit = "ns", .width = 8},
    {.name = "speedup",
     .label = "speed-up",
     .type = TERN_COLUMN_REAL,
     .digits = 2,
     .width = 10,
     .interval = true,
     .left = true},
    {.name = "efficiency", .type = TERN_COLUMN_REAL, .digits = 2, .width = 10},
    {.name = "imbalance", .type = TERN_COLUMN_REAL, .digits = 2, .width = 10},
    {.name = "fork_join_ns", .label = "fork-join", .type = TERN_COLUMN_TIME, .unit = "ns", .width = 9},
    TERN_RUN_COLUMN_ROWS,
};

static void add_row(tern_sheet *sheet, const tern_results *results, const tern_record *r, const tern_record *fewest)
{
    const tern_scaling scaling = tern_scaling_of(r, fewest);

    tern_sheet_row(sheet);
    tern_case_cells(sheet, r);
    tern_sheet_count(sheet, THREADS, r->problem.threads);
    tern_sheet_real(sheet, MEDIAN, r->timing.median_ns);
    if (r == fewest)
        tern_sheet_real(sheet, SPEEDUP, scaling.speedup);
    else
        tern_sheet_estimate(sheet, SPEEDUP, tern_speedup_estimate(r, fewest));
    tern_sheet_real(sheet, EFFICIENCY, scaling.efficiency);
    tern_sheet_real(sheet, IMBALANCE, scaling.imbalance);
    tern_sheet_real(sheet, FORK_JOIN, r->timing.fork_join_ns);
    tern_run_cells(sheet, RUN, results, r->run);
}

static bool has_several(const tern_group *group)
{
    for (size_t i = 1; i < group->count; i++)
        if (group->item[i]->problem.threads != group->item[0]->problem.threads)
            return true;
    return false;
}

static void add_section(tern_sheet *sheet, const tern_results *results, const tern_group *group, tern_audience audience)
{
    const tern_record *fewest = tern_scaling_fewest(group);
    const tern_problem_key *key = &group->item[0]->problem;
    char name[TERN_CASE_NAME_BYTES];

    tern_runs_group(sheet, results, fewest->run);
    tern_sheet_section(sheet, audience, "%s  %zux%zux%zu  %s  p0=%.3g  seed=%" PRIu64,
                       tern_case_name_text(group->item[0], name), key->m, key->k, key->n, key->cache, key->p0,
                       key->seed);
    for (size_t i = 0; i < group->count; i++)
        add_row(sheet, results, group->item[i], fewest);
}

/*
 * People are shown what was timed with several thread counts; the rest only when that is all there is, and asked for.
 */
static tern_status add(tern_document *document, const tern_results *results, bool show_rest, tern_error *error)
{
    tern_groups cases;
    const tern_status status = tern_groups_of_results(&cases, results, &tern_by_all_but_threads, error);
    tern_sheet *sheet = tern_document_sheet(document, "scaling", TERN_FOR_ALL, columns, COLUMNS);

    for (size_t i = 0; i < cases.count; i++)
        show_rest &= !has_several(&cases.group[i]);
    for (size_t i = 0; i < cases.count; i++)
        add_section(sheet, results, &cases.group[i],
                    show_rest || has_several(&cases.group[i]) ? TERN_FOR_ALL : TERN_FOR_PROGRAMS);
    tern_groups_free(&cases);
    return status;
}

tern_status tern_scaling_add(tern_document *document, const tern_results *results, tern_error *error)
{
    return add(document, results, false, error);
}

tern_status tern_scaling_build(tern_document *document, const tern_results *results, tern_error *error)
{
    document->title = "What more threads bring";
    tern_runs_introduce(document, results);
    const tern_status status = add(document, results, true, error);
    tern_runs_add(document, results);
    return status;
}
