/*
 * A toggle is switched off where 0 means off and the case has it on. Toggles without which bind() chooses the very same
 * are never timed; the others are sampled in combinations, in randomised blocks with the case itself first and last, in
 * several processes. Where the effects do not add up, more combinations are sampled.
 */
#include "run/ablate.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "measure/same_work.h"
#include "run/ablated.h"
#include "run/checks.h"

#include <stdlib.h>
#include <string.h>

enum { PROCESSES = 8, BLOCKS = 40 };

/* For the samples of one arm in one process. */
static const double hot_arm_s = 0.04, cold_arm_s = 0.15;

typedef struct ablation {
    const tern_two_sides *sides; /* NULL: there is one side */
    tern_comparing comparing;
    tern_checks checks;
} ablation;

/* One case at one side. */
typedef struct subject {
    ablation *in;
    tern_ablated it;    /* its id is that of the plan's case */
    const char *plugin; /* NULL: the kernel is where it is */
    tern_case c;
    size_t toggle[TERN_EFFECTS_TOGGLES]; /* of each factor: index into the kernel's toggles */
} subject;

_Static_assert((int)TERN_MAX_TOGGLES <= (int)TERN_EFFECTS_TOGGLES, "there is a factor for each toggle of a kernel");

static void find_toggles(subject *s)
{
    const tern_toggle *table = s->c.kernel->toggles;

    for (size_t i = 0; table != NULL && table[i].name != NULL; i++)
        if (table[i].low > 0) {
            tern_ablated_leave(&s->it, table[i].name, "a parameter that is never off");
        } else if (s->c.toggle[i] == 0) {
            tern_ablated_leave(&s->it, table[i].name, "off in this case");
        } else {
            s->toggle[s->it.factors] = i;
            tern_ablated_add_factor(&s->it, table[i].name);
        }
}

/* The case with those toggles on, and the others of its list off. */
static tern_case with(const subject *s, tern_toggle_set on)
{
    tern_case c = s->c;

    for (size_t i = 0; i < s->it.factors; i++)
        if ((on >> i & 1) == 0)
            c.toggle[s->toggle[i]] = 0;
    return c;
}

static char *toggles_of(const subject *s, tern_toggle_set on, char text[256])
{
    const tern_case c = with(s, on);

    return tern_case_toggles(&c, text, 256);
}

static tern_status find_never_taken(subject *s, tern_error *error)
{
    tern_comparing *comparing = &s->in->comparing;
    tern_ablated *it = &s->it;
    tern_status status = TERN_OK;

    tern_ablated_say(it, comparing, "looking at the toggles of");
    for (size_t i = 0; i < it->factors && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        const tern_toggle_set others = tern_ablated_all(it) & ~((tern_toggle_set)1 << i);
        const tern_case off = with(s, others);
        const tern_child_options child = tern_comparing_child(comparing, &s->c, 4.0);
        char toggles[256];
        tern_arm_record line;
        if (strcmp(it->name[i], TERN_TOGGLE_HUGE_PAGES) != 0)
            status = tern_same_work(&s->c, &off, &child, &it->never_taken[i], error);
        if (status != TERN_OK || !it->never_taken[i])
            continue;
        tern_ablated_line(it, others, toggles_of(s, others, toggles), &line);
        line.never_taken = true;
        status = tern_ablated_add(comparing, &line, error);
    }
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
        c[i] = with(s, tern_ablated_widen(&s->it, design->arm[i]));
    return c;
}

static tern_status keep(const subject *s, tern_toggle_set on, uint32_t process, uint64_t seed,
                        const tern_paired_arm *arm, const tern_paired_arm *reference, tern_error *error)
{
    char toggles[256];
    const tern_ablated_samples samples = {
        .finding = &arm->finding,
        .ns = arm->ns,
        .reference_ns = reference->ns,
        .samples = arm->samples,
        .visits = arm->visits,
        .reference_samples = reference->samples,
        .reference_visits = reference->visits,
        .process = process,
        .seed = seed,
    };

    return tern_ablated_keep(&s->it, &s->in->comparing, on, toggles_of(s, on, toggles), &samples, error);
}

