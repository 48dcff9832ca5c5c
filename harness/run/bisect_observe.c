/*
 * One commit of a bisect: built, held against what is known, and timed against the good end.
 */
#include "run/bisect_state.h"

#include "analyse/gate_rows.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "run/side_load.h"

#include <math.h>
#include <string.h>

/* A commit whose kernels are loaded. */
typedef struct loaded {
    tern_side side;
    tern_registry *kernels;
    const tern_kernel *kernel; /* that stands for the case's; NULL: it has none */
} loaded;

tern_step tern_bisect_step_of(const tern_bisect *b, size_t k, const char *role)
{
    tern_step step = {.ratio = (double)NAN, .error = (double)NAN, .p = (double)NAN};

    tern_text_copy(step.id, sizeof step.id, b->id);
    tern_text_copy(step.commit, sizeof step.commit, b->commits.item[k].hash);
    tern_text_copy(step.subject, sizeof step.subject, b->commits.item[k].subject);
    tern_text_copy(step.role, sizeof step.role, role);
    return step;
}

static tern_status load(tern_bisect *b, size_t k, loaded *l, tern_error *error)
{
    const tern_side_watcher watcher = tern_activity_watcher(&b->comparing.recording->activity);
    const tern_status status = tern_side_load(&l->side, &l->kernels, b->commits.item[k].hash, &watcher, error);

    if (status != TERN_OK)
        return status;
    b->is_built[k] = true;
    l->kernel = tern_side_counterpart(b->ends->cand_kernels, l->kernels, b->c.kernel);
    tern_bisect_candidate *candidate = &b->candidate[k];
    candidate->is_hashed = l->kernel != NULL && tern_side_hash_of(&l->side, l->kernels, l->kernel, &candidate->hash);
    return TERN_OK;
}

static bool end_has_hash(const tern_side *side, const tern_registry *kernels, const tern_kernel *kernel, uint64_t hash)
{
    uint64_t of_end;

    return tern_side_hash_of(side, kernels, kernel, &of_end) && of_end == hash;
}

/*
 * The commit with the same kernel as candidate k: an end, or another candidate. NULL: there is none, as far as known.
 */
static const char *same_as(const tern_bisect *b, size_t k)
{
    const tern_two_sides *ends = b->ends;
    const uint64_t hash = b->candidate[k].hash;
    const tern_kernel *good = tern_two_sides_base_of(ends, b->c.kernel);

    if (!b->candidate[k].is_hashed)
        return NULL;
    if (end_has_hash(&ends->base, ends->base_kernels, good, hash))
        return ends->base.commit;
    if (end_has_hash(ends->cand, ends->cand_kernels, b->c.kernel, hash))
        return ends->cand->commit;
    for (size_t i = 0; i < b->found.count; i++)
        if (i != k && b->found.commit[i].observations > 0 && b->candidate[i].is_hashed && b->candidate[i].hash == hash)
            return b->commits.item[i].hash;
    return NULL;
}

static tern_status add_same(tern_bisect *b, size_t k, const char *other, tern_error *error)
{
    tern_step step = tern_bisect_step_of(b, k, tern_step_same);

    tern_text_copy(step.same_as, sizeof step.same_as, other);
    return tern_bisect_add(b, &step, error);
}

static tern_status add_out(tern_bisect *b, size_t k, const char *role, const char *reason, tern_error *error)
{
    tern_step step = tern_bisect_step_of(b, k, role);
    const size_t hash = strlen(step.commit);

    if (strncmp(reason, step.commit, hash) == 0 && strncmp(reason + hash, ": ", 2) == 0)
        reason += hash + 2; /* it stands beside it */
    tern_text_copy(step.reason, sizeof step.reason, reason);
    return tern_bisect_add(b, &step, error);
}

tern_status tern_bisect_look_at_cache(tern_bisect *b, tern_error *error)
{
    tern_status status = TERN_OK;

    tern_comparing_say(&b->comparing, "looking for what is built already of", b->id);
    for (size_t k = 0; k + 1 < b->found.count && tern_interrupt_signal() == 0; k++) {
        loaded l = {0};
        tern_error why;
        if (!tern_bisection_is_out(&b->found.commit[k]) && tern_side_is_cached(b->commits.item[k].hash))
            (void)load(b, k, &l, &why); /* what fails is told when the commit is looked at */
        tern_registry_free(l.kernels);
    }
    for (size_t k = 0; k + 1 < b->found.count && status == TERN_OK; k++) {
        const char *other = b->found.commit[k].outcome == NULL ? same_as(b, k) : NULL;
        if (other != NULL)
            status = add_same(b, k, other, error);
    }
    return status;
}

tern_status tern_bisect_case(const tern_bisect *b, const tern_kernel *kernel, tern_case *c, tern_error *error)
{
    const tern_status status = tern_session_permit(b->session, kernel, error);

    return status == TERN_OK ? tern_two_sides_same_case(&b->c, kernel, c, error) : status;
}

