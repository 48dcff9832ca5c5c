/*
 * First everything is found out that needs no clock: which kernels are the same, which are right, how many instructions
 * they take. Then each case that is left is sampled, one process after the other, until its figures give an answer.
 */
#include "run/gate.h"

#include "analyse/gate_rows.h"
#include "base/filter.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "measure/step.h"
#include "run/checks.h"
#include "run/gate_rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

enum { QUADS = 60, WITNESS_M = 64, WITNESS_K = 512, WITNESS_N = 4 };

static const double hot_process_s = 0.3, cold_process_s = 1.0;

/* A case and its counterpart. */
typedef struct item {
    tern_case base, cand;
    tern_compared compared;
} item;

typedef struct gate {
    const tern_gate_settings *settings;
    const tern_two_sides *sides;
    tern_plan *plan;
    tern_recording *recording;
    tern_gate_rules rules;
    tern_checks base_checks, cand_checks;
    item *items; /* of the plan, then a canary of BASE against itself if one is needed */
    size_t count;
    char label[TERN_ID_BYTES + 64];
} gate;

/* The id of the canary that is BASE against itself begins so. */
static const char self_prefix[] = "canary: ";

static tern_child_options child_of(gate *g, const tern_case *c)
{
    const double macs = (double)c->shape.m * (double)c->shape.k * (double)c->shape.n;

    return tern_activity_child(&g->recording->activity, g->settings->deadline_s + macs / 5e6);
}

static void say(gate *g, const char *what, const char *id)
{
    g->label[0] = '\0';
    tern_text_append(g->label, sizeof g->label, "%s %s", what, id);
    tern_activity_say(&g->recording->activity, g->label);
}

static bool known(const gate *g, const char *id)
{
    size_t cursor = 0;

    return tern_results_find(&g->recording->sink.results, TERN_LINE_COMPARED, id, &cursor) != NULL;
}

/* What stands in every line of the gate. */
static void begin_line(const gate *g, tern_compared *line, const char *id)
{
    const char *expected = tern_gate_rules_expected(&g->rules, id);

    *line = (tern_compared){
        .delta = tern_gate_rules_delta(&g->rules, id, g->settings->delta),
        .expected = expected != NULL,
        .base_instructions = (double)NAN,
        .cand_instructions = (double)NAN,
    };
    tern_text_copy(line->id, sizeof line->id, id);
    tern_text_copy(line->base, sizeof line->base, g->sides->base.text);
    tern_text_copy(line->cand, sizeof line->cand, g->sides->cand->text);
    tern_text_copy(line->base_commit, sizeof line->base_commit, g->sides->base.commit);
    tern_text_copy(line->cand_commit, sizeof line->cand_commit, g->sides->cand->commit);
    if (expected != NULL)
        tern_text_copy(line->expectation, sizeof line->expectation, expected);
}

static tern_status add(gate *g, const tern_compared *line, tern_error *error)
{
    return tern_sink_add(&g->recording->sink, TERN_LINE_COMPARED, line, error);
}

/* The same case with BASE's kernel; false, and why, when BASE's kernel has no such toggle. */
static bool find_base(const gate *g, item *it, const tern_kernel *kernel)
{
    char toggles[256];
    tern_error why;

    it->base = tern_two_sides_case(&it->cand, kernel);
    tern_case_toggles(&it->cand, toggles, sizeof toggles);
    tern_text_copy(it->compared.base_kernel, sizeof it->compared.base_kernel, kernel->name);
    if ((kernel->isa & ~g->recording->session->isa) != 0) {
        tern_text_copy(it->compared.reason, sizeof it->compared.reason,
                       "its kernel in BASE needs more than this processor, or the cap, allows");
        return false;
    }
    if (tern_case_set_toggles(&it->base, toggles, &why) != TERN_OK) {
        tern_text_append(it->compared.reason, sizeof it->compared.reason, "BASE: %s", why.text);
        return false;
    }
    return true;
}

