/*
 * Optimisations: is each compiled in, was it selected, did it run, and what is its effect? Kernels beside the baseline
 * of their run, toggles by ablation. And whether single effects foretell what all together give.
 */
#include "full.h"

#include "ablate.h"
#include "analyse/ablation.h"
#include "analyse/fastest.h"
#include "analyse/groups.h"
#include "analyse/repeats.h"
#include "analyse/speedup.h"
#include "analyse/student.h"
#include "base/text.h"
#include "plot.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMPONENT, MACHINE, KIND, COMPILED, SELECTED, CALLS, EFFECT, OF, SIDE_OF, CASE_OF, COLUMNS };

static const tern_column columns[COLUMNS] = {
    {.name = "component", .type = TERN_COLUMN_TEXT},
    {.name = "machine", .type = TERN_COLUMN_COUNT},
    {.name = "kind", .type = TERN_COLUMN_TEXT},
    {.name = "compiled", .type = TERN_COLUMN_TEXT},
    {.name = "selected", .type = TERN_COLUMN_TEXT},
    {.name = "calls", .label = "executed, calls", .type = TERN_COLUMN_COUNT},
    {.name = "effect", .label = "effect: times as fast", .type = TERN_COLUMN_REAL, .digits = 3, .interval = true},
    {.name = "of", .label = "over", .type = TERN_COLUMN_REMARK},
    TERN_FOR_PROGRAMS_COLUMN("side", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("id", TERN_COLUMN_TEXT),
};

/* What is known of one kernel over all records of one machine: effects on several have no mean. */
typedef struct survey {
    uint32_t machine;
    uint64_t calls;
    size_t cases, problems, fastest, loops;
    const char *refusal; /* of a kernel that no case could run */
    const char *baseline;
    double *log; /* of its speed over the baseline's, problem by problem */
    size_t ratios;
} survey;

static void look_at_problem(survey *s, const tern_group *problem, const char *kernel, const tern_results *results)
{
    const tern_record *best = tern_fastest_of(problem, NULL, NULL), *baseline = tern_fastest_baseline(problem, results);

    if (tern_repeats_machine(results, problem->item[0]->run) != s->machine)
        return;
    s->problems++;
    s->fastest += best != NULL && strcmp(best->kernel, kernel) == 0;
    for (size_t i = 0; i < problem->count; i++) {
        const tern_record *r = problem->item[i];
        if (strcmp(r->kernel, kernel) != 0 || r->toggles[0] != '\0' || baseline == NULL || baseline == r)
            continue;
        const double ratio = tern_speedup_estimate(r, baseline).median;
        if (isfinite(ratio) && ratio > 0.0)
            s->log[s->ratios++] = log(ratio);
        s->baseline = baseline->kernel;
    }
}

static void look_at_records(survey *s, const char *kernel, const tern_results *results)
{
    bool runs = false;

    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (strcmp(r->kernel, kernel) != 0 || tern_repeats_machine(results, r->run) != s->machine)
            continue;
        s->cases++;
        s->calls += r->timed ? r->timing.calls : 0;
        if (r->finding.verdict != TERN_UNSUPPORTED)
            runs = true;
        else
            s->refusal = r->finding.reason;
    }
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        if (strcmp(r->kernel, kernel) == 0 && r->timed && tern_repeats_machine(results, r->run) == s->machine) {
            s->loops++;
            runs = true;
        }
    }
    if (runs)
        s->refusal = NULL;
}

static tern_estimate mean_ratio(const double *log, size_t count)
{
    const tern_mean mean = tern_mean_of(log, count, 0.95);

    return (tern_estimate){exp(mean.mean), exp(mean.low), exp(mean.high)};
}