/* Figures of the processes of one observation, those that are there; their number. *trouble: why one has none. */
static size_t read_figures(const tern_bisect *b, const char *id, size_t first, double *figure, bool *is_there,
                           const char **trouble)
{
    const tern_pair *pair;
    size_t cursor = 0, count = 0;

    while ((pair = tern_results_find(&b->comparing.recording->sink.results, TERN_LINE_PAIR, id, &cursor)) != NULL) {
        if (pair->process < first || pair->process >= first + TERN_BISECTION_PROCESSES)
            continue;
        is_there[pair->process - first] = true;
        figure[count++] = tern_gate_figure(pair);
        if (isnan(figure[count - 1]))
            *trouble = pair->reason;
    }
    return count;
}

/* The processes of one observation, then its line. */
static tern_status take_time(tern_bisect *b, size_t k, const tern_two_cases *two, tern_error *error)
{
    const size_t first = b->found.commit[k].observations * TERN_BISECTION_PROCESSES;
    double figure[TERN_BISECTION_PROCESSES];
    bool is_there[TERN_BISECTION_PROCESSES] = {false}, more = true;
    const char *trouble = NULL;
    tern_status status = TERN_OK;

    tern_comparing_say(&b->comparing, "timing", two->line.id);
    read_figures(b, two->line.id, first, figure, is_there, &trouble);
    for (size_t i = 0; i < TERN_BISECTION_PROCESSES && trouble == NULL && status == TERN_OK && more; i++)
        if (!is_there[i])
            status = tern_two_cases_sample(two, &b->comparing, false, first + i, &more, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    const size_t count = read_figures(b, two->line.id, first, figure, is_there, &trouble);
    if (trouble != NULL)
        return add_out(b, k, tern_step_skipped, trouble, error);
    const tern_mean mean = tern_mean_of(figure, count, tern_gate_default_rule.confidence);
    tern_step step = tern_bisect_step_of(b, k, tern_step_tried);
    step.ratio = mean.mean;
    step.error = mean.error;
    step.p = tern_bisection_p_after(&b->found, k, step.ratio, step.error);
    return tern_bisect_add(b, &step, error);
}

/* Whether its kernel is right and can be timed; if so, there is a line of it. */
static tern_status look(tern_bisect *b, tern_two_cases *two, const tern_two_sides *sides, tern_error *error)
{
    tern_two_checks checks;
    tern_status status;

    if (tern_two_cases_take_over(two, &b->comparing, sides, b->session->isa))
        return TERN_OK;
    status = tern_two_checks_open(&checks, sides, error);
    if (status == TERN_OK)
        status = tern_two_cases_look(two, &b->comparing, &checks, b->session->isa, error);
    tern_two_checks_close(&checks);
    if (status != TERN_OK || tern_interrupt_signal() != 0 || two->line.state != TERN_COMPARED_TIMED)
        return status;
    two->line.state = TERN_COMPARED_STEP;
    return tern_sink_add(&b->comparing.recording->sink, TERN_LINE_COMPARED, &two->line, error);
}

static tern_status observe_kernel(tern_bisect *b, size_t k, const loaded *l, tern_error *error)
{
    const tern_two_sides sides = {
        .base = b->ends->base, .cand = &l->side, .base_kernels = b->ends->base_kernels, .cand_kernels = l->kernels};
    char id[TERN_COMPARISON_ID_BYTES] = "", reason[256] = "";
    tern_two_cases two;
    tern_case c;
    tern_error why;

    if (tern_bisect_case(b, l->kernel, &c, &why) != TERN_OK)
        return add_out(b, k, tern_step_skipped, why.text, error);
    tern_text_append(id, sizeof id, "%.12s: %s", b->commits.item[k].hash, b->id);
    tern_two_cases_init(&two, &sides, &c, id, b->settings->delta);
    const tern_status status = look(b, &two, &sides, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    if (two.line.state == TERN_COMPARED_STEP)
        return take_time(b, k, &two, error);
    if (two.line.state == TERN_COMPARED_WRONG)
        tern_text_append(reason, sizeof reason, "%s: %s", tern_verdict_name(two.line.finding.verdict),
                         two.line.finding.reason);
    return add_out(b, k, tern_step_skipped, reason[0] != '\0' ? reason : two.line.reason, error);
}

tern_status tern_bisect_observe(tern_bisect *b, size_t k, tern_error *error)
{
    loaded l = {0};
    tern_error why;
    tern_status status = load(b, k, &l, &why);
    const char *other = NULL;

    if (status == TERN_OK && b->found.commit[k].outcome == NULL)
        other = same_as(b, k);
    if (status == TERN_USAGE)
        status = add_out(b, k, tern_step_unbuildable, why.text, error);
    else if (status != TERN_OK)
        status = tern_error_set(error, status, "%s", why.text);
    else if (other != NULL)
        status = add_same(b, k, other, error);
    else if (l.kernel == NULL)
        status = add_out(b, k, tern_step_skipped, "it has no such kernel", error);
    else
        status = observe_kernel(b, k, &l, error);
    tern_registry_free(l.kernels);
    return status;
}
