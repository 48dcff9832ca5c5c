#include "run/two_cases.h"

#include "analyse/gate_rows.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "measure/step.h"

#include <math.h>
#include <string.h>

enum { QUADS = 60, WITNESS_M = 64, WITNESS_K = 512, WITNESS_N = 4 };

static const double hot_process_s = 0.3, cold_process_s = 1.0;

tern_status tern_two_checks_open(tern_two_checks *checks, const tern_two_sides *sides, tern_error *error)
{
    *checks = (tern_two_checks){.sides = sides};
    const tern_status status = tern_checks_open(&checks->base, error);
    return status == TERN_OK ? tern_checks_open(&checks->cand, error) : status;
}

void tern_two_checks_close(tern_two_checks *checks)
{
    tern_checks_close(&checks->base);
    tern_checks_close(&checks->cand);
}

void tern_two_cases_init(tern_two_cases *two, const tern_two_sides *sides, const tern_case *cand, const char *id,
                         double delta)
{
    tern_compared *line = &two->line;

    *two = (tern_two_cases){
        .base = *cand,
        .cand = *cand,
        .plugin = {sides->base.plugin, sides->cand->plugin},
        .line = {.delta = delta, .base_instructions = (double)NAN, .cand_instructions = (double)NAN},
    };
    tern_text_copy(line->id, sizeof line->id, id);
    tern_text_copy(line->base, sizeof line->base, sides->base.text);
    tern_text_copy(line->cand, sizeof line->cand, sides->cand->text);
    tern_text_copy(line->base_commit, sizeof line->base_commit, sides->base.commit);
    tern_text_copy(line->cand_commit, sizeof line->cand_commit, sides->cand->commit);
}

/* The same case with BASE's kernel; false, and why, when it has no such toggle or cannot run here. */
static bool find_base(tern_two_cases *two, const tern_kernel *kernel, uint32_t isa)
{
    tern_compared *line = &two->line;
    tern_error why;
    const tern_status same = tern_two_sides_same_case(&two->cand, kernel, &two->base, &why);

    tern_text_copy(line->base_kernel, sizeof line->base_kernel, kernel->name);
    if ((kernel->isa & ~isa) != 0) {
        tern_text_copy(line->reason, sizeof line->reason,
                       "its kernel in BASE needs instructions that this processor or the cap excludes");
        return false;
    }
    if (same != TERN_OK) {
        tern_text_append(line->reason, sizeof line->reason, "BASE: %s", why.text);
        return false;
    }
    return true;
}

/* Whether a finding is one, and nobody asked the program to end. */
static bool is_found(tern_status *status, const tern_finding *finding, tern_error *error)
{
    if (*status == TERN_OK && tern_interrupt_signal() == 0)
        *status = tern_finding_expect_whole(finding, error);
    return *status == TERN_OK && tern_interrupt_signal() == 0;
}

tern_status tern_two_cases_check_cand(tern_two_cases *two, tern_comparing *comparing, tern_two_checks *checks,
                                      tern_error *error)
{
    tern_compared *line = &two->line;
    const tern_child_options child = tern_comparing_child(comparing, &two->cand, 1.0);

    tern_comparing_say(comparing, "checking", line->id);
    tern_status status = tern_checks_look(&checks->cand, &two->cand, &child, &line->finding, error);
    if (!is_found(&status, &line->finding, error))
        return status;
    if (line->finding.verdict == TERN_UNSUPPORTED) {
        line->state = TERN_COMPARED_LEFT_OUT;
        tern_text_append(line->reason, sizeof line->reason, "CAND refuses it: %s", line->finding.reason);
    } else if (line->finding.verdict != TERN_EXACT) {
        line->state = TERN_COMPARED_WRONG;
    }
    return TERN_OK;
}

static tern_status check_base(tern_two_cases *two, tern_comparing *comparing, tern_two_checks *checks,
                              tern_error *error)
{
    tern_compared *line = &two->line;
    tern_finding base;
    const tern_child_options child = tern_comparing_child(comparing, &two->base, 1.0);
    tern_status status = tern_checks_look(&checks->base, &two->base, &child, &base, error);

    if (!is_found(&status, &base, error) || base.verdict == TERN_EXACT)
        return status;
    line->state = base.verdict == TERN_UNSUPPORTED ? TERN_COMPARED_LEFT_OUT : TERN_COMPARED_FIXED;
    tern_text_append(line->reason, sizeof line->reason, "BASE %s: %s", tern_verdict_name(base.verdict), base.reason);
    return TERN_OK;
}

