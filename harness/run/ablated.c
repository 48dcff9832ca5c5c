#include "run/ablated.h"

#include "analyse/ablation.h"
#include "base/interrupt.h"
#include "base/stats.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* An interval over fewer says nothing. */
enum { LEAST_PROCESSES = 3 };

void tern_ablated_leave(tern_ablated *a, const char *name, const char *why)
{
    tern_text_append(a->left, sizeof a->left, "%s%s: %s", a->left[0] == '\0' ? "" : "; ", name, why);
}

void tern_ablated_add_factor(tern_ablated *a, const char *name)
{
    if (a->factors < TERN_EFFECTS_TOGGLES)
        tern_text_copy(a->name[a->factors++], sizeof a->name[0], name);
    else
        tern_ablated_leave(a, name, "there are too many");
}

tern_toggle_set tern_ablated_all(const tern_ablated *a)
{
    return ((tern_toggle_set)1 << a->factors) - 1;
}

size_t tern_ablated_taken(const tern_ablated *a)
{
    size_t taken = 0;

    for (size_t i = 0; i < a->factors; i++)
        taken += !a->never_taken[i];
    return taken;
}

tern_toggle_set tern_ablated_widen(const tern_ablated *a, tern_toggle_set taken)
{
    tern_toggle_set on = 0;
    size_t place = 0;

    for (size_t i = 0; i < a->factors; i++)
        if (a->never_taken[i] || (taken >> place++ & 1) != 0)
            on |= (tern_toggle_set)1 << i;
    return on;
}

void tern_ablated_say(const tern_ablated *a, tern_comparing *comparing, const char *what)
{
    char id[TERN_LABEL_BYTES] = "";

    tern_text_append(id, sizeof id, "%s%s%s", a->side, a->side[0] == '\0' ? "" : ":", a->id);
    tern_comparing_say(comparing, what, id);
}

void tern_ablated_line(const tern_ablated *a, tern_toggle_set on, const char *toggles, tern_arm_record *line)
{
    *line = (tern_arm_record){.toggles_in_all = (uint32_t)a->factors};
    tern_text_copy(line->id, sizeof line->id, a->id);
    tern_text_copy(line->side, sizeof line->side, a->side);
    tern_text_copy(line->measured, sizeof line->measured, a->measured);
    tern_text_copy(line->left, sizeof line->left, a->left);
    tern_text_copy(line->toggles, sizeof line->toggles, toggles);
    for (size_t i = 0; i < a->factors; i++)
        if ((on >> i & 1) != 0)
            tern_text_append(line->on, sizeof line->on, "%s%s", line->on[0] == '\0' ? "" : " ", a->name[i]);
}

static const tern_results *results_of(const tern_comparing *comparing)
{
    return &comparing->recording->sink.results;
}

static bool is_same_line(const tern_arm_record *x, const tern_arm_record *y)
{
    return strcmp(x->side, y->side) == 0 && strcmp(x->on, y->on) == 0 && x->process == y->process &&
           x->never_taken == y->never_taken;
}

static bool is_known(const tern_comparing *comparing, const tern_arm_record *line)
{
    const tern_arm_record *known;
    size_t cursor = 0;

    while ((known = tern_results_find(results_of(comparing), TERN_LINE_ARM, line->id, &cursor)) != NULL)
        if (is_same_line(known, line))
            return true;
    return false;
}

tern_status tern_ablated_add(tern_comparing *comparing, const tern_arm_record *line, tern_error *error)
{
    return is_known(comparing, line) ? TERN_OK : tern_sink_add(&comparing->recording->sink, TERN_LINE_ARM, line, error);
}

static void say_finding(tern_arm_record *line, const tern_finding *finding)
{
    line->wrong = tern_verdict_is_wrong(finding->verdict);
    tern_text_append(line->reason, sizeof line->reason, "%s: %s", tern_verdict_name(finding->verdict), finding->reason);
}

tern_status tern_ablated_give_up(const tern_ablated *a, tern_comparing *comparing, const char *toggles,
                                 const tern_finding *finding, tern_error *error)
{
    tern_arm_record line;

    tern_ablated_line(a, tern_ablated_all(a), toggles, &line);
    if (finding->verdict == TERN_EXACT)
        tern_text_copy(line.reason, sizeof line.reason, "it has no toggle that can be switched off");
    else
        say_finding(&line, finding);
    return tern_ablated_add(comparing, &line, error);
}

tern_status tern_ablated_keep(const tern_ablated *a, tern_comparing *comparing, tern_toggle_set on, const char *toggles,
                              const tern_ablated_samples *s, tern_error *error)
{
    tern_arm_record line;

    tern_ablated_line(a, on, toggles, &line);
    line.process = s->process;
    line.seed = s->seed;
    line.samples = s->reference_samples == 0 ? 0 : s->samples;
    double *ns = calloc(2 * ((size_t)line.samples + 1), sizeof *ns);
    if (ns == NULL)
        return tern_error_memory(error, "samples", (double)(line.samples * sizeof *ns));
    line.ns = ns;
    line.block_ns = ns + line.samples;
    for (uint32_t i = 0; i < line.samples; i++) {
        line.ns[i] = s->ns[i];
        line.block_ns[i] =
            tern_stats_mean(s->reference_ns + (size_t)(i / s->visits) * s->reference_visits, s->reference_visits);
    }
    if (line.samples == 0 && s->finding->verdict == TERN_EXACT)
        tern_text_copy(line.reason, sizeof line.reason, "another combination ended the process before it had a figure");
    else if (line.samples == 0)
        say_finding(&line, s->finding);
    const tern_status status = tern_ablated_add(comparing, &line, error);
    free(ns);
    return status;
}

