#include "run/ablate_decode.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "decode/loop/job_id.h"
#include "decode/loop/job_parts.h"
#include "decode/loop/turns.h"
#include "run/ablated.h"
#include "run/decode_factors.h"
#include "run/decode_kernels.h"
#include "run/job_watch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PROCESSES = 8 };

typedef struct decode_ablation {
    const tern_ablate_decode_settings *settings;
    tern_comparing comparing;
    tern_ablated it;
    tern_decode_factors factors;
    tern_registry *built_in; /* NULL: not asked */
    tern_geometry geometry;
    tern_parts parts; /* the products of a layer */
    tern_job_progress *progress;
} decode_ablation;

/* Of a side that is one kernel, it is built in. */
static tern_status find_plain_kernel(decode_ablation *a, tern_error *error)
{
    const tern_session *session = a->comparing.recording->session;
    const tern_case *kernel = &a->factors.job.kernel;
    const char *name = a->settings->plain;
    tern_case *plain = &a->factors.plain;
    const bool of_side = session->side.text[0] != '\0';
    tern_status status =
        tern_decode_kernels_plain(session, session->registry, kernel, name, plain, of_side ? NULL : error);

    if (of_side && plain->kernel == NULL && (status = tern_registry_new(&a->built_in, error)) == TERN_OK)
        status = tern_decode_kernels_plain(session, a->built_in, kernel, name, plain, error);
    if (status == TERN_OK && plain->kernel == NULL)
        a->factors.not_plain = kernel->kernel->isa == 0 ? "it is portable itself; --baseline names a plain one"
                                                        : "no portable kernel stands behind it; --baseline names one";
    else if (status == TERN_OK && plain->kernel == kernel->kernel)
        a->factors.not_plain = "it is the plain one itself; --baseline names another";
    return status;
}

static char *toggles_of(const decode_ablation *a, tern_toggle_set on, char text[256])
{
    return tern_decode_factors_text(&a->factors, &a->it, on, text);
}

static tern_status find_never_taken(decode_ablation *a, tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < a->it.factors && status == TERN_OK; i++) {
        const tern_toggle_set others = tern_ablated_all(&a->it) & ~((tern_toggle_set)1 << i);
        char toggles[256];
        tern_arm_record line;
        a->it.never_taken[i] = tern_decode_factors_never_taken(&a->factors, i);
        if (!a->it.never_taken[i])
            continue;
        tern_ablated_line(&a->it, others, toggles_of(a, others, toggles), &line);
        line.never_taken = true;
        status = tern_ablated_add(&a->comparing, &line, error);
    }
    return status;
}

/* What one process measured. */
typedef struct process_result {
    const tern_design *design;
    const tern_turns_result *result;
    uint32_t process;
    uint64_t seed;
} process_result;

static tern_status keep(decode_ablation *a, const process_result *p, tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < p->design->arms && status == TERN_OK; i++)
        status = tern_finding_expect_whole(&p->result[i].finding, error);
    for (size_t i = 0; i < p->design->arms && status == TERN_OK; i++) {
        const tern_toggle_set on = tern_ablated_widen(&a->it, p->design->arm[i]);
        const tern_turns_result *reference = &p->result[1];
        const tern_ablated_samples samples = {
            .finding = &p->result[i].finding,
            .ns = p->result[i].ns,
            .reference_ns = reference->ns,
            .samples = p->result[i].samples,
            .visits = p->result[i].visits,
            .reference_samples = reference->samples,
            .reference_visits = reference->visits,
            .process = p->process,
            .seed = p->seed,
        };
        char toggles[256];
        status = tern_ablated_keep(&a->it, &a->comparing, on, toggles_of(a, on, toggles), &samples, error);
    }
    return status;
}

/* Of one turn: without the cache, a step computes all tokens before it again. */
static double turn_deadline_s(const decode_ablation *a)
{
    tern_decode_job job = a->factors.job;

    job.repetitions = 1;
    job.compare_cache = job.new_tokens;
    return tern_decode_kernels_deadline_s(&job, &a->geometry);
}

