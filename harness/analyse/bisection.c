#include "analyse/bisection.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char tern_step_good[] = "good", tern_step_candidate[] = "candidate", tern_step_bad[] = "bad",
           tern_step_tried[] = "tried", tern_step_same[] = "same", tern_step_unbuildable[] = "unbuildable",
           tern_step_skipped[] = "skipped", tern_step_verified[] = "verified";

/*
 * Builds differ from each other by more than the processes of one build: code lies at other places. What an observation
 * is worth is at most such a share of the change.
 */
static const double least_spread = 0.1;

static bool is(const tern_step *step, const char *role)
{
    return strcmp(step->role, role) == 0;
}

bool tern_bisection_is_out(const tern_bisection_commit *commit)
{
    return commit->outcome != NULL &&
           (is(commit->outcome, tern_step_unbuildable) || is(commit->outcome, tern_step_skipped));
}

size_t tern_bisection_find(const tern_bisection *bisection, const char *commit)
{
    size_t i = 0;

    while (i < bisection->count && strcmp(bisection->commit[i].line->commit, commit) != 0)
        i++;
    return i;
}

static tern_status read_list(tern_bisection *b, const tern_results *results, uint32_t run, tern_error *error)
{
    b->commit = calloc(results->steps.count + 1, sizeof *b->commit);
    if (b->commit == NULL)
        return tern_error_memory(error, "the commits of a bisect", (double)results->steps.count);
    for (size_t i = 0; i < results->steps.count; i++) {
        const tern_step *step = &results->steps.item[i];
        if (step->run != run)
            continue;
        if (is(step, tern_step_good))
            b->good = step;
        else if (is(step, tern_step_bad))
            b->bad = step;
        else if (is(step, tern_step_verified))
            b->verified = step;
        else if (is(step, tern_step_candidate))
            b->commit[b->count++] = (tern_bisection_commit){.line = step, .ratio = (double)NAN, .error = (double)NAN};
    }
    return TERN_OK;
}

/* Two that are the same have no change between them. */
static void take_same(tern_bisection *b, size_t k, const char *same_as)
{
    const size_t other = tern_bisection_find(b, same_as);

    if (strcmp(same_as, b->good->commit) == 0)
        tern_culprit_exclude(&b->culprit, 0, k);
    else if (strcmp(same_as, b->bad->commit) == 0 && k + 1 < b->count)
        tern_culprit_exclude(&b->culprit, k + 1, b->count - 1);
    else if (other < k)
        tern_culprit_exclude(&b->culprit, other + 1, k);
    else if (other > k && other < b->count)
        tern_culprit_exclude(&b->culprit, k + 1, other);
}

/* What one observation is worth: its own spread, that of the ends over as many processes, or builds as such. */
static void observe(tern_bisection *b, size_t k, double ratio, double error)
{
    const double of_ends = b->bad->error * sqrt(2.0); /* the ends were measured twice as often at least */

    b->culprit.sigma = fmax(fmax(error, of_ends), least_spread * fabs(b->culprit.delta));
    tern_culprit_observe(&b->culprit, k, ratio);
}

/* Observations of equal size are averaged. */
static void take_observation(tern_bisection *b, size_t k, const tern_step *step)
{
    tern_bisection_commit *commit = &b->commit[k];
    const double n = (double)commit->observations++;

    observe(b, k, step->ratio, step->error);
    if (n <= 0.0) {
        commit->ratio = step->ratio;
        commit->error = step->error;
        return;
    }
    commit->ratio = (n * commit->ratio + step->ratio) / (n + 1.0);
    commit->error = hypot(n * commit->error, step->error) / (n + 1.0);
}

static void read_outcomes(tern_bisection *b, const tern_results *results, uint32_t run)
{
    for (size_t i = 0; i < results->steps.count; i++) {
        const tern_step *step = &results->steps.item[i];
        const size_t k = step->run == run ? tern_bisection_find(b, step->commit) : b->count;
        if (k == b->count || is(step, tern_step_candidate) || is(step, tern_step_good) || is(step, tern_step_bad) ||
            is(step, tern_step_verified))
            continue;
        b->commit[k].outcome = step;
        if (is(step, tern_step_same))
            take_same(b, k, step->same_as);
        else if (is(step, tern_step_tried))
            take_observation(b, k, step);
    }
}

tern_status tern_bisection_read(tern_bisection *b, const tern_results *results, uint32_t run, tern_error *error)
{
    *b = (tern_bisection){0};
    const tern_status status = read_list(b, results, run, error);
    if (status != TERN_OK || b->good == NULL || b->bad == NULL || b->count == 0)
        return status;
    if (!tern_culprit_new(&b->culprit, b->count, b->bad->ratio, fabs(b->bad->ratio)))
        return tern_error_memory(error, "the commits of a bisect", (double)(b->count * sizeof *b->culprit.p));
    read_outcomes(b, results, run);
    for (size_t i = 0; i < b->count; i++)
        b->commit[i].p = b->culprit.p[i];
    tern_culprit_range(&b->culprit, &b->first, &b->last);
    return TERN_OK;
}

void tern_bisection_free(tern_bisection *b)
{
    tern_culprit_free(&b->culprit);
    free(b->commit);
    b->commit = NULL;
}

tern_status tern_bisection_next(const tern_bisection *b, const bool *is_built, size_t *next, tern_error *error)
{
    tern_commit_state *state = calloc(b->count + 1, sizeof *state);

    if (state == NULL)
        return tern_error_memory(error, "the commits of a bisect", (double)b->count);
    for (size_t i = 0; i < b->count; i++)
        if (tern_bisection_is_out(&b->commit[i]) || b->commit[i].observations >= TERN_BISECTION_OBSERVATIONS)
            state[i] = TERN_COMMIT_UNBUILDABLE;
        else if (is_built[i] || b->commit[i].outcome != NULL)
            state[i] = TERN_COMMIT_BUILT;
    *next = tern_culprit_next(&b->culprit, state);
    free(state);
    return TERN_OK;
}

double tern_bisection_p_after(tern_bisection *b, size_t k, double ratio, double error)
{
    observe(b, k, ratio, error);
    return b->culprit.p[k];
}
