/*
 * A toggle is switched off where 0 means off and the case has it on. Toggles without which bind() chooses the very same
 * are never timed; the others are sampled in combinations, in randomised blocks with the case itself first and last, in
 * several processes. Where the effects do not add up, more combinations are sampled.
 */
#include "run/ablate.h"

#include "analyse/ablation.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "measure/same_work.h"
#include "run/checks.h"
#include "run/comparing.h"

#include <stdlib.h>
#include <string.h>

enum { PROCESSES = 8, BLOCKS = 40 };

/* For the samples of one arm in one process. */
static const double hot_arm_s = 0.04, cold_arm_s = 0.15;

/* One case at one side. */
typedef struct subject {
    const char *side;   /* "base", "cand", "" */
    const char *plugin; /* NULL: the kernel is where it is */
    tern_case c;
    char id[TERN_ID_BYTES];              /* of the plan's case */
    size_t toggle[TERN_EFFECTS_TOGGLES]; /* indices into the kernel's toggles: those that can be switched off */
    bool never_taken[TERN_EFFECTS_TOGGLES];
    size_t toggles;
    char left[256]; /* the others, and why */
} subject;

typedef struct ablation {
    const tern_two_sides *sides; /* NULL: there is one side */
    tern_comparing comparing;
    tern_checks checks;
} ablation;

static void say(ablation *a, const char *what, const subject *s)
{
    char id[TERN_LABEL_BYTES] = "";

    tern_text_append(id, sizeof id, "%s%s%s", s->side, s->side[0] == '\0' ? "" : ":", s->id);
    tern_comparing_say(&a->comparing, what, id);
}

static const tern_results *results_of(const ablation *a)
{
    return &a->comparing.recording->sink.results;
}

static void leave(subject *s, const tern_toggle *toggle, const char *why)
{
    tern_text_append(s->left, sizeof s->left, "%s%s: %s", s->left[0] == '\0' ? "" : "; ", toggle->name, why);
}

static void find_toggles(subject *s)
{
    const tern_toggle *table = s->c.kernel->toggles;

    for (size_t i = 0; table != NULL && table[i].name != NULL; i++)
        if (table[i].low > 0)
            leave(s, &table[i], "a parameter that is never off");
        else if (s->c.toggle[i] == 0)
            leave(s, &table[i], "off in this case");
        else if (s->toggles < TERN_EFFECTS_TOGGLES)
            s->toggle[s->toggles++] = i;
}

/* The case with those toggles on, and the others of its list off. */
static tern_case with(const subject *s, tern_toggle_set on)
{
    tern_case c = s->c;

    for (size_t i = 0; i < s->toggles; i++)
        if ((on >> i & 1) == 0)
            c.toggle[s->toggle[i]] = 0;
    return c;
}

static tern_toggle_set all_of(const subject *s)
{
    return ((tern_toggle_set)1 << s->toggles) - 1;
}

static void begin_line(const subject *s, tern_toggle_set on, tern_arm_record *line)
{
    const tern_case c = with(s, on);

    *line = (tern_arm_record){.toggles_in_all = (uint32_t)s->toggles};
    tern_text_copy(line->id, sizeof line->id, s->id);
    tern_text_copy(line->side, sizeof line->side, s->side);
    tern_text_copy(line->left, sizeof line->left, s->left);
    tern_case_toggles(&c, line->toggles, sizeof line->toggles);
    for (size_t i = 0; i < s->toggles; i++)
        if ((on >> i & 1) != 0)
            tern_text_append(line->on, sizeof line->on, "%s%s", line->on[0] == '\0' ? "" : " ",
                             s->c.kernel->toggles[s->toggle[i]].name);
}

static bool is_same_line(const tern_arm_record *x, const tern_arm_record *y)
{
    return strcmp(x->side, y->side) == 0 && strcmp(x->on, y->on) == 0 && x->process == y->process &&
           x->never_taken == y->never_taken;
}

/* An earlier part of a resumed run has some lines; what they say is not said twice. */
static bool is_known(const ablation *a, const tern_arm_record *line)
{
    const tern_arm_record *known;
    size_t cursor = 0;

    while ((known = tern_results_find(results_of(a), TERN_LINE_ARM, line->id, &cursor)) != NULL)
        if (is_same_line(known, line))
            return true;
    return false;
}