static void add_kernel(tern_sheet *sheet, const char *kernel, uint32_t machine, const tern_groups *problems,
                       const tern_results *results, double *room)
{
    survey s = {.machine = machine, .log = room, .baseline = ""};
    char selected[128] = "";

    look_at_records(&s, kernel, results);
    if (s.cases + s.loops == 0)
        return;
    for (size_t i = 0; i < problems->count; i++)
        look_at_problem(&s, &problems->group[i], kernel, results);
    if (s.fastest > 0)
        tern_text_append(selected, sizeof selected, "fastest on %zu of %zu problem%s", s.fastest, s.problems,
                         tern_text_plural(s.problems));
    if (s.loops > 0)
        tern_text_append(selected, sizeof selected, "%sby %zu decode run%s", selected[0] == '\0' ? "" : ", ", s.loops,
                         tern_text_plural(s.loops));
    if (sheet->rows == 0)
        tern_sheet_section(sheet, TERN_FOR_ALL, "Kernels");
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, COMPONENT, kernel);
    if (tern_repeats_machines(results) > 1)
        tern_sheet_count(sheet, MACHINE, machine);
    tern_sheet_text(sheet, KIND, "kernel");
    tern_sheet_format(sheet, COMPILED, s.refusal == NULL ? "yes" : "not here: %s", s.refusal);
    tern_sheet_text(sheet, SELECTED, selected[0] == '\0' ? "nowhere" : selected);
    tern_sheet_count(sheet, CALLS, s.calls);
    if (s.ratios > 0) {
        tern_sheet_estimate(sheet, EFFECT, mean_ratio(s.log, s.ratios));
        tern_sheet_format(sheet, OF, "%s, mean of %zu problem%s", s.baseline, s.ratios, tern_text_plural(s.ratios));
    }
}

/* Names in the order of the records; more than a program has. */
enum { KERNELS = 128 };

static size_t add_name(const char *name[KERNELS], size_t count, const char *kernel)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name[i], kernel) == 0)
            return count;
    if (count < KERNELS)
        name[count++] = kernel;
    return count;
}

static size_t list_kernels(const tern_results *results, const char *name[KERNELS])
{
    size_t count = 0;

    for (size_t i = 0; i < results->cases.count; i++)
        count = add_name(name, count, results->cases.item[i].kernel);
    for (size_t i = 0; i < results->decodes.count; i++)
        count = add_name(name, count, results->decodes.item[i].kernel);
    return count;
}

static tern_status add_kernels(tern_sheet *sheet, const tern_results *results, tern_error *error)
{
    const char *name[KERNELS];
    const size_t count = list_kernels(results, name);
    tern_groups problems;
    tern_status status = tern_groups_of_results(&problems, results, &tern_by_problem_timed, error);
    double *room = calloc(results->cases.count + 1, sizeof *room);

    if (status == TERN_OK && room == NULL)
        status = tern_error_memory(error, "ratios", (double)results->cases.count * sizeof *room);
    for (uint32_t machine = 1; status == TERN_OK && machine <= tern_repeats_machines(results); machine++)
        for (size_t i = 0; i < count; i++)
            add_kernel(sheet, name[i], machine, &problems, results, room);
    free(room);
    tern_groups_free(&problems);
    return status;
}

/* Samples in which a toggle was on. */
static uint64_t samples_with(const tern_results *results, const tern_ablation *a, const char *toggle)
{
    uint64_t samples = 0;
    char padded[sizeof a->all->on + 2], word[80];

    snprintf(word, sizeof word, " %s ", toggle);
    for (size_t i = 0; i < results->arms.count; i++) {
        const tern_arm_record *arm = &results->arms.item[i];
        snprintf(padded, sizeof padded, " %s ", arm->on);
        if (arm->run == a->all->run && strcmp(arm->id, a->all->id) == 0 && strcmp(arm->side, a->all->side) == 0 &&
            strstr(padded, word) != NULL)
            samples += arm->samples;
    }
    return samples;
}

typedef struct filling {
    tern_sheet *sheet;
    const tern_results *results;
} filling;