/* CAND first: when it is wrong, nothing else matters. */
static tern_status check(gate *g, item *it, tern_error *error)
{
    tern_compared *line = &it->compared;
    tern_finding base;
    const tern_child_options child = child_of(g, &it->cand);

    say(g, "checking", line->id);
    tern_status status = tern_checks_look(&g->cand_checks, &it->cand, &child, &line->finding, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    if (line->finding.verdict == TERN_UNSUPPORTED) {
        line->state = TERN_COMPARED_LEFT_OUT;
        tern_text_append(line->reason, sizeof line->reason, "CAND refuses it: %s", line->finding.reason);
    } else if (line->finding.verdict != TERN_EXACT) {
        line->state = TERN_COMPARED_WRONG;
    }
    if (line->state != TERN_COMPARED_TIMED)
        return TERN_OK;
    status = tern_checks_look(&g->base_checks, &it->base, &child, &base, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0 || base.verdict == TERN_EXACT)
        return status;
    line->state = base.verdict == TERN_UNSUPPORTED ? TERN_COMPARED_LEFT_OUT : TERN_COMPARED_FIXED;
    tern_text_append(line->reason, sizeof line->reason, "BASE %s: %s", tern_verdict_name(base.verdict), base.reason);
    return TERN_OK;
}

/* A small shape of the case, of which every instruction can be counted. */
static tern_case witness_of(const tern_case *c)
{
    const tern_shape multiple = c->kernel->multiple;
    const tern_shape small = {.m = WITNESS_M, .k = WITNESS_K, .n = c->shape.n < WITNESS_N ? c->shape.n : WITNESS_N};
    tern_case witness = *c;

    if (small.m % multiple.m == 0 && small.k % multiple.k == 0 && small.n % multiple.n == 0)
        witness.shape = (tern_shape){.m = small.m < c->shape.m ? small.m : c->shape.m,
                                     .k = small.k < c->shape.k ? small.k : c->shape.k,
                                     .n = small.n};
    witness.cache = TERN_HOT;
    witness.threads = 1;
    return witness;
}

static tern_status count_instructions(gate *g, item *it, tern_error *error)
{
    const tern_case base = witness_of(&it->base), cand = witness_of(&it->cand);
    const tern_child_options child = child_of(g, &cand);
    tern_counter counter;
    tern_status status;

    say(g, "counting instructions of", it->compared.id);
    tern_text_append(it->compared.witness, sizeof it->compared.witness, "%zux%zux%zu", cand.shape.m, cand.shape.k,
                     cand.shape.n);
    if ((status = tern_step_count(&base, TERN_STEP_LIMIT, &child, &counter, error)) != TERN_OK)
        return status;
    it->compared.base_instructions = counter.per_call;
    if ((status = tern_step_count(&cand, TERN_STEP_LIMIT, &child, &counter, error)) == TERN_OK)
        it->compared.cand_instructions = counter.per_call;
    return status;
}

/* All that is known of a case before it is timed. */
static tern_status look_at(gate *g, item *it, tern_error *error)
{
    const tern_kernel *base = tern_two_sides_base_of(g->sides, it->cand.kernel);
    char id[TERN_ID_BYTES];
    tern_status status = TERN_OK;

    begin_line(g, &it->compared, tern_case_id(&it->cand, id, sizeof id));
    if (base == NULL) {
        it->compared.state = TERN_COMPARED_ADDED;
        it->base = it->cand;
    } else if (!find_base(g, it, base)) {
        it->compared.state = TERN_COMPARED_LEFT_OUT;
    } else if (tern_two_sides_identical(g->sides, base, it->cand.kernel)) {
        it->compared.state = TERN_COMPARED_IDENTICAL;
    } else if ((it->cand.kernel->flags & TERN_KERNEL_OWNS_TEAM) != 0 && it->cand.threads > 1) {
        it->compared.state = TERN_COMPARED_LEFT_OUT;
        tern_text_copy(it->compared.reason, sizeof it->compared.reason,
                       "a kernel with threads of its own is compared with one thread");
    } else if ((status = check(g, it, error)) == TERN_OK && it->compared.state == TERN_COMPARED_TIMED &&
               tern_interrupt_signal() == 0) {
        status = count_instructions(g, it, error);
    }
    return status;
}

/* Whether one case is the better canary: in cache, and quick. */
static bool is_better_canary(const item *a, const item *b)
{
    if (b == NULL || a->cand.cache != b->cand.cache)
        return b == NULL || a->cand.cache == TERN_HOT;
    return (double)a->cand.shape.m * (double)a->cand.shape.k * (double)a->cand.shape.n <
           (double)b->cand.shape.m * (double)b->cand.shape.k * (double)b->cand.shape.n;
}

static item *best_of(gate *g, tern_compared_state state)
{
    item *best = NULL;

    for (size_t i = 0; i < g->plan->count; i++)
        if (g->items[i].compared.state == state && g->items[i].cand.threads == 1 &&
            is_better_canary(&g->items[i], best))
            best = &g->items[i];
    return best;
}

/* Chooses what shows how much the machine moves code that is the same on both sides: BASE against itself if need be. */
static void choose_canary(gate *g)
{
    item *identical = best_of(g, TERN_COMPARED_IDENTICAL), *timed = best_of(g, TERN_COMPARED_TIMED);

    if (timed == NULL)
        return;
    if (identical != NULL) {
        identical->compared.state = TERN_COMPARED_CANARY;
        identical->compared.finding.values = 1;
        return;
    }
    item *self = &g->items[g->count++];
    char id[TERN_ID_BYTES];
    *self = (item){.base = timed->base, .cand = timed->base};
    begin_line(g, &self->compared, "");
    self->compared.state = TERN_COMPARED_CANARY;
    tern_text_append(self->compared.id, sizeof self->compared.id, "%s%s", self_prefix,
                     tern_case_id(&self->base, id, sizeof id));
}

static bool is_self(const item *it)
{
    return strncmp(it->compared.id, self_prefix, sizeof self_prefix - 1) == 0;
}

/* Whether the filter lets the kernel through in a case of the plan. */
static bool is_wanted(const gate *g, const tern_filter *filter, const tern_kernel *kernel)
{
    char id[TERN_ID_BYTES];
    bool wanted = false;

    for (size_t i = 0; i < g->plan->count && !wanted; i++) {
        const tern_case c = tern_two_sides_case(&g->plan->cases[i].c, kernel);
        wanted = tern_filter_passes(filter, tern_case_id(&c, id, sizeof id));
    }
    return wanted;
}

/* Kernels of BASE that CAND does not have: one line each. */
static tern_status add_removed(gate *g, tern_error *error)
{
    tern_filter filter;
    tern_status status = tern_filter_compile(&filter, g->settings->filter, error);

    for (size_t i = 0; i < tern_registry_count(g->sides->base_kernels) && status == TERN_OK; i++) {
        const tern_kernel *kernel = tern_registry_kernel(g->sides->base_kernels, i);
        tern_compared line;
        if (tern_two_sides_cand_of(g->sides, kernel) != NULL || known(g, kernel->name) ||
            !is_wanted(g, &filter, kernel))
            continue;
        begin_line(g, &line, kernel->name);
        line.state = TERN_COMPARED_REMOVED;
        status = add(g, &line, error);
    }
    tern_filter_free(&filter);
    return status;
}

/* Of a resumed run: what an earlier part found out. */
static bool take_over(const gate *g, item *it)
{
    char id[TERN_ID_BYTES];
    size_t cursor = 0;
    const tern_compared *line = tern_results_find(&g->recording->sink.results, TERN_LINE_COMPARED,
                                                  tern_case_id(&it->cand, id, sizeof id), &cursor);
    const tern_kernel *base = tern_two_sides_base_of(g->sides, it->cand.kernel);

    if (line == NULL)
        return false;
    it->compared = *line;
    if (base != NULL)
        find_base(g, it, base);
    return true;
}

/* Lines are written when all of them are known, since the choice of the canary needs all. */
static tern_status look_at_all(gate *g, tern_error *error)
{
    bool earlier = false;
    tern_status status = TERN_OK;

    for (size_t i = 0; i < g->plan->count && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        g->items[i].cand = g->plan->cases[i].c;
        if (take_over(g, &g->items[i]))
            earlier = true;
        else
            status = look_at(g, &g->items[i], error);
    }
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    if (!earlier || best_of(g, TERN_COMPARED_CANARY) == NULL)
        choose_canary(g);
    for (size_t i = 0; i < g->count && status == TERN_OK; i++)
        if (!known(g, g->items[i].compared.id))
            status = add(g, &g->items[i].compared, error);
    return status == TERN_OK ? add_removed(g, error) : status;
}

/* The same for the same case, series and process, so that a resumed run goes on as it would have. */
static uint64_t seed_of(const gate *g, const char *id, int second, size_t process)
{
    const uint64_t parts[] = {g->settings->seed, XXH3_64bits(id, strlen(id)), (uint64_t)second, process};

    return XXH3_64bits(parts, sizeof parts) >> 1; /* JSON has whole numbers up to 2^63 */
}

static tern_status keep(gate *g, const item *it, tern_pair *pair, const tern_paired_samples *samples, tern_error *error)
{
    const tern_paired_arm *base = &samples->arm[0], *cand = &samples->arm[1];

    tern_text_copy(pair->id, sizeof pair->id, it->compared.id);
    pair->calls_per_sample = cand->calls_per_sample;
    pair->shares_packed = base->shares_packed || cand->shares_packed;
    pair->samples = base->samples < cand->samples ? base->samples : cand->samples;
    pair->base_ns = base->ns;
    pair->cand_ns = cand->ns;
    pair->steal_share = cand->disturbance.steal_share;
    if (pair->samples == 0) {
        const tern_paired_arm *wrong = cand->finding.verdict != TERN_EXACT ? cand : base;
        tern_text_append(pair->reason, sizeof pair->reason, "%s %s: %s", wrong == cand ? "CAND" : "BASE",
                         tern_verdict_name(wrong->finding.verdict), wrong->finding.reason);
    }
    return tern_sink_add(&g->recording->sink, TERN_LINE_PAIR, pair, error);
}

/* One process: both sides loaded anew, sampled in quads. *more is false when it gave nothing. */
static tern_status sample(gate *g, const item *it, int second, size_t process, bool *more, tern_error *error)
{
    const tern_case c[] = {it->base, it->cand};
    tern_pair pair = {.process = (uint32_t)process, .second = second != 0};
    tern_entering entering = {
        .plugin = {g->sides->base.plugin, is_self(it) ? g->sides->base.plugin : g->sides->cand->plugin}};
    tern_paired_samples samples = {0};
    tern_paired_request request = {
        .c = c,
        .arms = 2,
        .schedule = {.order = TERN_ORDER_QUADS, .until = TERN_UNTIL_BUDGET, .rounds = QUADS},
        .min_sample_ms = 0.1,
        .budget_s = it->cand.cache == TERN_COLD ? cold_process_s : hot_process_s,
        .llc_bytes = g->recording->environment.topology.llc_bytes,
        .enter = tern_two_sides_enter,
        .context = &entering,
    };
    const tern_child_options child = child_of(g, &it->cand);
    tern_status status;

    request.schedule.seed = entering.seed = pair.seed = seed_of(g, it->compared.id, second, process);
    request.deadline_s = child.deadline_s;
    if ((status = tern_environment_pin(&g->recording->environment, it->cand.threads, &request.pin, error)) != TERN_OK)
        return status;
    status = tern_paired_sample(&request, &child, &samples, error);
    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = keep(g, it, &pair, &samples, error);
    *more = status == TERN_OK && pair.samples > 0;
    tern_paired_samples_free(&samples);
    return status;
}

/* Processes until there is an answer. */
static tern_status judge(gate *g, const item *it, tern_error *error)
{
    const tern_gate_rule rule = {.delta = it->compared.delta, .confidence = tern_gate_default_rule.confidence};
    size_t cursor = 0;
    const tern_compared *line =
        tern_results_find(&g->recording->sink.results, TERN_LINE_COMPARED, it->compared.id, &cursor);
    bool more = true;
    tern_status status = TERN_OK;
    int second;

    say(g, "timing", it->compared.id);
    while (status == TERN_OK && more && tern_interrupt_signal() == 0) {
        tern_gate_row row = {.compared = line};
        tern_gate_read_series(&row, &g->recording->sink.results);
        if (row.trouble != NULL || tern_gate_wanted(&row.series, &rule, &second) == 0)
            break;
        status = sample(g, it, second, second ? row.series.seconds : row.series.firsts, &more, error);
    }
    return status;
}

static tern_status judge_all(gate *g, tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < g->count && status == TERN_OK && tern_interrupt_signal() == 0; i++)
        if (g->items[i].compared.state == TERN_COMPARED_CANARY || g->items[i].compared.state == TERN_COMPARED_TIMED)
            status = judge(g, &g->items[i], error);
    return status;
}

