#include "analyse/ablation.h"

#include "base/stats.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double confidence = 0.99;

/* Steps through the lines of one ablation. */
static const tern_arm_record *next_arm(const tern_results *results, uint32_t run, const char *id, const char *side,
                                       size_t *cursor)
{
    const tern_arm_record *arm;

    while ((arm = tern_results_find(results, TERN_LINE_ARM, id, cursor)) != NULL)
        if (arm->run == run && strcmp(arm->side, side) == 0)
            return arm;
    return NULL;
}

static uint32_t words_in(const char *text)
{
    uint32_t words = 0;

    for (; *(text += strspn(text, " ")) != '\0'; text += strcspn(text, " "))
        words++;
    return words;
}

/* Names of toggles, as the arm that has all of them lists them. */
static void read_names(tern_ablation *a, const char *on)
{
    char copy[sizeof a->all->on], *rest = copy, *name;

    tern_text_copy(copy, sizeof copy, on);
    while ((name = tern_text_word(&rest, " ")) != NULL && a->toggles < TERN_EFFECTS_TOGGLES)
        tern_text_copy(a->name[a->toggles++], sizeof a->name[0], name);
}

/* The set of an arm over all toggles. */
static tern_toggle_set set_of(const tern_ablation *a, const char *on)
{
    char copy[sizeof a->all->on], *rest = copy, *name;
    tern_toggle_set set = 0;

    tern_text_copy(copy, sizeof copy, on);
    while ((name = tern_text_word(&rest, " ")) != NULL)
        for (size_t i = 0; i < a->toggles; i++)
            if (strcmp(a->name[i], name) == 0)
                set |= (tern_toggle_set)1 << i;
    return set;
}

/* The same over those that are taken; those that are not are on in every arm that is timed. */
static tern_toggle_set taken_set(const tern_ablation *a, tern_toggle_set set)
{
    tern_toggle_set taken = 0;

    for (size_t i = 0; i < a->toggles; i++)
        if (a->effect_of[i] < TERN_EFFECTS_TOGGLES && (set >> i & 1) != 0)
            taken |= (tern_toggle_set)1 << a->effect_of[i];
    return taken;
}

static void find_taken(tern_ablation *a, const tern_results *results, uint32_t run, const char *id, const char *side)
{
    const tern_arm_record *arm;
    size_t cursor = 0, taken = 0;

    while ((arm = next_arm(results, run, id, side, &cursor)) != NULL)
        if (arm->never_taken)
            for (size_t i = 0; i < a->toggles; i++)
                a->never_taken[i] |= (set_of(a, arm->on) >> i & 1) == 0;
    for (size_t i = 0; i < a->toggles; i++)
        a->effect_of[i] = a->never_taken[i] ? TERN_EFFECTS_TOGGLES : taken++;
}

/* -ln(time / the reference's in the same block): the median over blocks. NaN without samples. */
static double figure_of(const tern_arm_record *arm)
{
    double *ratio = arm->samples > 0 ? calloc(arm->samples, sizeof *ratio) : NULL;
    double median = (double)NAN;

    if (ratio != NULL) {
        for (uint32_t i = 0; i < arm->samples; i++)
            ratio[i] = log(arm->block_ns[i]) - log(arm->ns[i]);
        tern_stats_sort(ratio, arm->samples);
        median = tern_stats_median(ratio, arm->samples);
    }
    free(ratio);
    return median;
}

/* The largest number of combinations that a process measured, and how many processes measured as many. */
static void survey(const tern_results *results, uint32_t run, const char *id, const char *side, size_t *arms,
                   uint32_t *first, uint32_t *last)
{
    const tern_arm_record *arm;
    size_t cursor = 0, count = 0;
    uint32_t process = UINT32_MAX;

    *arms = 0;
    *first = *last = 0;
    while ((arm = next_arm(results, run, id, side, &cursor)) != NULL) {
        if (arm->never_taken)
            continue;
        count = arm->process == process ? count + 1 : 1;
        process = arm->process;
        if (count > *arms) {
            *arms = count;
            *first = process;
        }
        if (count == *arms)
            *last = process;
    }
}

/* The design whose arms one process measured: the first or, with more combinations, the other. */
static bool design_of(tern_design *design, size_t toggles, size_t arms)
{
    if (!tern_design_first(design, toggles))
        return false;
    if (design->arms >= arms)
        return true;
    tern_design_free(design);
    return tern_design_more(design, toggles, TERN_EFFECTS_SEED);
}

/* Its reason begins with the verdict. */
static bool is_refused(const tern_arm_record *arm)
{
    const char *refusal = tern_verdict_name(TERN_UNSUPPORTED);

    return strncmp(arm->reason, refusal, strlen(refusal)) == 0;
}

/* Fills v: what each whole process found for each arm. */
static void read_figures(tern_ablation *a, const tern_results *results, uint32_t run, const char *id, const char *side,
                         const tern_design *design, uint32_t first, double *v)
{
    const tern_arm_record *arm;
    size_t cursor = 0, wrong = 0;
    uint32_t process = first;

    while ((arm = next_arm(results, run, id, side, &cursor)) != NULL) {
        if (arm->never_taken || arm->process < first || arm->process - first >= a->processes)
            continue;
        const size_t place = tern_design_find(design, taken_set(a, set_of(a, arm->on)));
        if (place == design->arms)
            continue;
        v[(arm->process - first) * design->arms + place] = figure_of(arm);
        if (arm->samples == 0 && place < 2)
            a->trouble = arm->reason;
        a->refused += arm->samples == 0 && arm->process == first && is_refused(arm);
        wrong = (arm->process == process ? wrong : 0) + arm->wrong;
        process = arm->process;
        a->wrong = wrong > a->wrong ? wrong : a->wrong;
    }
}