static tern_status add(ablation *a, const tern_arm_record *line, tern_error *error)
{
    return is_known(a, line) ? TERN_OK : tern_sink_add(&a->comparing.recording->sink, TERN_LINE_ARM, line, error);
}

static tern_status find_never_taken(ablation *a, subject *s, tern_error *error)
{
    tern_status status = TERN_OK;

    say(a, "looking at the toggles of", s);
    for (size_t i = 0; i < s->toggles && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        const tern_case off = with(s, all_of(s) & ~((tern_toggle_set)1 << i));
        const tern_child_options child = tern_comparing_child(&a->comparing, &s->c, 4.0);
        const tern_toggle *toggle = &s->c.kernel->toggles[s->toggle[i]];
        tern_arm_record line;
        if (strcmp(toggle->name, TERN_TOGGLE_HUGE_PAGES) != 0)
            status = tern_same_work(&s->c, &off, &child, &s->never_taken[i], error);
        if (status != TERN_OK || !s->never_taken[i])
            continue;
        begin_line(s, all_of(s) & ~((tern_toggle_set)1 << i), &line);
        line.never_taken = true;
        status = add(a, &line, error);
    }
    return status;
}

/* A combination of the toggles that are taken, as one of all toggles: those that are not stay on. */
static tern_toggle_set widen(const subject *s, tern_toggle_set taken)
{
    tern_toggle_set on = 0;
    size_t place = 0;

    for (size_t i = 0; i < s->toggles; i++)
        if (s->never_taken[i] || (taken >> place++ & 1) != 0)
            on |= (tern_toggle_set)1 << i;
    return on;
}

static size_t taken_in(const subject *s)
{
    size_t taken = 0;

    for (size_t i = 0; i < s->toggles; i++)
        taken += !s->never_taken[i];
    return taken;
}

/* Samples of one arm, each beside the mean of the reference's two in the same block. */
static tern_status keep(ablation *a, const subject *s, tern_toggle_set on, uint32_t process, uint64_t seed,
                        const tern_paired_arm *arm, const tern_paired_arm *reference, tern_error *error)
{
    tern_arm_record line;

    begin_line(s, on, &line);
    line.process = process;
    line.seed = seed;
    line.samples = arm->samples == 0 || reference->samples == 0 ? 0 : arm->samples;
    double *block_ns = calloc((size_t)line.samples + 1, sizeof *block_ns);
    if (block_ns == NULL)
        return tern_error_memory(error, "samples", (double)(line.samples * sizeof *block_ns));
    for (uint32_t i = 0; i < line.samples; i++) {
        const uint32_t round = i / arm->visits;
        const double *twice = reference->ns + (size_t)round * reference->visits;
        block_ns[i] = reference->visits < 2 ? twice[0] : 0.5 * (twice[0] + twice[1]);
    }
    line.ns = arm->ns;
    line.block_ns = block_ns;
    if (line.samples == 0) {
        line.wrong = tern_verdict_is_wrong(arm->finding.verdict);
        tern_text_append(line.reason, sizeof line.reason, "%s: %s", tern_verdict_name(arm->finding.verdict),
                         arm->finding.reason);
    }
    const tern_status status = add(a, &line, error);
    free(block_ns);
    return status;
}

typedef struct placing {
    const char *plugin; /* NULL: the kernel is where it is */
    uint64_t seed;
} placing;

/* A tern_paired_enter: the kernel of every arm comes from one copy of the side's plug-in. */
static tern_status enter(void *context, tern_case *c, uint32_t arms, tern_error *error)
{
    placing *p = context;
    tern_entering entering = {.plugin = {p->plugin, p->plugin}, .seed = p->seed};
    const tern_status status = p->plugin == NULL ? TERN_OK : tern_two_sides_enter(&entering, c, 1, error);

    for (uint32_t i = 1; i < arms; i++)
        c[i].kernel = c[0].kernel;
    return status;
}

/* Cases of every combination of the design; NULL when memory ran out. The caller frees them. */
static tern_case *cases_of(const subject *s, const tern_design *design)
{
    tern_case *c = calloc(design->arms, sizeof *c);

    for (size_t i = 0; c != NULL && i < design->arms; i++)
        c[i] = with(s, widen(s, design->arm[i]));
    return c;
}

