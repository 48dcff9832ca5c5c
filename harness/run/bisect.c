#include "run/bisect.h"

#include "analyse/gate_rows.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "run/ablate.h"
#include "run/bisect_state.h"
#include "run/side_load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const tern_results *results_of(const tern_bisect *b)
{
    return &b->comparing.recording->sink.results;
}

static uint32_t run_of(const tern_bisect *b)
{
    return (uint32_t)(results_of(b)->runs.count - 1);
}

static tern_status read_again(tern_bisect *b, tern_error *error)
{
    tern_bisection_free(&b->found);
    return tern_bisection_read(&b->found, results_of(b), run_of(b), error);
}

tern_status tern_bisect_add(tern_bisect *b, tern_step *step, tern_error *error)
{
    const tern_status status = tern_sink_add(&b->comparing.recording->sink, TERN_LINE_STEP, step, error);

    return status == TERN_OK ? read_again(b, error) : status;
}

/*
 * The row of the gate that is clearest: its slowdown is the most standard errors away from none. NULL: none is slower.
 */
static const tern_gate_row *clearest(const tern_gate_rows *rows)
{
    const tern_gate_row *best = NULL;

    for (size_t i = 0; i < rows->count; i++) {
        const tern_gate_row *row = &rows->row[i];
        if (row->answer.verdict == TERN_GATE_REGRESSED && row->compared->state == TERN_COMPARED_TIMED &&
            (best == NULL || tern_mean_clarity(&row->answer.mean) > tern_mean_clarity(&best->answer.mean)))
            best = row;
    }
    return best;
}

static void take_case(tern_bisect *b, const char *id)
{
    for (size_t i = 0; i < b->plan->count && b->id[0] == '\0'; i++) {
        tern_case_id(&b->plan->cases[i].c, b->id, sizeof b->id);
        b->c = b->plan->cases[i].c;
        if (strcmp(b->id, id) != 0)
            b->id[0] = '\0';
    }
}

/* The case that is followed, and how much slower it is; false: none is slower. */
static tern_status choose_case(tern_bisect *b, tern_mean *slower, bool *found, tern_error *error)
{
    tern_gate_rows rows;
    const tern_status status = tern_gate_rows_new(&rows, results_of(b), run_of(b), error);
    const tern_gate_row *row = status == TERN_OK ? clearest(&rows) : NULL;

    *found = row != NULL;
    if (*found) {
        *slower = row->answer.mean;
        take_case(b, row->compared->id);
    }
    tern_gate_rows_free(&rows);
    return status;
}

static tern_step end_of(const tern_bisect *b, const char *role, const char *commit, const char *subject)
{
    tern_step step = {.p = (double)NAN};

    tern_text_copy(step.id, sizeof step.id, b->id);
    tern_text_copy(step.commit, sizeof step.commit, commit);
    tern_text_copy(step.subject, sizeof step.subject, subject);
    tern_text_copy(step.role, sizeof step.role, role);
    return step;
}

/* The good end, the candidates, the bad end: as far as an earlier part has not listed them. */
static tern_status list(tern_bisect *b, const tern_mean *slower, tern_error *error)
{
    tern_status status = TERN_OK;

    if (b->commits.count == 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "no commit from %s to %s changes kernels/ by first parents",
                              b->ends->base.text, b->ends->cand->text);
    status = read_again(b, error);
    if (status == TERN_OK && b->found.good == NULL) {
        tern_step good = end_of(b, tern_step_good, b->ends->base.commit, b->commits.good_subject);
        good.commits = (uint32_t)b->commits.all;
        status = tern_bisect_add(b, &good, error);
    }
    for (size_t k = b->found.count; k < b->commits.count && status == TERN_OK; k++) {
        const tern_step step = tern_bisect_step_of(b, k, tern_step_candidate);
        status = tern_sink_add(&b->comparing.recording->sink, TERN_LINE_STEP, &step, error);
    }
    if (status == TERN_OK && b->found.bad == NULL) {
        tern_step bad = end_of(b, tern_step_bad, b->ends->cand->commit, b->commits.bad_subject);
        bad.ratio = slower->mean;
        bad.error = slower->error;
        status = tern_bisect_add(b, &bad, error);
    }
    return status;
}

static tern_status make_room(tern_bisect *b, tern_error *error)
{
    b->candidate = calloc(b->found.count, sizeof *b->candidate);
    b->is_built = calloc(b->found.count, sizeof *b->is_built);
    return b->candidate != NULL && b->is_built != NULL
               ? TERN_OK
               : tern_error_memory(error, "the commits of a bisect", (double)(b->found.count * sizeof *b->candidate));
}

static tern_status search(tern_bisect *b, tern_error *error)
{
    tern_status status = make_room(b, error);
    size_t next = 0;

    if (status == TERN_OK)
        status = tern_bisect_look_at_cache(b, error);
    while (status == TERN_OK && tern_interrupt_signal() == 0 &&
           (status = tern_bisection_next(&b->found, b->is_built, &next, error)) == TERN_OK && next < b->found.count)
        status = tern_bisect_observe(b, next, error);
    return status;
}

