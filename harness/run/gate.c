/*
 * First everything is found out that needs no clock: which kernels are the same, which are right, how many instructions
 * they take. Then each case that is left is sampled, one process after the other, until its figures give an answer.
 */
#include "run/gate.h"

#include "analyse/gate_rows.h"
#include "base/filter.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "plan/edges.h"
#include "run/gate_rules.h"
#include "run/two_cases.h"

#include <stdlib.h>
#include <string.h>

struct tern_gate {
    const tern_gate_settings *settings;
    const tern_two_sides *sides;
    const tern_plan *plan;
    tern_comparing comparing;
    tern_gate_rules rules;
    tern_two_checks checks;
    tern_two_cases *items; /* of the plan, then a canary of BASE against itself if one is needed */
    size_t count;
};

/* The id of the canary that is BASE against itself begins so. */
static const char self_prefix[] = "canary: ";

static uint32_t isa_of(const tern_gate *g)
{
    return g->comparing.recording->session->isa;
}

/* What BASE says of the case stands in its line. */
static void begin(const tern_gate *g, tern_two_cases *item, const tern_case *cand, const char *id)
{
    const char *expected = tern_gate_rules_expected(&g->rules, id);

    tern_two_cases_init(item, g->sides, cand, id, tern_gate_rules_delta(&g->rules, id, g->settings->delta));
    item->line.expected = expected != NULL;
    if (expected != NULL)
        tern_text_copy(item->line.expectation, sizeof item->line.expectation, expected);
}

static tern_status add(tern_gate *g, const tern_compared *line, tern_error *error)
{
    return tern_sink_add(&g->comparing.recording->sink, TERN_LINE_COMPARED, line, error);
}

/* Whether one case is the better canary: in cache, and quick. */
static bool is_better_canary(const tern_two_cases *a, const tern_two_cases *b)
{
    if (b == NULL || a->cand.cache != b->cand.cache)
        return b == NULL || a->cand.cache == TERN_HOT;
    return tern_shape_macs(a->cand.shape) < tern_shape_macs(b->cand.shape);
}

static tern_two_cases *best_of(tern_gate *g, tern_compared_state state)
{
    tern_two_cases *best = NULL;

    for (size_t i = 0; i < g->plan->count; i++)
        if (g->items[i].line.state == state && g->items[i].cand.threads == 1 && is_better_canary(&g->items[i], best))
            best = &g->items[i];
    return best;
}

/* Chooses what shows how much the machine moves code that is the same on both sides: BASE against itself if need be. */
static void choose_canary(tern_gate *g)
{
    tern_two_cases *identical = best_of(g, TERN_COMPARED_IDENTICAL), *timed = best_of(g, TERN_COMPARED_TIMED);
    char id[TERN_ID_BYTES], base_id[TERN_ID_BYTES] = "";

    if (timed == NULL)
        return;
    if (identical != NULL) {
        identical->line.state = TERN_COMPARED_CANARY;
        identical->line.finding.values = 1;
        return;
    }
    tern_two_cases *self = &g->items[g->count++];
    tern_text_append(base_id, sizeof base_id, "%s%s", self_prefix, tern_case_id(&timed->base, id, sizeof id));
    begin(g, self, &timed->base, base_id);
    self->plugin[1] = self->plugin[0];
    self->line.state = TERN_COMPARED_CANARY;
}

/* Whether the filter lets the kernel through in a case of the plan. */
static bool is_wanted(const tern_plan *plan, const tern_filter *filter, const tern_kernel *kernel)
{
    char id[TERN_ID_BYTES];
    bool wanted = false;

    for (size_t i = 0; i < plan->count && !wanted; i++) {
        const tern_case c = tern_two_sides_case(&plan->cases[i].c, kernel);
        wanted = tern_filter_passes(filter, tern_case_id(&c, id, sizeof id));
    }
    return wanted;
}

static bool is_file(const tern_side *side)
{
    return side->kind == TERN_SIDE_PLUGIN || side->kind == TERN_SIDE_SOURCE;
}

/*
 * Whether a kernel of BASE is gone from CAND, and wanted. A file beside a whole tree stands for its own kernels, and
 * the others are not gone.
 */
static bool is_gone(const tern_two_sides *sides, const tern_plan *unfiltered, const tern_filter *filter,
                    const tern_kernel *kernel)
{
    return (!is_file(sides->cand) || is_file(&sides->base)) && tern_two_sides_cand_of(sides, kernel) == NULL &&
           is_wanted(unfiltered, filter, kernel);
}

