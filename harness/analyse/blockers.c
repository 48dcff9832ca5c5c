#include "analyse/blockers.h"

#include "analyse/ablation.h"
#include "analyse/combinations.h"
#include "analyse/gate_rows.h"
#include "analyse/groups.h"
#include "analyse/loop_limit.h"
#include "analyse/scaling.h"
#include "analyse/speedup.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Single cases that are told one by one; more of a kind are counted. */
enum { TOLD_EACH = 10 };

static const double wide = 0.10;      /* half of an interval over its median */
static const double drifted = 0.02;   /* of the clock */
static const double stolen = 0.01;    /* of the CPUs' time */
static const double waiting = 0.20;   /* fork and join over the call */
static const double uneven = 1.25;    /* busiest thread over the mean */
static const double worthwhile = 1.1; /* what more threads should give at least */

static const char *const severities[] = {"critical", "high", "medium", "low"};

const char *tern_blocker_severity_name(tern_blocker_severity severity)
{
    return severities[severity];
}

typedef struct finder {
    const tern_results *results;
    tern_blockers *list;
    bool failed;
} finder;

/* A blocker to be filled; one that nobody reads when memory ran out. */
static tern_blocker *add(finder *f, tern_blocker_severity severity)
{
    static _Thread_local tern_blocker nowhere;
    tern_blockers *list = f->list;

    if (list->count == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
        tern_blocker *larger = realloc(list->item, capacity * sizeof *larger);
        if (larger == NULL) {
            f->failed = true;
            return &nowhere;
        }
        list->item = larger;
        list->capacity = capacity;
    }
    list->item[list->count] = (tern_blocker){.severity = severity, .benefit = {(double)NAN, (double)NAN, (double)NAN}};
    return &list->item[list->count++];
}

static void set_repro(const finder *f, tern_blocker *b, uint32_t run, const char *id)
{
    snprintf(b->fix, sizeof b->fix, "%s '%s'", tern_run_repro(&f->results->runs.item[run]), id);
}

static void say_wrong(finder *f, uint32_t run, const char *id, const tern_finding *finding)
{
    tern_blocker *b = add(f, TERN_BLOCKER_CRITICAL);

    snprintf(b->symptom, sizeof b->symptom, "%s: %.120s%s%.200s", tern_verdict_name(finding->verdict), id,
             finding->reason[0] == '\0' ? "" : ": ", finding->reason);
    tern_text_copy(b->impact, sizeof b->impact, "a wrong kernel has no speed, and must not be used");
    tern_text_copy(b->cause, sizeof b->cause, finding->hint);
    set_repro(f, b, run, id);
}

static void say_wrong_combination(finder *f, const tern_arm_record *arm)
{
    tern_blocker *b = add(f, TERN_BLOCKER_CRITICAL);
    char id[TERN_COMPARISON_ID_BYTES];

    snprintf(b->symptom, sizeof b->symptom, "%.140s, in %.110s with %.110s", arm->reason, arm->id,
             arm->toggles[0] == '\0' ? "all toggles" : arm->toggles);
    tern_text_copy(b->impact, sizeof b->impact, "the ablation of this case says nothing");
    if (arm->measured[0] == '\0')
        set_repro(f, b, arm->run, tern_combination_id(arm, id, sizeof id));
}

/* Of a search for the fastest, which went on without it. */
static void say_wrong_setting(finder *f, const tern_tried *tried)
{
    tern_blocker *b = add(f, TERN_BLOCKER_CRITICAL);

    snprintf(b->symptom, sizeof b->symptom, "%.140s, of %s%s%.60s in %.90s", tried->reason, tried->kernel,
             tried->toggles[0] == '\0' ? "" : "+", tried->toggles, tried->id);
    tern_text_copy(b->impact, sizeof b->impact, "it has no speed, must not be used, and `auto` does without it");
    snprintf(b->fix, sizeof b->fix, "`ternbench check SUITE --set kernels=%s` shows more of it", tried->kernel);
}