static void add_toggles(void *context, const tern_ablation *a)
{
    const filling *f = context;
    tern_sheet *sheet = f->sheet;
    const bool of_loop = a->all->measured[0] != '\0';

    tern_sheet_section(sheet, TERN_FOR_ALL, "%s%s%s", a->all->side, a->all->side[0] == '\0' ? "" : ": ", a->all->id);
    for (size_t i = 0; i < a->toggles; i++) {
        const tern_effect *effect = tern_ablation_effect(a, i);
        tern_sheet_row(sheet);
        tern_sheet_text(sheet, COMPONENT, a->name[i]);
        if (tern_repeats_machines(f->results) > 1)
            tern_sheet_count(sheet, MACHINE, tern_repeats_machine(f->results, a->all->run));
        tern_sheet_text(sheet, KIND, of_loop ? "part of the decode loop" : "toggle");
        tern_sheet_text(sheet, COMPILED, "yes");
        tern_sheet_text(sheet, SELECTED,
                        effect == NULL
                            ? of_loop ? "no: it is the same without it" : "no: bind() takes the same without it"
                            : "yes");
        tern_sheet_count(sheet, CALLS, effect == NULL ? 0 : samples_with(f->results, a, a->name[i]));
        if (effect != NULL && tern_ablation_is_measured(a))
            tern_sheet_estimate(sheet, EFFECT,
                                (tern_estimate){exp(effect->contribution.mean), exp(effect->contribution.low),
                                                exp(effect->contribution.high)});
        tern_sheet_text(sheet, OF, "without it");
        tern_sheet_text(sheet, SIDE_OF, a->all->side);
        tern_sheet_text(sheet, CASE_OF, a->all->id);
    }
}

tern_status tern_full_components(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    tern_sheet *sheet = tern_document_sheet(document, "components", TERN_FOR_ALL, columns, COLUMNS);
    filling f = {sheet, results};
    tern_status status = add_kernels(sheet, results, error);

    if (status == TERN_OK)
        status = tern_ablation_each(results, add_toggles, &f, error);
    *filled = sheet->rows > 0;
    if (results->arms.count == 0 && *filled)
        tern_document_line(document,
                           "No toggle was taken apart in these runs; `ternbench ablate suites/gate.suite` does, and "
                           "`ternbench ablate decode`.");
    if (results->arms.count > 0) {
        tern_document_line(document, "Of toggles, calls are samples in which they were on.");
        tern_document_fold(document, "What each toggle gives, alone and beside the others");
        if (status == TERN_OK)
            status = tern_ablate_add(document, results, error);
        tern_document_unfold(document);
        tern_plot_add(document, "ablation");
    }
    return status;
}

enum { CASE, SIDE, PROJECTED, MEASURED, DIFFERENCE, HOLDS, PROJECTION_COLUMNS };

static const tern_column projection_columns[PROJECTION_COLUMNS] = {
    {.name = "id", .label = "case", .type = TERN_COLUMN_TEXT},
    {.name = "side", .type = TERN_COLUMN_TEXT},
    {.name = "projected", .label = "projected from single effects", .type = TERN_COLUMN_REAL, .digits = 3},
    {.name = "measured", .label = "measured together", .type = TERN_COLUMN_REAL, .digits = 3, .interval = true},
    {.name = "difference", .type = TERN_COLUMN_CHANGE, .digits = 1},
    {.name = "holds", .label = "", .type = TERN_COLUMN_REMARK},
};

static void add_projection(void *context, const tern_ablation *a)
{
    tern_sheet *sheet = context;
    const tern_mean *total = &a->effects.total;
    double sum = 0.0;

    if (!tern_ablation_is_measured(a))
        return;
    for (size_t i = 0; i < a->toggles; i++)
        if (tern_ablation_effect(a, i) != NULL)
            sum += tern_ablation_effect(a, i)->alone.mean;
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, CASE, a->all->id);
    if (a->all->side[0] != '\0')
        tern_sheet_text(sheet, SIDE, a->all->side);
    tern_sheet_real(sheet, PROJECTED, exp(sum));
    tern_sheet_estimate(sheet, MEASURED, (tern_estimate){exp(total->mean), exp(total->low), exp(total->high)});
    tern_sheet_real(sheet, DIFFERENCE, expm1(total->mean - sum));
    tern_sheet_text(sheet, HOLDS,
                    sum < total->low    ? "together they give more than alone"
                    : sum > total->high ? "together they give less than alone"
                                        : "the projection holds");
}

tern_status tern_full_projections(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    *filled = results->arms.count > 0;
    if (!*filled)
        return TERN_OK;
    tern_document_line(document,
                       "What each toggle gives by itself, multiplied, beside what all of them were measured to "
                       "give together.");
    tern_sheet *sheet =
        tern_document_sheet(document, "projections", TERN_FOR_ALL, projection_columns, PROJECTION_COLUMNS);
    return tern_ablation_each(results, add_projection, sheet, error);
}