tern_status tern_gate_misses(const tern_two_sides *sides, const tern_plan *unfiltered, const char *filter, bool *misses,
                             tern_error *error)
{
    tern_filter passing;
    const tern_status status = tern_filter_compile(&passing, filter, error);

    *misses = false;
    for (size_t i = 0; i < tern_registry_count(sides->base_kernels) && status == TERN_OK && !*misses; i++)
        *misses = is_gone(sides, unfiltered, &passing, tern_registry_kernel(sides->base_kernels, i));
    tern_filter_free(&passing);
    return status;
}

/* Kernels of BASE that CAND does not have: one line each. */
static tern_status add_removed(tern_gate *g, tern_error *error)
{
    const tern_plan *unfiltered = g->settings->unfiltered != NULL ? g->settings->unfiltered : g->plan;
    tern_filter filter;
    tern_status status = tern_filter_compile(&filter, g->settings->filter, error);

    for (size_t i = 0; i < tern_registry_count(g->sides->base_kernels) && status == TERN_OK; i++) {
        const tern_kernel *kernel = tern_registry_kernel(g->sides->base_kernels, i);
        tern_two_cases removed;
        if (tern_two_cases_known(&g->comparing, kernel->name) || !is_gone(g->sides, unfiltered, &filter, kernel))
            continue;
        begin(g, &removed, &unfiltered->cases[0].c, kernel->name);
        removed.line.state = TERN_COMPARED_REMOVED;
        status = add(g, &removed.line, error);
    }
    tern_filter_free(&filter);
    return status;
}

/* The instructions of those that will be timed. */
static tern_status count_all(tern_gate *g, tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < g->plan->count && status == TERN_OK && tern_interrupt_signal() == 0; i++)
        if (g->items[i].line.state == TERN_COMPARED_TIMED && !tern_two_cases_known(&g->comparing, g->items[i].line.id))
            status = tern_two_cases_count(&g->items[i], &g->comparing, error);
    return status;
}

/* Whether its kernel can be wrong elsewhere: the code is not that of BASE, and right so far. */
static bool needs_edges(const tern_two_cases *item)
{
    return item->line.state == TERN_COMPARED_TIMED || item->line.state == TERN_COMPARED_ADDED ||
           item->line.state == TERN_COMPARED_FIXED;
}

/* Whether a case before it had the edge cases of the same kernel and toggles looked at. */
static bool has_edges(const tern_gate *g, size_t index)
{
    bool has = false;

    for (size_t i = 0; i < index && !has; i++)
        has = needs_edges(&g->items[i]) && tern_case_same_kernel(&g->items[i].cand, &g->items[index].cand);
    return has;
}

/* A kernel that is wrong somewhere has no speed: its cases are left out, for the reason that the edge case shows. */
static void leave_out(tern_gate *g, const tern_two_cases *edge)
{
    for (size_t i = 0; i < g->plan->count; i++) {
        tern_compared *line = &g->items[i].line;
        if (!needs_edges(&g->items[i]) || !tern_case_same_kernel(&g->items[i].cand, &edge->cand))
            continue;
        line->state = TERN_COMPARED_LEFT_OUT;
        tern_text_append(line->reason, sizeof line->reason, "its kernel in CAND is wrong at %s", edge->line.id);
    }
}

/*
 * The edge cases of the kernel of a case, up to the first that is wrong. That one's line comes before those of the
 * cases that are left out for it: a run that is cut off between them looks again.
 */
static tern_status look_at_edges_of(tern_gate *g, const tern_two_cases *item, tern_error *error)
{
    tern_case edge[TERN_EDGES_MAX];
    char id[TERN_ID_BYTES];
    const size_t edges = tern_edges_list(&item->cand, edge);
    tern_two_cases at = {.line.state = TERN_COMPARED_TIMED};
    tern_status status = TERN_OK;

    for (size_t i = 0;
         i < edges && at.line.state != TERN_COMPARED_WRONG && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        begin(g, &at, &edge[i], tern_case_id(&edge[i], id, sizeof id));
        tern_text_copy(at.line.base_kernel, sizeof at.line.base_kernel, item->line.base_kernel);
        status = tern_two_cases_check_cand(&at, &g->comparing, &g->checks, error);
    }
    if (status != TERN_OK || at.line.state != TERN_COMPARED_WRONG)
        return status;
    leave_out(g, &at);
    return tern_two_cases_known(&g->comparing, at.line.id) ? TERN_OK : add(g, &at.line, error);
}

static tern_status look_at_edges(tern_gate *g, tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < g->plan->count && status == TERN_OK && tern_interrupt_signal() == 0; i++)
        if (needs_edges(&g->items[i]) && !has_edges(g, i) && !tern_two_cases_known(&g->comparing, g->items[i].line.id))
            status = look_at_edges_of(g, &g->items[i], error);
    return status;
}

