/*
 * Different machines side by side: by the share of each one's own limits, and by the ratio to the baseline of the same
 * run. Times are not shown, since they say which machine is larger and not which kernel is better.
 */
#include "full.h"

#include "analyse/fastest.h"
#include "analyse/groups.h"
#include "analyse/repeats.h"
#include "analyse/speedup.h"
#include "base/text.h"
#include "case_columns.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Side by side at most; what is more is told. */
enum { MACHINES = 6 };

enum { KERNEL = TERN_CASE_COLUMNS, FIGURES, COLUMNS = FIGURES + 2 * MACHINES };

#define MACHINE_COLUMNS(number)                                                                                        \
    {.name = "share_" number, .type = TERN_COLUMN_SHARE, .digits = 1, .of_limit = true},                               \
    {                                                                                                                  \
        .name = "ratio_" number, .type = TERN_COLUMN_REAL, .digits = 2, .interval = true                               \
    }

static const tern_column columns[COLUMNS] = {
    TERN_CASE_COLUMN_ROWS, {.name = "case", .label = "kernel", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PEOPLE},
    MACHINE_COLUMNS("1"),  MACHINE_COLUMNS("2"),
    MACHINE_COLUMNS("3"),  MACHINE_COLUMNS("4"),
    MACHINE_COLUMNS("5"),  MACHINE_COLUMNS("6"),
};

/* Kernel by kernel: means over the cases that two machines timed at least, each of them over its own baseline. */
enum { NAME, KERNEL_FIGURES, KERNEL_COLUMNS = KERNEL_FIGURES + 3 * MACHINES };

#define KERNEL_COLUMN_ROWS(number)                                                                                     \
    {.name = "share_" number, .type = TERN_COLUMN_SHARE, .digits = 1, .of_limit = true},                               \
        {.name = "ratio_" number, .type = TERN_COLUMN_REAL, .digits = 2},                                              \
    {                                                                                                                  \
        .name = "cases_" number, .type = TERN_COLUMN_COUNT, .audience = TERN_FOR_PROGRAMS                              \
    }

static const tern_column kernel_columns[KERNEL_COLUMNS] = {
    {.name = "kernel", .type = TERN_COLUMN_TEXT},
    KERNEL_COLUMN_ROWS("1"),
    KERNEL_COLUMN_ROWS("2"),
    KERNEL_COLUMN_ROWS("3"),
    KERNEL_COLUMN_ROWS("4"),
    KERNEL_COLUMN_ROWS("5"),
    KERNEL_COLUMN_ROWS("6"),
};

/* More than a program has. */
enum { KERNELS = 128 };

/* Sums of shares, and of logarithms of ratios. */
typedef struct kernel_sums {
    const char *kernel;
    double share[MACHINES], log_ratio[MACHINES];
    size_t shares[MACHINES], ratios[MACHINES];
} kernel_sums;

typedef struct summary {
    kernel_sums *kernel; /* KERNELS of them */
    size_t count;
} summary;

static kernel_sums *sums_of(summary *all, const char *kernel)
{
    size_t i = 0;

    while (i < all->count && strcmp(all->kernel[i].kernel, kernel) != 0)
        i++;
    if (i == KERNELS)
        return &all->kernel[KERNELS - 1];
    if (i == all->count)
        all->kernel[all->count++].kernel = kernel;
    return &all->kernel[i];
}

static void put_summary(tern_sheet *sheet, const summary *all)
{
    for (size_t k = 0; k < all->count; k++) {
        const kernel_sums *sums = &all->kernel[k];
        tern_sheet_row(sheet);
        tern_sheet_text(sheet, NAME, sums->kernel);
        for (size_t i = 0; i < MACHINES; i++) {
            if (sums->shares[i] > 0)
                tern_sheet_real(sheet, KERNEL_FIGURES + 3 * i, sums->share[i] / (double)sums->shares[i]);
            if (sums->ratios[i] == 0)
                continue;
            tern_sheet_real(sheet, KERNEL_FIGURES + 3 * i + 1, exp(sums->log_ratio[i] / (double)sums->ratios[i]));
            tern_sheet_count(sheet, KERNEL_FIGURES + 3 * i + 2, sums->ratios[i]);
        }
    }
}

bool tern_full_has_machines(const tern_results *results)
{
    return tern_repeats_machines(results) > 1;
}

void tern_full_say_machines(tern_document *document, const tern_results *results)
{
    uint32_t told = 0;

    for (uint32_t i = 0; i < results->runs.count; i++) {
        const tern_run *run = &results->runs.item[i];
        if (tern_repeats_machine(results, i) != told + 1)
            continue;
        told++;
        tern_document_line(document, "Machine %" PRIu32 ": %s, %" PRIu32 " CPU%s, %s.", told, run->cpu,
                           run->cpus_allowed, tern_text_plural(run->cpus_allowed), run->isa);
    }
}

/* Of each machine the newest record of a case; cases of one id are of one kernel and one problem. */
static size_t find_on_machines(const tern_results *results, const tern_record *r, const tern_record *found[MACHINES])
{
    const tern_record *other;
    size_t cursor = 0, machines = 0;

    memset(found, 0, MACHINES * sizeof *found);
    while ((other = tern_results_find(results, TERN_LINE_CASE, r->id, &cursor)) != NULL) {
        const uint32_t machine = tern_repeats_machine(results, other->run);
        if (!other->timed || machine > MACHINES)
            continue;
        if (other < r)
            return 0;
        machines += found[machine - 1] == NULL;
        found[machine - 1] = other;
    }
    return machines;
}