/* The answer beside the commit before it. */
typedef struct answer {
    tern_side found;
    tern_registry *found_kernels;
    tern_two_sides sides; /* the parent is BASE */
    tern_case c;          /* of the commit that was found */
} answer;

static tern_status load_answer(tern_bisect *b, answer *a, tern_error *error)
{
    const tern_side_watcher watcher = tern_activity_watcher(&b->comparing.recording->activity);
    const char *last = b->commits.item[b->found.last].hash;
    char parent[64] = "";
    const tern_kernel *kernel;
    tern_status status;

    tern_text_append(parent, sizeof parent, "%s^", b->commits.item[b->found.first].hash);
    if ((status = tern_side_load(&a->found, &a->found_kernels, last, &watcher, error)) != TERN_OK)
        return status;
    a->sides = (tern_two_sides){.cand = &a->found, .cand_kernels = a->found_kernels};
    if ((status = tern_side_load(&a->sides.base, &a->sides.base_kernels, parent, &watcher, error)) != TERN_OK)
        return status;
    if ((kernel = tern_side_counterpart(b->ends->cand_kernels, a->found_kernels, b->c.kernel)) == NULL)
        return tern_error_set(error, TERN_ENVIRONMENT, "%s has no kernel %s", last, b->c.kernel->name);
    return tern_bisect_case(b, kernel, &a->c, error);
}

/* The line of the comparison with the parent, without what it says. */
static tern_step verified_of(const tern_bisect *b, const answer *a)
{
    tern_step step = tern_bisect_step_of(b, b->found.last, tern_step_verified);

    tern_text_copy(step.same_as, sizeof step.same_as, a->sides.base.commit);
    step.p = b->found.commit[b->found.last].p;
    return step;
}

/* Where there is nothing to time: why not. */
static tern_status add_untimed(tern_bisect *b, const answer *a, const tern_compared *line, tern_error *error)
{
    tern_step step = verified_of(b, a);

    if (line->state == TERN_COMPARED_IDENTICAL)
        tern_text_copy(step.reason, sizeof step.reason, "its kernel is the same code as that of its parent");
    else if (line->state == TERN_COMPARED_ADDED)
        tern_text_copy(step.reason, sizeof step.reason, "its parent has no such kernel");
    else if (line->state == TERN_COMPARED_WRONG)
        tern_text_append(step.reason, sizeof step.reason, "%s: %s", tern_verdict_name(line->finding.verdict),
                         line->finding.reason);
    else
        tern_text_copy(step.reason, sizeof step.reason, line->reason);
    return tern_bisect_add(b, &step, error);
}

/* What the comparison with the parent says, as a line. */
static tern_status add_verified(tern_bisect *b, const answer *a, const char *id, tern_error *error)
{
    const tern_gate_rule rule = {.delta = b->settings->delta, .confidence = tern_gate_default_rule.confidence};
    size_t cursor = 0;
    tern_gate_row row = {.compared = tern_results_find(results_of(b), TERN_LINE_COMPARED, id, &cursor)};
    tern_step step = verified_of(b, a);

    tern_gate_read_series(&row, results_of(b));
    const tern_gate_answer said = tern_gate_answer_of(&row.series, &rule);
    if (row.series.firsts > 0) {
        step.ratio = said.mean.mean;
        step.error = said.mean.error;
    }
    if (row.trouble != NULL)
        tern_text_copy(step.reason, sizeof step.reason, row.trouble);
    else if (said.verdict == TERN_GATE_INCONCLUSIVE)
        tern_text_copy(step.reason, sizeof step.reason, said.doubt);
    else if (said.verdict != TERN_GATE_REGRESSED)
        tern_text_append(step.reason, sizeof step.reason, "against its parent it is %s",
                         tern_gate_verdict_name(said.verdict));
    return tern_bisect_add(b, &step, error);
}

static tern_status verify(tern_bisect *b, const answer *a, tern_error *error)
{
    char id[TERN_COMPARISON_ID_BYTES] = "";
    tern_two_checks checks;
    tern_two_cases two;
    tern_status status = TERN_OK;

    tern_text_append(id, sizeof id, "%.12s and its parent: %s", a->found.commit, b->id);
    tern_two_cases_init(&two, &a->sides, &a->c, id, b->settings->delta);
    if (!tern_two_cases_take_over(&two, &b->comparing, &a->sides, b->session->isa)) {
        status = tern_two_checks_open(&checks, &a->sides, error);
        if (status == TERN_OK)
            status = tern_two_cases_look(&two, &b->comparing, &checks, b->session->isa, error);
        tern_two_checks_close(&checks);
        if (status != TERN_OK || tern_interrupt_signal() != 0)
            return status;
        if (two.line.state != TERN_COMPARED_TIMED)
            return add_untimed(b, a, &two.line, error);
        two.line.state = TERN_COMPARED_STEP;
        status = tern_sink_add(&b->comparing.recording->sink, TERN_LINE_COMPARED, &two.line, error);
    }
    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = tern_two_cases_judge(&two, &b->comparing, error);
    return status == TERN_OK && tern_interrupt_signal() == 0 ? add_verified(b, a, id, error) : status;
}