static void look_at_verdicts(finder *f)
{
    size_t wrong = 0;

    for (size_t i = 0; i < f->results->cases.count; i++) {
        const tern_record *r = &f->results->cases.item[i];
        if (tern_verdict_is_wrong(r->finding.verdict) && wrong++ < TOLD_EACH)
            say_wrong(f, r->run, r->id, &r->finding);
    }
    for (size_t i = 0; i < f->results->decodes.count; i++) {
        const tern_decode_record *r = &f->results->decodes.item[i];
        if (tern_verdict_is_wrong(r->finding.verdict) && wrong++ < TOLD_EACH)
            say_wrong(f, r->run, r->id, &r->finding);
    }
    for (size_t i = 0; i < f->results->arms.count; i++) {
        const tern_arm_record *arm = tern_combination_at(f->results, i);
        if (arm != NULL && tern_combination_is_wrong(arm) && wrong++ < TOLD_EACH)
            say_wrong_combination(f, arm);
    }
    for (size_t i = 0; i < f->results->tried.count; i++)
        if (f->results->tried.item[i].wrong && wrong++ < TOLD_EACH)
            say_wrong_setting(f, &f->results->tried.item[i]);
    if (wrong > TOLD_EACH) {
        tern_blocker *b = add(f, TERN_BLOCKER_CRITICAL);
        snprintf(b->symptom, sizeof b->symptom, "%zu more result%s wrong", wrong - TOLD_EACH,
                 wrong == TOLD_EACH + 1 ? " is" : "s are");
    }
}

static void look_at_runs(finder *f)
{
    for (uint32_t i = 0; i < f->results->runs.count; i++) {
        const tern_run *run = &f->results->runs.item[i];
        const tern_run_end *end = tern_results_end(f->results, i);
        if (end == NULL || !end->complete) {
            tern_blocker *b = add(f, TERN_BLOCKER_HIGH);
            snprintf(b->symptom, sizeof b->symptom, "run %" PRIu32 " is %s%.200s", i + 1,
                     end == NULL ? "cut off: it has no closing line" : "incomplete: ", end == NULL ? "" : end->reason);
            tern_text_copy(b->impact, sizeof b->impact, "some of what was planned is not in the records");
            tern_text_copy(b->fix, sizeof b->fix, "the same command with --resume goes on where it ended");
        }
        for (uint32_t j = 0; j < run->warnings && j < TERN_RUN_WARNINGS; j++) {
            tern_blocker *b = add(f, TERN_BLOCKER_LOW);
            snprintf(b->symptom, sizeof b->symptom, "run %" PRIu32 ": %s", i + 1, run->warning[j]);
            tern_text_copy(b->impact, sizeof b->impact, "times differ more from run to run");
        }
    }
}

/* Of a missed target that the machine does not allow. */
static void say_limit(const finder *f, const tern_decode_record *r, tern_blocker *b)
{
    const tern_loop_limit limit = tern_loop_limit_of(f->results, r, &r->decode);

    if (!(limit.tokens_per_s < r->target_tokens_per_s))
        return;
    if (limit.reads)
        snprintf(b->cause, sizeof b->cause,
                 "reading allows %.3g tokens a second at most, at %.3g MB a token and the bandwidth measured",
                 limit.tokens_per_s, r->decode.bytes_per_token / 1e6);
    else
        snprintf(b->cause, sizeof b->cause, "multiply-adds allow %.3g tokens a second at most, by the peak of %s",
                 limit.tokens_per_s, r->roof_instruction);
}

static void look_at_loops(finder *f)
{
    for (size_t i = 0; i < f->results->decodes.count; i++) {
        const tern_decode_record *r = &f->results->decodes.item[i];
        if (!r->timed || r->baseline)
            continue;
        const bool prompt_alone = r->decode.tokens == 0 && r->prefill.tokens > 0;
        if (!prompt_alone && r->target_tokens_per_s > r->decode.tokens_per_s) {
            tern_blocker *b = add(f, TERN_BLOCKER_HIGH);
            snprintf(b->symptom, sizeof b->symptom, "%s decodes %.3g tokens a second, the target is %.3g", r->model,
                     r->decode.tokens_per_s, r->target_tokens_per_s);
            snprintf(b->impact, sizeof b->impact, "%.1f %% of the target",
                     100.0 * r->decode.tokens_per_s / r->target_tokens_per_s);
            say_limit(f, r, b);
        }
        if (r->budget_bytes > 0 && r->peak_rss_bytes > r->budget_bytes) {
            tern_blocker *b = add(f, TERN_BLOCKER_HIGH);
            snprintf(b->symptom, sizeof b->symptom, "%s takes %.0f MB, the budget is %.0f MB", r->model,
                     (double)r->peak_rss_bytes / 1e6, (double)r->budget_bytes / 1e6);
            tern_text_copy(b->impact, sizeof b->impact, "it does not fit");
        }
    }
}