/* Lines are written when all of them are known, since the choice of the canary needs all. */
static tern_status look_at_all(tern_gate *g, tern_error *error)
{
    char id[TERN_ID_BYTES];
    bool earlier = false;
    tern_status status = TERN_OK;

    for (size_t i = 0; i < g->plan->count && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        const tern_case *c = &g->plan->cases[i].c;
        begin(g, &g->items[i], c, tern_case_id(c, id, sizeof id));
        if (tern_two_cases_take_over(&g->items[i], &g->comparing, g->sides, isa_of(g)))
            earlier = true;
        else
            status = tern_two_cases_look(&g->items[i], &g->comparing, &g->checks, isa_of(g), error);
    }
    if (status == TERN_OK && g->settings->edges)
        status = look_at_edges(g, error);
    if (status == TERN_OK)
        status = count_all(g, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    if (!earlier || best_of(g, TERN_COMPARED_CANARY) == NULL)
        choose_canary(g);
    for (size_t i = 0; i < g->count && status == TERN_OK; i++)
        if (!tern_two_cases_known(&g->comparing, g->items[i].line.id))
            status = add(g, &g->items[i].line, error);
    return status == TERN_OK ? add_removed(g, error) : status;
}

static tern_status judge_all(tern_gate *g, tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < g->count && status == TERN_OK && tern_interrupt_signal() == 0; i++)
        if (g->items[i].line.state == TERN_COMPARED_CANARY || g->items[i].line.state == TERN_COMPARED_TIMED)
            status = tern_two_cases_judge(&g->items[i], &g->comparing, error);
    return status;
}

tern_status tern_gate_new(tern_gate **made, const tern_gate_settings *settings, const tern_two_sides *sides,
                          const tern_plan *plan, tern_error *error)
{
    tern_gate *g = *made = calloc(1, sizeof *g);
    tern_status status;

    if (g == NULL)
        return tern_error_memory(error, "a gate", sizeof *g);
    g->settings = settings;
    g->sides = sides;
    g->plan = plan;
    g->count = plan->count;
    if ((status = tern_gate_rules_read(&g->rules, &sides->base, error)) != TERN_OK)
        return status;
    g->items = calloc(plan->count + 1, sizeof *g->items);
    if (g->items == NULL)
        return tern_error_memory(error, "the cases of a gate", (double)(plan->count * sizeof *g->items));
    return tern_two_checks_open(&g->checks, sides, error);
}

void tern_gate_free(tern_gate *g)
{
    if (g == NULL)
        return;
    tern_two_checks_close(&g->checks);
    tern_gate_rules_free(&g->rules);
    free(g->items);
    free(g);
}

tern_status tern_gate_compare(tern_gate *g, tern_recording *recording, tern_error *error)
{
    g->comparing =
        (tern_comparing){.recording = recording, .deadline_s = g->settings->deadline_s, .seed = g->settings->seed};
    tern_status status = look_at_all(g, error);

    if (status == TERN_OK)
        status = judge_all(g, error);
    tern_comparing_close(&g->comparing);
    return status;
}

/* Lines of an earlier part must be of the same two sides. */
static tern_status expect_same_sides(void *gate, tern_recording *recording, tern_error *error)
{
    const tern_gate *g = gate;

    return tern_two_cases_expect(&recording->sink.results, g->sides, error);
}

static tern_status run_gate(void *gate, tern_recording *recording, tern_error *error)
{
    return tern_gate_compare(gate, recording, error);
}

static tern_status gate_status(void *gate, tern_recording *recording, tern_error *error)
{
    const tern_gate *g = gate;
    tern_gate_rows rows;
    const uint32_t run = (uint32_t)(recording->sink.results.runs.count - 1);
    tern_status status = tern_gate_rows_new(&rows, &recording->sink.results, run, error);

    if (status == TERN_OK)
        status = tern_gate_status(&rows, g->settings->strict);
    tern_gate_rows_free(&rows);
    return status;
}

int tern_gate_run(tern_recording *recording, const tern_gate_settings *settings, tern_session *session,
                  const tern_two_sides *sides, tern_plan *plan, const tern_observer *observer, tern_error *error)
{
    tern_gate *g;
    int exit_status = (int)tern_gate_new(&g, settings, sides, plan, error);
    const tern_work work = {.context = g,
                            .demand = tern_planning_demand(plan),
                            .alone = true,
                            .prepare = expect_same_sides,
                            .run = run_gate,
                            .status = gate_status};

    if (exit_status == TERN_OK)
        exit_status = tern_recording_run(recording, &settings->recording, session, observer, &work, error);
    tern_gate_free(g);
    return exit_status;
}