/* Is the answer slower than the commit before it, and which toggle accounts for that? */
static tern_status confirm(tern_bisect *b, tern_error *error)
{
    answer *a = calloc(1, sizeof *a);
    const tern_ablate_settings ablate = {.deadline_s = b->settings->deadline_s, .seed = b->settings->seed};

    if (a == NULL)
        return tern_error_memory(error, "a comparison", sizeof *a);
    tern_status status = load_answer(b, a, error);
    if (status == TERN_OK && b->found.verified == NULL)
        status = verify(b, a, error);
    if (status == TERN_OK && tern_interrupt_signal() == 0 && b->found.verified != NULL &&
        b->found.verified->reason[0] == '\0')
        status = tern_ablate_cases(b->comparing.recording, &ablate, &a->sides, &a->c, 1, error);
    tern_registry_free(a->sides.base_kernels);
    tern_registry_free(a->found_kernels);
    free(a);
    return status;
}

static tern_status expect_same_ends(void *context, tern_recording *recording, tern_error *error)
{
    const tern_bisect *b = context;

    return tern_two_cases_expect(&recording->sink.results, b->ends, error);
}

static tern_status run_bisect(void *context, tern_recording *recording, tern_error *error)
{
    tern_bisect *b = context;
    tern_mean slower;
    bool found = false;

    b->comparing.recording = recording;
    tern_status status = tern_gate_compare(b->gate, recording, error);
    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = choose_case(b, &slower, &found, error);
    if (status != TERN_OK || !found)
        return status;
    if ((status = list(b, &slower, error)) == TERN_OK)
        status = search(b, error);
    return status == TERN_OK && tern_interrupt_signal() == 0 ? confirm(b, error) : status;
}

/* There is no answer, since no case is slower. */
static tern_status nothing_found(const tern_gate_rows *rows, tern_error *error)
{
    char coverage[256];
    const tern_gate_counts *c = &rows->counts;

    tern_gate_coverage(rows, coverage, sizeof coverage);
    if (c->wrong > 0)
        return tern_error_set(error, TERN_WRONG, "the bad end is not EXACT, and a wrong kernel is not timed: %s",
                              coverage);
    if (c->inconclusive + c->unfinished > 0 && c->regressed + c->expected == 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "whether anything got slower could not be shown: %s", coverage);
    return tern_error_set(error, TERN_NOTHING, "nothing to bisect, no case is slower at the bad end: %s", coverage);
}

static tern_status bisect_status(void *context, tern_recording *recording, tern_error *error)
{
    const tern_bisect *b = context;
    tern_gate_rows rows;
    tern_status status;

    (void)recording;
    if (b->id[0] == '\0') {
        if ((status = tern_gate_rows_new(&rows, results_of(b), run_of(b), error)) == TERN_OK)
            status = nothing_found(&rows, error);
        tern_gate_rows_free(&rows);
        return status;
    }
    if (b->found.verified != NULL && b->found.verified->reason[0] == '\0')
        return TERN_OK;
    return tern_error_set(error, TERN_ENVIRONMENT, "what was found does not hold against its parent: %s",
                          b->found.verified == NULL ? "it was not compared" : b->found.verified->reason);
}

int tern_bisect_run(tern_recording *recording, const tern_gate_settings *settings, tern_session *session,
                    const tern_two_sides *ends, tern_plan *plan, const tern_observer *observer, tern_error *error)
{
    tern_bisect b = {
        .settings = settings,
        .session = session,
        .ends = ends,
        .plan = plan,
        .comparing = {.deadline_s = settings->deadline_s, .seed = settings->seed},
    };
    const tern_work work = {.context = &b,
                            .demand = tern_planning_demand(plan),
                            .alone = true,
                            .prepare = expect_same_ends,
                            .run = run_bisect,
                            .status = bisect_status};
    int exit_status = (int)tern_commits_between(&b.commits, ends->base.commit, ends->cand->commit, error);

    if (exit_status == TERN_OK)
        exit_status = (int)tern_gate_new(&b.gate, settings, ends, plan, error);
    if (exit_status == TERN_OK)
        exit_status = tern_recording_run(recording, &settings->recording, session, observer, &work, error);
    tern_comparing_close(&b.comparing);
    tern_gate_free(b.gate);
    tern_bisection_free(&b.found);
    tern_commits_free(&b.commits);
    free(b.candidate);
    free(b.is_built);
    return exit_status;
}