static const tern_record *baseline_of(const tern_results *results, const tern_record *r, tern_groups *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        const tern_record *first = problems->group[i].item[0];
        if (first->run == r->run && tern_problem_key_same(&first->problem, &r->problem))
            return tern_fastest_baseline(&problems->group[i], results);
    }
    return NULL;
}

/* From the column `first` on, `each` columns a machine. */
static void label(tern_sheet *sheet, const tern_results *results, size_t first, size_t each)
{
    const uint32_t machines = tern_repeats_machines(results);

    for (uint32_t i = 0; i < machines && i < MACHINES; i++) {
        const char *baseline = "baseline";
        for (uint32_t run = 0; run < results->runs.count; run++)
            if (tern_repeats_machine(results, run) == i + 1 && results->runs.item[run].baseline[0] != '\0')
                baseline = results->runs.item[run].baseline;
        tern_sheet_label(sheet, first + each * i, "machine %" PRIu32 ": of its limit", i + 1);
        tern_sheet_label(sheet, first + each * i + 1, "x its %s", baseline);
    }
}

static void add_row(tern_sheet *sheet, const tern_results *results, const tern_record *r,
                    const tern_record *const found[MACHINES], tern_groups *problems, summary *all)
{
    kernel_sums *sums = sums_of(all, r->kernel);

    tern_sheet_row(sheet);
    tern_case_cells(sheet, r);
    tern_case_name(sheet, KERNEL, r);
    for (size_t i = 0; i < MACHINES; i++) {
        if (found[i] == NULL)
            continue;
        const tern_record *baseline = baseline_of(results, found[i], problems);
        const double share = found[i]->timing.roof_share;
        tern_estimate ratio = {1.0, (double)NAN, (double)NAN};
        if (share > 0.0) {
            tern_sheet_real(sheet, FIGURES + 2 * i, share);
            sums->share[i] += share;
            sums->shares[i]++;
        }
        if (baseline == NULL)
            continue;
        if (baseline != found[i])
            ratio = tern_speedup_estimate(found[i], baseline);
        tern_sheet_estimate(sheet, FIGURES + 2 * i + 1, ratio);
        if (ratio.median > 0.0) {
            sums->log_ratio[i] += log(ratio.median);
            sums->ratios[i]++;
        }
    }
}

/* A section a problem, in which the kernels that two machines timed at least stand; none when there are none. */
static size_t add_problem(tern_sheet *sheet, const tern_results *results, const tern_group *problem,
                          tern_groups *problems, summary *all)
{
    const tern_record *found[MACHINES];
    char title[TERN_PROBLEM_TITLE_BYTES];
    size_t rows = 0;

    for (size_t i = 0; i < problem->count; i++) {
        if (find_on_machines(results, problem->item[i], found) < 2)
            continue;
        if (rows++ == 0) {
            tern_sheet_section(sheet, TERN_FOR_ALL, "%s", tern_case_problem_title(&problem->item[0]->problem, title));
            label(sheet, results, FIGURES, 2);
        }
        add_row(sheet, results, problem->item[i], found, problems, all);
    }
    return rows;
}

static void add_all(tern_document *document, const tern_results *results, tern_groups *problems, summary *all)
{
    tern_sheet *kernels = tern_document_sheet(document, "machines", TERN_FOR_ALL, kernel_columns, KERNEL_COLUMNS);
    size_t rows = 0;

    tern_sheet_section(kernels, TERN_FOR_ALL, "Kernel by kernel: means over the cases that several machines timed");
    label(kernels, results, KERNEL_FIGURES, 3);
    tern_document_fold(document, "Case by case");
    tern_sheet *cases = tern_document_sheet(document, "machines_cases", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < problems->count; i++)
        rows += add_problem(cases, results, &problems->group[i], problems, all);
    tern_document_unfold(document);
    put_summary(kernels, all);
    if (rows == 0)
        tern_document_line(document, "No case was timed by two of them.");
}

tern_status tern_full_machines(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    const uint32_t machines = tern_repeats_machines(results);
    summary all = {.kernel = calloc(KERNELS, sizeof *all.kernel)};
    tern_groups problems;
    tern_status status = tern_groups_of_results(&problems, results, &tern_by_problem_timed, error);

    *filled = true;
    if (status == TERN_OK && all.kernel == NULL)
        status = tern_error_memory(error, "figures of kernels", (double)(KERNELS * sizeof *all.kernel));
    tern_full_say_machines(document, results);
    if (machines > MACHINES)
        tern_document_line(document, "Only the first %d of %" PRIu32 " machines stand below.", MACHINES, machines);
    tern_document_line(document, "Each figure is relative to its own machine: the share of the limits that were "
                                 "measured there, and the ratio to the baseline of the same run. No time is compared.");
    if (status == TERN_OK)
        add_all(document, results, &problems, &all);
    tern_groups_free(&problems);
    free(all.kernel);
    return status;
}
