/*
 * A toggle is switched off where 0 means off and the case has it on. Toggles without which bind() chooses the very same
 * are never timed; the others are sampled in combinations, in randomised blocks with the case itself first and last, in
 * several processes. Where the effects do not add up, more combinations are sampled.
 */
#include "run/ablate.h"

#include "analyse/ablation.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "measure/paired.h"
#include "measure/same_work.h"
#include "run/checks.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

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
    const tern_ablate_settings *settings;
    const tern_two_sides *sides;
    tern_plan *plan;
    tern_recording *recording;
    tern_checks checks;
    char label[TERN_ID_BYTES + 64];
} ablation;

static tern_child_options child_of(ablation *a, const tern_case *c, double times)
{
    const double macs = (double)c->shape.m * (double)c->shape.k * (double)c->shape.n;

    return tern_activity_child(&a->recording->activity, a->settings->deadline_s + times * macs / 5e6);
}

static void say(ablation *a, const char *what, const subject *s)
{
    a->label[0] = '\0';
    tern_text_append(a->label, sizeof a->label, "%s %s%s%s", what, s->side, s->side[0] == '\0' ? "" : ":", s->id);
    tern_activity_say(&a->recording->activity, a->label);
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

static void begin_line(const ablation *a, const subject *s, tern_toggle_set on, tern_arm_record *line)
{
    const tern_case c = with(s, on);

    (void)a;
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

static tern_status find_never_taken(ablation *a, subject *s, tern_error *error)
{
    tern_status status = TERN_OK;

    say(a, "looking at the toggles of", s);
    for (size_t i = 0; i < s->toggles && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        const tern_case off = with(s, all_of(s) & ~((tern_toggle_set)1 << i));
        const tern_child_options child = child_of(a, &s->c, 4.0);
        const tern_toggle *toggle = &s->c.kernel->toggles[s->toggle[i]];
        tern_arm_record line;
        if (strcmp(toggle->name, TERN_TOGGLE_HUGE_PAGES) != 0)
            status = tern_same_work(&s->c, &off, &child, &s->never_taken[i], error);
        if (status != TERN_OK || !s->never_taken[i])
            continue;
        begin_line(a, s, all_of(s) & ~((tern_toggle_set)1 << i), &line);
        line.never_taken = true;
        status = tern_sink_add(&a->recording->sink, TERN_LINE_ARM, &line, error);
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

    begin_line(a, s, on, &line);
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
    if (line.samples == 0)
        tern_text_append(line.reason, sizeof line.reason, "%s: %s", tern_verdict_name(arm->finding.verdict),
                         arm->finding.reason);
    const tern_status status = tern_sink_add(&a->recording->sink, TERN_LINE_ARM, &line, error);
    free(block_ns);
    return status;
}

typedef struct placing {
    const char *plugin;
    const char *kernel;
    uint64_t seed;
} placing;

/* A tern_paired_enter: the kernel of every arm comes from one copy of the side's plug-in. */
static tern_status enter(void *context, tern_case *c, uint32_t arms, tern_error *error)
{
    placing *p = context;
    const char *plugins[] = {p->plugin};
    tern_entering entering = {.plugin = {plugins[0], plugins[0]}, .seed = p->seed};
    const tern_status status = p->plugin == NULL ? TERN_OK : tern_two_sides_enter(&entering, c, 1, error);

    for (uint32_t i = 1; i < arms; i++)
        c[i].kernel = c[0].kernel;
    return status;
}

/* One process: every combination of the design, in blocks. */
static tern_status sample(ablation *a, const subject *s, const tern_design *design, uint32_t process, tern_error *error)
{
    const uint64_t parts[] = {a->settings->seed, XXH3_64bits(s->id, strlen(s->id)), process,
                              XXH3_64bits(s->side, strlen(s->side))};
    placing p = {.plugin = s->plugin, .kernel = s->c.kernel->name, .seed = XXH3_64bits(parts, sizeof parts) >> 1};
    tern_case *c = calloc(design->arms, sizeof *c);
    tern_paired_samples samples = {0};
    const tern_child_options child = child_of(a, &s->c, (double)design->arms);
    tern_status status;

    if (c == NULL)
        return tern_error_memory(error, "the combinations of toggles", (double)(design->arms * sizeof *c));
    for (size_t i = 0; i < design->arms; i++)
        c[i] = with(s, widen(s, design->arm[i]));
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
        .llc_bytes = a->recording->environment.topology.llc_bytes,
        .deadline_s = child.deadline_s,
        .enter = enter,
        .context = &p,
    };
    if ((status = tern_environment_pin(&a->recording->environment, s->c.threads, &request.pin, error)) == TERN_OK)
        status = tern_paired_sample(&request, &child, &samples, error);
    for (uint32_t i = 0; i < design->arms && status == TERN_OK && tern_interrupt_signal() == 0; i++)
        status = keep(a, s, widen(s, design->arm[i]), process, p.seed, &samples.arm[i], &samples.arm[1], error);
    tern_paired_samples_free(&samples);
    free(c);
    return status;
}

static tern_status sample_all(ablation *a, const subject *s, const tern_design *design, uint32_t first,
                              tern_error *error)
{
    tern_status status = TERN_OK;

    say(a, "timing", s);
    for (uint32_t p = first; p < first + PROCESSES && status == TERN_OK && tern_interrupt_signal() == 0; p++)
        status = sample(a, s, design, p, error);
    return status;
}

/* Whether the effects that were found leave something unexplained. */
static tern_status wants_more(const ablation *a, const subject *s, bool *more, tern_error *error)
{
    const tern_results *results = &a->recording->sink.results;
    tern_ablation *found = malloc(sizeof *found);
    bool any;

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

    begin_line(a, s, all_of(s), &line);
    line.wrong = finding->verdict != TERN_EXACT && finding->verdict != TERN_UNSUPPORTED;
    if (finding->verdict == TERN_EXACT)
        tern_text_copy(line.reason, sizeof line.reason, "it has no toggle that can be switched off");
    else
        tern_text_append(line.reason, sizeof line.reason, "%s: %s", tern_verdict_name(finding->verdict),
                         finding->reason);
    return tern_sink_add(&a->recording->sink, TERN_LINE_ARM, &line, error);
}

static tern_status run_subject(ablation *a, subject *s, tern_error *error)
{
    const tern_child_options child = child_of(a, &s->c, 10.0);
    tern_finding finding;

    find_toggles(s);
    say(a, "checking", s);
    const tern_status status = tern_checks_look(&a->checks, &s->c, &child, &finding, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    if (finding.verdict != TERN_EXACT || s->toggles == 0)
        return give_up(a, s, &finding, error);
    return ablate(a, s, error);
}

/* Whether an earlier part of a resumed run has all of the subject: what comes after it in the file, or its end. */
static bool is_done(const ablation *a, const subject *s)
{
    const tern_results *results = &a->recording->sink.results;
    const tern_arm_record *arm;
    size_t cursor = 0;
    bool done = false;

    while ((arm = tern_results_find(results, TERN_LINE_ARM, s->id, &cursor)) != NULL)
        done |= strcmp(arm->side, s->side) == 0 &&
                (arm->reason[0] != '\0' ||
                 (!arm->never_taken && arm->process % PROCESSES == PROCESSES - 1 && arm->toggles_in_all > 0));
    return done;
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
    if (status == TERN_OK && !is_done(a, s))
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

static tern_status run_all(void *context, tern_recording *recording, tern_error *error)
{
    ablation *a = context;
    tern_status status;

    a->recording = recording;
    status = tern_checks_open(&a->checks, error);
    for (size_t i = 0; i < a->plan->count && status == TERN_OK && tern_interrupt_signal() == 0; i++)
        status = run_case(a, &a->plan->cases[i].c, error);
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
    ablation a = {.settings = settings, .sides = sides, .plan = plan};
    const tern_work work = {
        .context = &a, .demand = tern_planning_demand(plan), .alone = true, .run = run_all, .status = status_of};
    const int exit_status = tern_recording_run(recording, &settings->recording, session, observer, &work, error);

    tern_checks_close(&a.checks);
    return exit_status;
}