static void say_slower(finder *f, const tern_gate_row *row)
{
    tern_blocker *b = add(f, TERN_BLOCKER_HIGH);

    snprintf(b->symptom, sizeof b->symptom, "REGRESSED: %.200s takes %+.1f %% of time", row->compared->id,
             100.0 * expm1(row->answer.mean.mean));
    tern_text_copy(b->impact, sizeof b->impact, "slower than before, shown twice");
    snprintf(b->fix, sizeof b->fix, "ternbench ablate '%s' '%s' SUITE names the toggle that gives less than it did",
             row->compared->base, row->compared->cand);
}

static void say_removed(finder *f, const tern_compared *c)
{
    tern_blocker *b = add(f, TERN_BLOCKER_HIGH);

    snprintf(b->symptom, sizeof b->symptom, "REMOVED: the kernel %.100s is in %.100s, and not in %.100s", c->id,
             c->base, c->cand);
    tern_text_copy(b->impact, sizeof b->impact, "whoever names it gets an error");
}

static void say_open(finder *f, const tern_gate_row *row)
{
    const tern_mean *mean = &row->answer.mean;
    tern_blocker *b = add(f, TERN_BLOCKER_MEDIUM);

    snprintf(b->symptom, sizeof b->symptom, "INCONCLUSIVE: %.200s", row->compared->id);
    if (isfinite(mean->low) && isfinite(mean->high))
        snprintf(b->impact, sizeof b->impact, "not judged: its change is %+.1f to %+.1f %% of time, as far as is known",
                 100.0 * expm1(mean->low), 100.0 * expm1(mean->high));
    else
        tern_text_copy(b->impact, sizeof b->impact, "not judged: it may be slower than before");
    tern_text_copy(b->fix, sizeof b->fix, "run the gate again, on a machine that does less beside it");
}

static void look_at_compared(finder *f, const tern_gate_row *row)
{
    const tern_compared *c = row->compared;

    if (c->state == TERN_COMPARED_WRONG)
        say_wrong(f, c->run, c->id, &c->finding);
    else if (row->answer.verdict == TERN_GATE_REGRESSED && !c->expected)
        say_slower(f, row);
    else if (c->state == TERN_COMPARED_REMOVED && !c->expected)
        say_removed(f, c);
    else if (c->state == TERN_COMPARED_TIMED && row->answer.verdict == TERN_GATE_INCONCLUSIVE && !tern_gate_is_self(c))
        say_open(f, row);
}

static tern_status look_at_gates(finder *f, tern_error *error)
{
    tern_status status = TERN_OK;

    for (uint32_t run = 0; run < f->results->runs.count && status == TERN_OK && f->results->compared.count > 0; run++) {
        tern_gate_rows rows;
        if ((status = tern_gate_rows_new(&rows, f->results, run, error)) != TERN_OK)
            break;
        for (size_t i = 0; i < rows.count; i++)
            look_at_compared(f, &rows.row[i]);
        tern_gate_rows_free(&rows);
    }
    return status;
}

/* A toggle that costs: what leaving it out was measured to give is the benefit. */
static void look_at_ablation(void *context, const tern_ablation *a)
{
    finder *f = context;

    for (size_t i = 0; tern_ablation_is_measured(a) && i < a->toggles; i++) {
        const tern_effect *effect = tern_ablation_effect(a, i);
        if (effect == NULL || !(effect->left_out.high < 0.0))
            continue;
        tern_blocker *b = add(f, TERN_BLOCKER_MEDIUM);
        snprintf(b->symptom, sizeof b->symptom, "the toggle %s makes %.160s slower", a->name[i], a->all->id);
        snprintf(b->impact, sizeof b->impact, "x%.3f of the speed without it", exp(effect->left_out.mean));
        snprintf(b->fix, sizeof b->fix, "switch %s off for such a case", a->name[i]);
        b->benefit =
            (tern_estimate){exp(-effect->left_out.mean), exp(-effect->left_out.high), exp(-effect->left_out.low)};
    }
}