static tern_status take_turns(decode_ablation *a, const tern_decode_job *job, const process_result *p,
                              tern_turns_result *result, tern_error *error)
{
    const tern_turns_request request = {
        .job = job,
        .jobs = (uint32_t)p->design->arms,
        .schedule = {.order = TERN_ORDER_BLOCKS,
                     .until = TERN_UNTIL_BUDGET,
                     .rounds = TERN_TURNS_ROUNDS,
                     .reference = 1, /* of a design, all of them */
                     .seed = p->seed},
        .budget_s = a->settings->budget_s / PROCESSES,
        .turn_deadline_s = turn_deadline_s(a),
        .progress = a->progress,
    };
    tern_job_watch watch = {
        .activity = &a->comparing.recording->activity, .progress = a->progress, .part = p->process, .parts = PROCESSES};
    const tern_child_options child = {
        .deadline_s = request.budget_s + 2.0 * (request.jobs + 1.0) * request.turn_deadline_s,
        .tick = tern_job_watch_tick,
        .tick_context = &watch,
    };

    /* What the process before told last is none of this one's. */
    tern_job_tell(&(tern_decode_job){.progress = a->progress}, TERN_JOB_LOADING, 0.0);
    return tern_turns_run(&request, &child, result, error);
}

static tern_status sample_into(decode_ablation *a, tern_decode_job *job, const process_result *p,
                               tern_turns_result *result, tern_error *error)
{
    for (size_t i = 0; i < p->design->arms; i++)
        job[i] = tern_decode_factors_job(&a->factors, &a->it, tern_ablated_widen(&a->it, p->design->arm[i]));
    const tern_status status = take_turns(a, job, p, result, error);
    return status == TERN_OK && tern_interrupt_signal() == 0 ? keep(a, p, error) : status;
}

/* Is a tern_ablated_sample: one process, every combination in rounds. */
static tern_status sample(void *context, const tern_design *design, uint32_t process, tern_error *error)
{
    decode_ablation *a = context;
    tern_decode_job *job = calloc(design->arms, sizeof *job);
    tern_turns_result *result = calloc(design->arms, sizeof *result);
    const process_result p = {.design = design,
                              .result = result,
                              .process = process,
                              .seed = tern_comparing_seed(&a->comparing, a->it.id, a->it.side, process)};
    const tern_status status =
        job == NULL || result == NULL
            ? tern_error_memory(error, "the combinations of factors", (double)(design->arms * sizeof *result))
            : sample_into(a, job, &p, result, error);

    free(job);
    free(result);
    return status;
}

/* Both kernels: what is wrong is never timed. */
static tern_status check(decode_ablation *a, tern_finding *finding, tern_error *error)
{
    tern_recording *recording = a->comparing.recording;
    tern_decode_job plain = a->factors.job;
    tern_status status = tern_decode_kernels_check(recording, &a->factors.job, &a->geometry, &a->parts, finding, error);

    plain.kernel = a->factors.plain;
    if (status == TERN_OK && finding->verdict == TERN_EXACT && a->factors.plain.kernel != NULL &&
        tern_interrupt_signal() == 0)
        status = tern_decode_kernels_check(recording, &plain, &a->geometry, &a->parts, finding, error);
    return status == TERN_OK && tern_interrupt_signal() == 0 ? tern_finding_expect_whole(finding, error) : status;
}

/* What a time is of, with the layers that are run. */
static void describe(decode_ablation *a)
{
    const tern_geometry *g = &a->geometry;

    tern_text_append(a->it.measured, sizeof a->it.measured,
                     "a step of %.60s, %" PRIu32 " of %" PRIu32 " layer%s, after a prompt of %" PRIu32 " token%s",
                     g->name, tern_job_layers(&a->factors.job, g), g->layers, tern_text_plural(g->layers),
                     a->factors.job.prompt_tokens, tern_text_plural(a->factors.job.prompt_tokens));
}

static tern_status prepare(void *context, tern_recording *recording, tern_error *error)
{
    decode_ablation *a = context;
    char source[256];

    a->comparing = (tern_comparing){.recording = recording, .seed = a->settings->seed};
    recording->session->run.cases = 1;
    a->factors.job.isa = recording->session->isa;
    a->progress = tern_job_progress_new();
    if (a->progress == NULL)
        return tern_error_memory(error, "an ablation", sizeof *a->progress);
    const tern_status status = tern_decode_kernels_permit(recording->session, &a->factors.job.kernel, error);
    return status == TERN_OK
               ? tern_decode_kernels_look(&a->factors.job, &a->geometry, &a->parts, source, sizeof source, error)
               : status;
}

/* What has to be known before anything is timed: the kernel, where threads go, what can be switched off. */
static tern_status settle(decode_ablation *a, tern_error *error)
{
    tern_recording *recording = a->comparing.recording;
    const tern_environment *environment = &recording->environment;
    char reason[256];
    tern_status status =
        tern_decode_kernels_choose(recording, &a->factors.job, &a->geometry, &a->parts, reason, sizeof reason, error);

    a->factors.job.pin = tern_environment_pin(environment, a->factors.job.threads);
    a->factors.one_cpu = tern_environment_pin(environment, 1);
    if (status != TERN_OK || a->factors.job.kernel.kernel == NULL ||
        (status = tern_decode_id(&a->factors.job, a->it.id, sizeof a->it.id, error)) != TERN_OK)
        return status;
    describe(a);
    return find_plain_kernel(a, error);
}