/* One process: every combination of the design, in blocks. */
static tern_status sample(ablation *a, const subject *s, const tern_design *design, uint32_t process, tern_error *error)
{
    placing p = {.plugin = s->plugin, .seed = tern_comparing_seed(&a->comparing, s->id, s->side, process)};
    tern_case *c = cases_of(s, design);
    tern_paired_samples samples = {0};
    tern_paired_request request = {
        .c = c,
        .arms = (uint32_t)design->arms,
        .schedule = {.order = TERN_ORDER_BLOCKS,
                     .until = TERN_UNTIL_BUDGET,
                     .rounds = BLOCKS,
                     .reference = 1, /* of a design, all of them */
                     .seed = p.seed},
        .min_sample_ms = 0.1,
        .budget_s = (s->c.cache == TERN_COLD ? cold_arm_s : hot_arm_s) * (double)design->arms,
        .enter = enter,
        .context = &p,
    };

    if (c == NULL)
        return tern_error_memory(error, "the combinations of toggles", (double)(design->arms * sizeof *c));
    tern_status status = tern_comparing_sample(&a->comparing, &request, (double)design->arms, &samples, error);
    const bool whole = tern_interrupt_signal() == 0;
    for (uint32_t i = 0; i < design->arms && status == TERN_OK && whole; i++)
        status = keep(a, s, widen(s, design->arm[i]), process, p.seed, &samples.arm[i], &samples.arm[1], error);
    tern_paired_samples_free(&samples);
    free(c);
    return status;
}

/* Whether an earlier part of a resumed run has every combination of a process. */
static bool is_whole(const ablation *a, const subject *s, const tern_design *design, uint32_t process)
{
    bool whole = true;

    for (size_t i = 0; i < design->arms && whole; i++) {
        tern_arm_record line;
        begin_line(s, widen(s, design->arm[i]), &line);
        line.process = process;
        whole = is_known(a, &line);
    }
    return whole;
}

static tern_status sample_all(ablation *a, const subject *s, const tern_design *design, uint32_t first,
                              tern_error *error)
{
    tern_status status = TERN_OK;

    say(a, "timing", s);
    for (uint32_t p = first; p < first + PROCESSES && status == TERN_OK && tern_interrupt_signal() == 0; p++)
        if (!is_whole(a, s, design, p))
            status = sample(a, s, design, p, error);
    return status;
}

/* Whether an earlier part of a resumed run has begun with more combinations. */
static bool has_more(const ablation *a, const subject *s)
{
    const tern_arm_record *arm;
    size_t cursor = 0;
    bool more = false;

    while ((arm = tern_results_find(results_of(a), TERN_LINE_ARM, s->id, &cursor)) != NULL)
        more |= strcmp(arm->side, s->side) == 0 && arm->process >= PROCESSES;
    return more;
}

/* Whether the effects that were found leave something unexplained. */
static tern_status wants_more(const ablation *a, const subject *s, bool *more, tern_error *error)
{
    const tern_results *results = results_of(a);
    tern_ablation *found = malloc(sizeof *found);
    bool any;

    *more = has_more(a, s);
    if (*more) {
        free(found);
        return TERN_OK;
    }
    if (found == NULL)
        return tern_error_memory(error, "an ablation", sizeof *found);
    const tern_status status =
        tern_ablation_read(found, results, (uint32_t)(results->runs.count - 1), s->id, s->side, &any, error);
    *more = status == TERN_OK && any && found->effects.more;
    free(found);
    return status;
}

static tern_status ablate(ablation *a, subject *s, tern_error *error)
{
    tern_design design;
    bool more = false;
    tern_status status = find_never_taken(a, s, error);
    const size_t taken = taken_in(s);

    if (status != TERN_OK || tern_interrupt_signal() != 0 || taken == 0)
        return status;
    if (!tern_design_first(&design, taken))
        return tern_error_memory(error, "a design", 4096.0);
    status = sample_all(a, s, &design, 0, error);
    tern_design_free(&design);
    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = wants_more(a, s, &more, error);
    if (status != TERN_OK || !more || taken < 3)
        return status;
    if (!tern_design_more(&design, taken, TERN_EFFECTS_SEED))
        return tern_error_memory(error, "a design", 4096.0);
    status = sample_all(a, s, &design, PROCESSES, error);
    tern_design_free(&design);
    return status;
}