/* Cases that more threads do not help, and what of it their own records explain. */
static tern_status look_at_threads(finder *f, tern_error *error)
{
    tern_groups cases;
    const tern_status status = tern_groups_of_results(&cases, f->results, &tern_by_all_but_threads, error);
    size_t several = 0, useless = 0, wait = 0, odd = 0;

    for (size_t i = 0; i < cases.count; i++) {
        const tern_group *group = &cases.group[i];
        const tern_record *fewest = tern_scaling_fewest(group), *most = tern_scaling_most(group);
        several += most != fewest;
        if (most == fewest || !(tern_speedup_estimate(most, fewest).median < worthwhile))
            continue;
        useless++;
        wait += most->timing.fork_join_ns > waiting * most->timing.median_ns;
        odd += tern_scaling_of(most, fewest).imbalance > uneven;
    }
    if (useless > 0) {
        tern_blocker *b = add(f, TERN_BLOCKER_MEDIUM);
        snprintf(b->symptom, sizeof b->symptom, "%zu of %zu case%s: less than %.0f %% gained from more threads",
                 useless, several, tern_text_plural(several), 100.0 * (worthwhile - 1.0));
        tern_text_copy(b->impact, sizeof b->impact, "the other CPUs give nothing there");
        if (wait + odd > 0)
            snprintf(b->cause, sizeof b->cause,
                     "in %zu of them fork and join take more than %.0f %% of a call, in %zu the busiest thread works "
                     "%.0f %% longer than the mean",
                     wait, 100.0 * waiting, odd, 100.0 * (uneven - 1.0));
        tern_text_copy(b->fix, sizeof b->fix, "see `ternbench report FILES --format scaling`");
    }
    tern_groups_free(&cases);
    return status;
}

static void look_at_noise(finder *f)
{
    size_t timed = 0, broad = 0, drifting = 0, robbed = 0, warm = 0;

    for (size_t i = 0; i < f->results->cases.count; i++) {
        const tern_record *r = &f->results->cases.item[i];
        const tern_timing *t = &r->timing;
        if (!r->timed)
            continue;
        timed++;
        warm += t->not_cold;
        if (isfinite(t->low_ns) && t->high_ns - t->low_ns <= 2.0 * wide * t->median_ns)
            continue;
        broad++;
        drifting += t->disturbance.clock_drift > drifted;
        robbed += t->disturbance.steal_share > stolen;
    }
    if (broad > 0) {
        tern_blocker *b = add(f, TERN_BLOCKER_LOW);
        snprintf(b->symptom, sizeof b->symptom, "%zu of %zu median%s: no interval, or one wider than +-%.0f %%", broad,
                 timed, tern_text_plural(timed), 100.0 * wide);
        tern_text_copy(b->impact, sizeof b->impact, "small differences between them mean nothing");
        if (drifting + robbed > 0)
            snprintf(b->cause, sizeof b->cause, "%zu with a drifting clock, %zu with time taken by the hypervisor",
                     drifting, robbed);
        tern_text_copy(b->fix, sizeof b->fix, "a larger --budget, --interleave, a quieter machine");
    }
    if (warm > 0) {
        tern_blocker *b = add(f, TERN_BLOCKER_LOW);
        snprintf(b->symptom, sizeof b->symptom, "%zu cold case%s faster than memory allows", warm,
                 warm == 1 ? " is" : "s are");
        tern_text_copy(b->impact, sizeof b->impact, "they read from a cache, in part; they are marked (not cold)");
    }
}

static int by_severity(const void *a, const void *b)
{
    const tern_blocker *p = a, *q = b;

    return (p->severity > q->severity) - (p->severity < q->severity);
}

/* In groups of one severity the order of finding stays: there are few, and merge sort is not needed for it. */
static void sort(tern_blockers *list)
{
    for (size_t i = 1; i < list->count; i++)
        for (size_t j = i; j > 0 && by_severity(&list->item[j - 1], &list->item[j]) > 0; j--) {
            const tern_blocker swapped = list->item[j];
            list->item[j] = list->item[j - 1];
            list->item[j - 1] = swapped;
        }
}

tern_status tern_blockers_find(tern_blockers *blockers, const tern_results *results, tern_error *error)
{
    finder f = {.results = results, .list = blockers};
    tern_status status = TERN_OK;

    *blockers = (tern_blockers){0};
    look_at_verdicts(&f);
    look_at_runs(&f);
    look_at_loops(&f);
    look_at_noise(&f);
    status = look_at_gates(&f, error);
    if (status == TERN_OK)
        status = tern_ablation_each(results, look_at_ablation, &f, error);
    if (status == TERN_OK)
        status = look_at_threads(&f, error);
    if (status == TERN_OK && f.failed)
        status = tern_error_memory(error, "findings", (double)blockers->count * sizeof *blockers->item);
    sort(blockers);
    for (size_t i = 0; i < blockers->count; i++)
        blockers->warnings += blockers->item[i].severity == TERN_BLOCKER_LOW;
    return status;
}

void tern_blockers_free(tern_blockers *blockers)
{
    free(blockers->item);
    *blockers = (tern_blockers){0};
}