static tern_status run_gate(void *context, tern_recording *recording, tern_error *error)
{
    gate *g = context;
    tern_status status;

    g->recording = recording;
    if ((status = tern_checks_open(&g->base_checks, error)) != TERN_OK ||
        (status = tern_checks_open(&g->cand_checks, error)) != TERN_OK || (status = look_at_all(g, error)) != TERN_OK)
        return status;
    return judge_all(g, error);
}

static tern_status gate_status(void *context, tern_recording *recording, tern_error *error)
{
    const gate *g = context;
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
    gate g = {.settings = settings, .sides = sides, .plan = plan, .count = plan->count};
    const tern_work work = {
        .context = &g, .demand = tern_planning_demand(plan), .alone = true, .run = run_gate, .status = gate_status};
    int exit_status = (int)tern_gate_rules_read(&g.rules, &sides->base, error);

    g.items = calloc(plan->count + 1, sizeof *g.items);
    if (exit_status == TERN_OK && g.items == NULL)
        exit_status = (int)tern_error_memory(error, "the cases of a gate", (double)(plan->count * sizeof *g.items));
    if (exit_status == TERN_OK)
        exit_status = tern_recording_run(recording, &settings->recording, session, observer, &work, error);
    tern_checks_close(&g.base_checks);
    tern_checks_close(&g.cand_checks);
    tern_gate_rules_free(&g.rules);
    free(g.items);
    return exit_status;
}