/* An arm line that says why there is nothing to time. */
static tern_status give_up(ablation *a, const subject *s, const tern_finding *finding, tern_error *error)
{
    tern_arm_record line;

    begin_line(s, all_of(s), &line);
    line.wrong = tern_verdict_is_wrong(finding->verdict);
    if (finding->verdict == TERN_EXACT)
        tern_text_copy(line.reason, sizeof line.reason, "it has no toggle that can be switched off");
    else
        tern_text_append(line.reason, sizeof line.reason, "%s: %s", tern_verdict_name(finding->verdict),
                         finding->reason);
    return add(a, &line, error);
}

static tern_status run_subject(ablation *a, subject *s, tern_error *error)
{
    const tern_child_options child = tern_comparing_child(&a->comparing, &s->c, 10.0);
    tern_finding finding;

    find_toggles(s);
    say(a, "checking", s);
    tern_status status = tern_checks_look(&a->checks, &s->c, &child, &finding, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0 ||
        (status = tern_finding_expect_whole(&finding, error)) != TERN_OK)
        return status;
    if (finding.verdict != TERN_EXACT || s->toggles == 0)
        return give_up(a, s, &finding, error);
    return ablate(a, s, error);
}

static tern_status run_side(ablation *a, const tern_case *c, const char *side, const tern_kernel *kernel,
                            const char *plugin, tern_error *error)
{
    subject *s = calloc(1, sizeof *s);
    char toggles[256];
    tern_status status = TERN_OK;

    if (s == NULL)
        return tern_error_memory(error, "an ablation", sizeof *s);
    s->side = side;
    s->plugin = plugin;
    s->c = *c;
    tern_case_id(c, s->id, sizeof s->id);
    if (kernel != c->kernel) {
        s->c = tern_two_sides_case(c, kernel);
        status = tern_case_set_toggles(&s->c, tern_case_toggles(c, toggles, sizeof toggles), error);
    }
    if (status == TERN_OK)
        status = run_subject(a, s, error);
    free(s);
    return status;
}

static tern_status run_case(ablation *a, const tern_case *c, tern_error *error)
{
    const tern_kernel *base;
    tern_status status;

    if (a->sides == NULL)
        return run_side(a, c, "", c->kernel, NULL, error);
    if ((base = tern_two_sides_base_of(a->sides, c->kernel)) != NULL &&
        (status = run_side(a, c, "base", base, a->sides->base.plugin, error)) != TERN_OK)
        return status;
    return run_side(a, c, "cand", c->kernel, a->sides->cand->plugin, error);
}

tern_status tern_ablate_cases(tern_recording *recording, const tern_ablate_settings *settings,
                              const tern_two_sides *sides, const tern_case *c, size_t count, tern_error *error)
{
    ablation a = {
        .sides = sides,
        .comparing = {.recording = recording, .deadline_s = settings->deadline_s, .seed = settings->seed},
    };
    tern_status status = tern_checks_open(&a.checks, error);

    for (size_t i = 0; i < count && status == TERN_OK && tern_interrupt_signal() == 0; i++)
        status = run_case(&a, &c[i], error);
    tern_checks_close(&a.checks);
    return status;
}

/* What tern_ablate_run() was given. */
typedef struct given {
    const tern_ablate_settings *settings;
    const tern_two_sides *sides;
    const tern_plan *plan;
} given;

static tern_status run_plan(void *context, tern_recording *recording, tern_error *error)
{
    const given *g = context;
    tern_case *c = calloc(g->plan->count, sizeof *c);

    if (c == NULL)
        return tern_error_memory(error, "the cases of an ablation", (double)(g->plan->count * sizeof *c));
    for (size_t i = 0; i < g->plan->count; i++)
        c[i] = g->plan->cases[i].c;
    const tern_status status = tern_ablate_cases(recording, g->settings, g->sides, c, g->plan->count, error);
    free(c);
    return status;
}

/* 1 when a case is wrong. */
static tern_status status_of(void *context, tern_recording *recording, tern_error *error)
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

int tern_ablate_run(tern_recording *recording, const tern_ablate_settings *settings, tern_session *session,
                    const tern_two_sides *sides, tern_plan *plan, const tern_observer *observer, tern_error *error)
{
    given g = {settings, sides, plan};
    const tern_work work = {
        .context = &g, .demand = tern_planning_demand(plan), .alone = true, .run = run_plan, .status = status_of};

    return tern_recording_run(recording, &settings->recording, session, observer, &work, error);
}