/* Forgets what was found of another side. */
static void begin_side(decode_ablation *a, const char *side)
{
    tern_ablated it = {.side = side};

    tern_text_copy(it.id, sizeof it.id, a->it.id);
    tern_text_copy(it.measured, sizeof it.measured, a->it.measured);
    a->it = it;
    tern_decode_factors_find(&a->factors, &a->it);
}

static tern_status run_side(decode_ablation *a, const char *side, tern_error *error)
{
    const tern_ablated_extent extent = {.processes = PROCESSES,
                                        .budget_s = a->settings->budget_s,
                                        .per_sample = a->factors.job.new_tokens,
                                        .once = true};
    tern_finding finding = {0};
    char toggles[256];
    tern_status status;

    begin_side(a, side);
    if ((status = check(a, &finding, error)) != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    if (finding.verdict != TERN_EXACT || a->it.factors == 0)
        return tern_ablated_give_up(&a->it, &a->comparing, toggles_of(a, tern_ablated_all(&a->it), toggles), &finding,
                                    error);
    status = find_never_taken(a, error);
    if (status != TERN_OK || tern_ablated_taken(&a->it) == 0)
        return status;
    return tern_ablated_measure(&a->it, &a->comparing, &extent, sample, a, error);
}

/* The kernel of BASE, with the same toggles, where two sides can be told apart by it. */
static tern_status find_base(const decode_ablation *a, tern_case *base, tern_error *error)
{
    const tern_two_sides *sides = a->settings->sides;
    const tern_kernel *cand = a->factors.job.kernel.kernel, *kernel = tern_two_sides_base_of(sides, cand);
    char base_code[TERN_CODE_BYTES], cand_code[TERN_CODE_BYTES];

    if (kernel == NULL)
        return tern_error_set(error, TERN_USAGE, "%s has no kernel '%s'; name one of both sides with --kernel",
                              sides->base.text, cand->name);
    if (tern_two_sides_code(sides, kernel, cand, base_code, cand_code))
        return tern_error_set(
            error, TERN_NOTHING,
            "'%s' is the same code in both, and the loop is this program's: name another --kernel, or "
            "`report --compare` records of `decode` by two builds",
            cand->name);
    if (a->factors.not_plain != NULL)
        return tern_error_set(error, TERN_USAGE,
                              "kernel '%s' is what differs between the sides, and needs a plain one to be held "
                              "against: %s",
                              cand->name, a->factors.not_plain);
    const tern_status status = tern_session_permit(a->comparing.recording->session, kernel, error);
    return status == TERN_OK ? tern_two_sides_same_case(&a->factors.job.kernel, kernel, base, error) : status;
}

static tern_status run_two_sides(decode_ablation *a, tern_error *error)
{
    const tern_case cand = a->factors.job.kernel;
    tern_case base;
    tern_status status = find_base(a, &base, error);

    if (status != TERN_OK)
        return status;
    a->factors.job.kernel = base;
    status = run_side(a, "base", error);
    a->factors.job.kernel = cand;
    return status == TERN_OK && tern_interrupt_signal() == 0 ? run_side(a, "cand", error) : status;
}

static tern_status run(void *context, tern_recording *recording, tern_error *error)
{
    decode_ablation *a = context;
    const tern_status status = settle(a, error);

    (void)recording;
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    return a->settings->sides == NULL ? run_side(a, "", error) : run_two_sides(a, error);
}

int tern_ablate_decode_run(tern_recording *recording, const tern_ablate_decode_settings *settings,
                           tern_session *session, const tern_observer *observer, tern_error *error)
{
    decode_ablation *a = calloc(1, sizeof *a);

    if (a == NULL)
        return (int)tern_error_memory(error, "an ablation", sizeof *a);
    a->settings = settings;
    a->factors.job = settings->job;
    const tern_work work = {
        .context = a,
        .demand = {.timed = true, .threads = settings->job.threads, .cold = true},
        .alone = true,
        .prepare = prepare,
        .run = run,
        .status = tern_ablated_status,
    };
    const int exit_status = tern_recording_run(recording, &settings->recording, session, observer, &work, error);

    tern_registry_free(a->built_in);
    tern_job_progress_free(a->progress);
    tern_parts_free(&a->parts);
    free(a);
    return exit_status;
}