static bool is_multiple(tern_shape shape, tern_shape multiple)
{
    return shape.m % multiple.m == 0 && shape.k % multiple.k == 0 && shape.n % multiple.n == 0;
}

/*
 * A small shape of the case, of which every instruction can be counted, or its own where one of the sides refuses that.
 */
static tern_shape witness_shape(const tern_two_cases *two)
{
    const tern_shape whole = two->cand.shape;
    const tern_shape small = {.m = WITNESS_M < whole.m ? WITNESS_M : whole.m,
                              .k = WITNESS_K < whole.k ? WITNESS_K : whole.k,
                              .n = WITNESS_N < whole.n ? WITNESS_N : whole.n};

    return is_multiple(small, two->base.kernel->multiple) && is_multiple(small, two->cand.kernel->multiple) ? small
                                                                                                            : whole;
}

static tern_case witness_of(const tern_case *c, tern_shape shape)
{
    tern_case witness = *c;

    witness.shape = shape;
    witness.cache = TERN_HOT;
    witness.threads = 1;
    return witness;
}

tern_status tern_two_cases_count(tern_two_cases *two, tern_comparing *comparing, tern_error *error)
{
    const tern_shape shape = witness_shape(two);
    const tern_case base = witness_of(&two->base, shape), cand = witness_of(&two->cand, shape);
    const tern_child_options child = tern_comparing_child(comparing, &cand, 1.0);
    tern_compared *line = &two->line;
    tern_counter counter;
    tern_status status;

    tern_comparing_say(comparing, "counting instructions of", line->id);
    tern_text_append(line->witness, sizeof line->witness, "%zux%zux%zu", cand.shape.m, cand.shape.k, cand.shape.n);
    if ((status = tern_step_count(&base, TERN_STEP_LIMIT, &child, &counter, NULL, error)) != TERN_OK)
        return status;
    line->base_instructions = counter.per_call;
    if ((status = tern_step_count(&cand, TERN_STEP_LIMIT, &child, &counter, NULL, error)) == TERN_OK)
        line->cand_instructions = counter.per_call;
    return status;
}

tern_status tern_two_cases_look(tern_two_cases *two, tern_comparing *comparing, tern_two_checks *checks, uint32_t isa,
                                tern_error *error)
{
    const tern_kernel *base = tern_two_sides_base_of(checks->sides, two->cand.kernel);
    tern_compared *line = &two->line;
    bool same = false;
    tern_status status = TERN_OK;

    if (base != NULL)
        same = tern_two_sides_code(checks->sides, base, two->cand.kernel, line->base_code, line->cand_code);
    if (base == NULL) {
        line->state = TERN_COMPARED_ADDED;
        status = tern_two_cases_check_cand(two, comparing, checks, error);
    } else if (!find_base(two, base, isa)) {
        line->state = TERN_COMPARED_LEFT_OUT;
    } else if (same) {
        line->state = TERN_COMPARED_IDENTICAL;
    } else if (tern_case_owns_team(&two->cand)) {
        line->state = TERN_COMPARED_LEFT_OUT;
        tern_text_copy(line->reason, sizeof line->reason,
                       "a kernel with threads of its own is compared with one thread");
    } else {
        status = tern_two_cases_check_cand(two, comparing, checks, error);
        if (status == TERN_OK && line->state == TERN_COMPARED_TIMED && tern_interrupt_signal() == 0)
            status = check_base(two, comparing, checks, error);
    }
    return status;
}

static bool is_other(const tern_side *side, const char *text, const char *commit)
{
    return strcmp(commit, side->commit) != 0 || (commit[0] == '\0' && strcmp(text, side->text) != 0);
}

tern_status tern_two_cases_expect(const tern_results *results, const tern_two_sides *sides, tern_error *error)
{
    for (size_t i = 0; i < results->compared.count; i++) {
        const tern_compared *line = &results->compared.item[i];
        if (line->state != TERN_COMPARED_STEP && (is_other(&sides->base, line->base, line->base_commit) ||
                                                  is_other(sides->cand, line->cand, line->cand_commit)))
            return tern_error_set(error, TERN_USAGE,
                                  "--resume: the file compares %s with %s, which are other sides now; name these, or "
                                  "begin anew without --resume",
                                  line->base, line->cand);
    }
    return TERN_OK;
}