/* Whether an earlier part of a resumed run has every combination of a process. */
static bool is_whole(const tern_ablated *a, const tern_comparing *comparing, const tern_design *design,
                     uint32_t process)
{
    bool whole = true;

    for (size_t i = 0; i < design->arms && whole; i++) {
        tern_arm_record line;
        tern_ablated_line(a, tern_ablated_widen(a, design->arm[i]), "", &line);
        line.process = process;
        whole = is_known(comparing, &line);
    }
    return whole;
}

/* How long the samples of processes from `first` on took, as their lines say it. */
static double spent_s(const tern_ablated *a, const tern_comparing *comparing, uint32_t first)
{
    const tern_arm_record *arm;
    size_t cursor = 0;
    double spent_ns = 0.0;

    while ((arm = tern_results_find(results_of(comparing), TERN_LINE_ARM, a->id, &cursor)) != NULL)
        if (strcmp(arm->side, a->side) == 0 && arm->process >= first && arm->samples > 0)
            spent_ns += arm->samples * tern_stats_mean(arm->ns, arm->samples);
    return 1e-9 * spent_ns;
}

/* Whether there is time for process number `done`, if it takes as long as the ones before. */
static bool has_time(const tern_ablated *a, const tern_comparing *comparing, const tern_ablated_extent *extent,
                     uint32_t first, uint32_t done)
{
    return extent->budget_s <= 0.0 || done < LEAST_PROCESSES ||
           spent_s(a, comparing, first) * extent->per_sample * (done + 1.0) / done <= extent->budget_s;
}

/* What goes through the processes of a design. */
typedef struct series {
    tern_comparing *comparing;
    const tern_ablated_extent *extent;
    tern_ablated_sample *sample;
    void *context;
} series;

static tern_status sample_all(const tern_ablated *a, const series *s, const tern_design *design, uint32_t first,
                              tern_error *error)
{
    tern_status status = TERN_OK;

    tern_ablated_say(a, s->comparing, "timing");
    for (uint32_t p = 0; p < s->extent->processes && status == TERN_OK && tern_interrupt_signal() == 0; p++) {
        if (is_whole(a, s->comparing, design, first + p))
            continue;
        if (!has_time(a, s->comparing, s->extent, first, p))
            break;
        status = s->sample(s->context, design, first + p, error);
    }
    return status;
}

/* Whether an earlier part of a resumed run has begun with more combinations. */
static bool has_more(const tern_ablated *a, const series *s)
{
    const tern_arm_record *arm;
    size_t cursor = 0;
    bool more = false;

    while ((arm = tern_results_find(results_of(s->comparing), TERN_LINE_ARM, a->id, &cursor)) != NULL)
        more |= strcmp(arm->side, a->side) == 0 && arm->process >= s->extent->processes;
    return more;
}

/* Whether the effects that were found leave something unexplained. */
static tern_status wants_more(const tern_ablated *a, const series *s, bool *more, tern_error *error)
{
    const tern_results *results = results_of(s->comparing);
    tern_ablation *found = malloc(sizeof *found);
    bool any;

    *more = has_more(a, s);
    if (*more || s->extent->once) {
        free(found);
        return TERN_OK;
    }
    if (found == NULL)
        return tern_error_memory(error, "an ablation", sizeof *found);
    const tern_status status =
        tern_ablation_read(found, results, (uint32_t)(results->runs.count - 1), a->id, a->side, &any, error);
    *more = status == TERN_OK && any && found->effects.more;
    free(found);
    return status;
}

tern_status tern_ablated_measure(const tern_ablated *a, tern_comparing *comparing, const tern_ablated_extent *extent,
                                 tern_ablated_sample *sample, void *context, tern_error *error)
{
    const series s = {comparing, extent, sample, context};
    const size_t taken = tern_ablated_taken(a);
    tern_design design;
    bool more = false;

    if (!tern_design_first(&design, taken))
        return tern_error_memory(error, "a design", 4096.0);
    tern_status status = sample_all(a, &s, &design, 0, error);
    tern_design_free(&design);
    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = wants_more(a, &s, &more, error);
    if (status != TERN_OK || !more || taken < 3)
        return status;
    if (!tern_design_more(&design, taken, TERN_EFFECTS_SEED))
        return tern_error_memory(error, "a design", 4096.0);
    status = sample_all(a, &s, &design, extent->processes, error);
    tern_design_free(&design);
    return status;
}

tern_status tern_ablated_status(void *context, tern_recording *recording, tern_error *error)
{
    const tern_results *results = &recording->sink.results;
    size_t timed = 0;

    (void)context;
    (void)error;
    for (size_t i = 0; i < results->arms.count; i++) {
        const tern_arm_record *arm = &results->arms.item[i];
        if (arm->wrong)
            return TERN_WRONG;
        timed += arm->samples > 0 || arm->never_taken;
    }
    return timed > 0 ? TERN_OK : TERN_NOTHING;
}