/* Is a tern_ablated_sample: one process, every combination in blocks. */
static tern_status sample(void *context, const tern_design *design, uint32_t process, tern_error *error)
{
    const subject *s = context;
    tern_comparing *comparing = &s->in->comparing;
    placing p = {.plugin = s->plugin, .seed = tern_comparing_seed(comparing, s->it.id, s->it.side, process)};
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
    tern_status status = tern_comparing_sample(comparing, &request, (double)design->arms, &samples, error);
    const bool whole = tern_interrupt_signal() == 0;
    for (uint32_t i = 0; i < design->arms && status == TERN_OK && whole; i++)
        status = tern_finding_expect_whole(&samples.arm[i].finding, error);
    for (uint32_t i = 0; i < design->arms && status == TERN_OK && whole; i++)
        status = keep(s, tern_ablated_widen(&s->it, design->arm[i]), process, p.seed, &samples.arm[i], &samples.arm[1],
                      error);
    tern_paired_samples_free(&samples);
    free(c);
    return status;
}

static tern_status ablate(subject *s, tern_error *error)
{
    static const tern_ablated_extent extent = {.processes = PROCESSES};
    const tern_status status = find_never_taken(s, error);

    if (status != TERN_OK || tern_interrupt_signal() != 0 || tern_ablated_taken(&s->it) == 0)
        return status;
    return tern_ablated_measure(&s->it, &s->in->comparing, &extent, sample, s, error);
}

static tern_status run_subject(subject *s, tern_error *error)
{
    tern_comparing *comparing = &s->in->comparing;
    const tern_child_options child = tern_comparing_child(comparing, &s->c, 10.0);
    char toggles[256];
    tern_finding finding;

    find_toggles(s);
    tern_ablated_say(&s->it, comparing, "checking");
    tern_status status = tern_checks_look(&s->in->checks, &s->c, &child, &finding, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0 ||
        (status = tern_finding_expect_whole(&finding, error)) != TERN_OK)
        return status;
    if (finding.verdict != TERN_EXACT || s->it.factors == 0)
        return tern_ablated_give_up(&s->it, comparing, tern_case_toggles(&s->c, toggles, sizeof toggles), &finding,
                                    error);
    return ablate(s, error);
}

/* Makes the case one of the other side's kernel. False, and why not: the machine or that kernel cannot do it. */
static bool take_counterpart(subject *s, const tern_kernel *kernel, tern_finding *finding)
{
    const tern_case mine = s->c;
    tern_error why;

    *finding = (tern_finding){.verdict = TERN_UNSUPPORTED};
    if (tern_session_permit(s->in->comparing.recording->session, kernel, &why) == TERN_OK &&
        tern_two_sides_same_case(&mine, kernel, &s->c, &why) == TERN_OK)
        return true;
    tern_text_copy(finding->reason, sizeof finding->reason, why.text);
    return false;
}

static tern_status run_side(ablation *a, const tern_case *c, const char *side, const tern_kernel *kernel,
                            const char *plugin, tern_error *error)
{
    subject *s = calloc(1, sizeof *s);
    char toggles[256];
    tern_finding finding;
    tern_status status;

    if (s == NULL)
        return tern_error_memory(error, "an ablation", sizeof *s);
    s->in = a;
    s->it.side = side;
    s->plugin = plugin;
    s->c = *c;
    tern_case_id(c, s->it.id, sizeof s->it.id);
    if (kernel != c->kernel && !take_counterpart(s, kernel, &finding))
        status =
            tern_ablated_give_up(&s->it, &a->comparing, tern_case_toggles(c, toggles, sizeof toggles), &finding, error);
    else
        status = run_subject(s, error);
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
    tern_comparing_close(&a.comparing);
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

int tern_ablate_run(tern_recording *recording, const tern_ablate_settings *settings, tern_session *session,
                    const tern_two_sides *sides, tern_plan *plan, const tern_observer *observer, tern_error *error)
{
    given g = {settings, sides, plan};
    const tern_work work = {.context = &g,
                            .demand = tern_planning_demand(plan),
                            .alone = true,
                            .run = run_plan,
                            .status = tern_ablated_status};

    return tern_recording_run(recording, &settings->recording, session, observer, &work, error);
}