bool tern_two_cases_known(const tern_comparing *comparing, const char *id)
{
    size_t cursor = 0;

    return tern_results_find(&comparing->recording->sink.results, TERN_LINE_COMPARED, id, &cursor) != NULL;
}

bool tern_two_cases_take_over(tern_two_cases *two, const tern_comparing *comparing, const tern_two_sides *sides,
                              uint32_t isa)
{
    size_t cursor = 0;
    const tern_compared *line =
        tern_results_find(&comparing->recording->sink.results, TERN_LINE_COMPARED, two->line.id, &cursor);
    const tern_kernel *base = tern_two_sides_base_of(sides, two->cand.kernel);

    if (line == NULL)
        return false;
    if (base != NULL)
        find_base(two, base, isa);
    two->line = *line;
    return true;
}

static tern_status keep(const tern_two_cases *two, tern_comparing *comparing, tern_pair *pair,
                        const tern_paired_samples *samples, tern_error *error)
{
    const tern_paired_arm *base = &samples->arm[0], *cand = &samples->arm[1];

    tern_text_copy(pair->id, sizeof pair->id, two->line.id);
    pair->calls_per_sample = cand->calls_per_sample;
    pair->shares_packed = base->shares_packed || cand->shares_packed;
    pair->samples = base->samples < cand->samples ? base->samples : cand->samples;
    pair->base_ns = base->ns;
    pair->cand_ns = cand->ns;
    pair->steal_share = cand->disturbance.steal_share;
    if (pair->samples == 0) {
        const tern_paired_arm *wrong = cand->finding.verdict != TERN_EXACT ? cand : base;
        const tern_status status = tern_finding_expect_whole(&wrong->finding, error);
        if (status != TERN_OK)
            return status;
        tern_text_append(pair->reason, sizeof pair->reason, "%s %s: %s", wrong == cand ? "CAND" : "BASE",
                         tern_verdict_name(wrong->finding.verdict), wrong->finding.reason);
        /* A canary has the same code on both sides: what is wrong with one is wrong with the other. */
        if (wrong == cand || two->line.state == TERN_COMPARED_CANARY)
            pair->finding = wrong->finding;
    }
    return tern_sink_add(&comparing->recording->sink, TERN_LINE_PAIR, pair, error);
}

tern_status tern_two_cases_sample(const tern_two_cases *two, tern_comparing *comparing, bool second, size_t process,
                                  bool *more, tern_error *error)
{
    const tern_case c[] = {two->base, two->cand};
    tern_entering entering = {.plugin = {two->plugin[0], two->plugin[1]}};
    tern_pair pair = {.process = (uint32_t)process, .second = second};
    tern_paired_samples samples = {0};
    tern_paired_request request = {
        .c = c,
        .arms = 2,
        .schedule = {.order = TERN_ORDER_QUADS, .until = TERN_UNTIL_BUDGET, .rounds = QUADS},
        .min_sample_ms = 0.1,
        .budget_s = two->cand.cache == TERN_COLD ? cold_process_s : hot_process_s,
        .enter = tern_two_sides_enter,
        .context = &entering,
    };

    request.schedule.seed = entering.seed = pair.seed =
        tern_comparing_seed(comparing, two->line.id, second ? "second" : "first", process);
    tern_status status = tern_comparing_sample(comparing, &request, 1.0, &samples, error);
    const bool whole = status == TERN_OK && tern_interrupt_signal() == 0;
    if (whole)
        status = keep(two, comparing, &pair, &samples, error);
    *more = whole && status == TERN_OK && pair.samples > 0;
    tern_paired_samples_free(&samples);
    return status;
}

tern_status tern_two_cases_judge(const tern_two_cases *two, tern_comparing *comparing, tern_error *error)
{
    const tern_gate_rule rule = {.delta = two->line.delta, .confidence = tern_gate_default_rule.confidence};
    const tern_results *results = &comparing->recording->sink.results;
    bool more = true;
    tern_status status = TERN_OK;
    int second;

    tern_comparing_say(comparing, "timing", two->line.id);
    while (status == TERN_OK && more && tern_interrupt_signal() == 0) {
        size_t cursor = 0;
        tern_gate_row row = {.compared = tern_results_find(results, TERN_LINE_COMPARED, two->line.id, &cursor)};
        tern_gate_read_series(&row, results);
        if (row.trouble != NULL || tern_gate_wanted(&row.series, &rule, &second) == 0)
            break;
        status = tern_two_cases_sample(two, comparing, second != 0, second ? row.series.seconds : row.series.firsts,
                                       &more, error);
    }
    return status;
}