tern_status tern_ablation_read(tern_ablation *a, const tern_results *results, uint32_t run, const char *id,
                               const char *side, bool *found, tern_error *error)
{
    const tern_arm_record *arm;
    tern_design design = {0};
    size_t cursor = 0, arms, taken = 0;
    uint32_t first, last;

    *a = (tern_ablation){0};
    while (a->all == NULL && (arm = next_arm(results, run, id, side, &cursor)) != NULL)
        if (words_in(arm->on) == arm->toggles_in_all)
            a->all = arm;
    *found = a->all != NULL;
    if (!*found)
        return TERN_OK;
    read_names(a, a->all->on);
    find_taken(a, results, run, id, side);
    for (size_t i = 0; i < a->toggles; i++)
        taken += !a->never_taken[i];
    survey(results, run, id, side, &arms, &first, &last);
    if (taken == 0 || arms == 0)
        return TERN_OK;
    a->processes = last - first + 1;
    double *v = NULL;
    tern_status status = TERN_OK;
    if (design_of(&design, taken, arms))
        v = calloc(a->processes * design.arms, sizeof *v);
    if (v != NULL) {
        for (size_t i = 0; i < a->processes * design.arms; i++)
            v[i] = (double)NAN;
        read_figures(a, results, run, id, side, &design, first, v);
        tern_effects_of(&a->effects, &design, v, a->processes, confidence);
    } else {
        status = tern_error_memory(error, "the effects of toggles", (double)(a->processes * arms * sizeof *v));
    }
    free(v);
    tern_design_free(&design);
    return status;
}

const tern_effect *tern_ablation_effect(const tern_ablation *ablation, size_t i)
{
    return ablation->effect_of[i] < TERN_EFFECTS_TOGGLES ? &ablation->effects.effect[ablation->effect_of[i]] : NULL;
}

/* Place of a toggle by name, or toggles. */
static size_t find_toggle(const tern_ablation *a, const char *name)
{
    size_t i = 0;

    while (i < a->toggles && strcmp(a->name[i], name) != 0)
        i++;
    return i;
}

/* What a toggle contributes at a side; nothing where it is not there, or never taken. */
static tern_mean contribution_at(const tern_ablation *a, const char *name)
{
    const size_t i = find_toggle(a, name);
    const tern_effect *effect = i < a->toggles ? tern_ablation_effect(a, i) : NULL;
    const tern_mean nothing = {0};

    return effect == NULL ? nothing : effect->contribution;
}

/* Looks at the toggles of one of the two. */
static void look_for_change(tern_ablation_change *found, const tern_ablation *names, const tern_ablation *base,
                            const tern_ablation *cand)
{
    for (size_t i = 0; i < names->toggles; i++) {
        const tern_mean before = contribution_at(base, names->name[i]), after = contribution_at(cand, names->name[i]);
        const double change = after.mean - before.mean;
        if (fabs(change) > 4.0 * hypot(before.error, after.error) && fabs(change) > fabs(found->change)) {
            found->name = names->name[i];
            found->change = change;
        }
    }
}

tern_ablation_change tern_ablation_change_of(const tern_ablation *base, const tern_ablation *cand)
{
    tern_ablation_change found = {.before = 1.0, .after = 1.0};

    look_for_change(&found, base, base, cand);
    look_for_change(&found, cand, base, cand);
    if (found.name == NULL)
        return found;
    found.in_base = find_toggle(base, found.name) < base->toggles;
    found.in_cand = find_toggle(cand, found.name) < cand->toggles;
    found.before = exp(contribution_at(base, found.name).mean);
    found.after = exp(contribution_at(cand, found.name).mean);
    return found;
}

tern_mean tern_ablation_total_change(const tern_ablation *base, const tern_ablation *cand)
{
    const tern_mean *b = &base->effects.total, *c = &cand->effects.total;
    const double change = c->mean - b->mean;

    if (!tern_ablation_is_measured(base) || !tern_ablation_is_measured(cand))
        return (tern_mean){.mean = (double)NAN, .error = (double)NAN, .low = (double)NAN, .high = (double)NAN};
    return (tern_mean){
        .count = b->count < c->count ? b->count : c->count,
        .mean = change,
        .error = hypot(b->error, c->error),
        .low = change - hypot(c->mean - c->low, b->high - b->mean),
        .high = change + hypot(c->high - c->mean, b->mean - b->low),
    };
}

/* Lines of one ablation follow each other, process by process. */
static bool begins_ablation(const tern_results *results, size_t index)
{
    const tern_arm_record *arm = &results->arms.item[index], *before = index == 0 ? NULL : arm - 1;

    return arm->process == 0 && (before == NULL || before->run != arm->run || strcmp(before->id, arm->id) != 0 ||
                                 strcmp(before->side, arm->side) != 0);
}

tern_status tern_ablation_each(const tern_results *results, tern_ablation_visit *visit, void *context,
                               tern_error *error)
{
    tern_ablation *a = malloc(sizeof *a);
    tern_status status = TERN_OK;

    if (a == NULL)
        return tern_error_memory(error, "an ablation", sizeof *a);
    for (size_t i = 0; i < results->arms.count && status == TERN_OK; i++) {
        const tern_arm_record *arm = &results->arms.item[i];
        bool found = false;
        if (begins_ablation(results, i))
            status = tern_ablation_read(a, results, arm->run, arm->id, arm->side, &found, error);
        if (status == TERN_OK && found)
            visit(context, a);
    }
    free(a);
    return status;
}

bool tern_ablation_is_measured(const tern_ablation *ablation)
{
    return ablation->processes > 0 && ablation->trouble == NULL;
}
