#include "run/decode_run.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "check/check.h"
#include "decode/loop/job_id.h"
#include "decode/loop/measure_job.h"
#include "decode/loop/model.h"
#include "record/decode_rates.h"
#include "run/picker.h"

#include <stdlib.h>
#include <string.h>

/* Of a baseline: so few that it ends in seconds, scaled to the whole. */
enum { BASELINE_LAYERS = 2, BASELINE_PROMPT = 4, BASELINE_TOKENS = 4 };

typedef struct decode_run {
    const tern_decode_settings *settings;
    tern_recording *recording;
    tern_decode_job job;
    tern_geometry geometry;
    char source[256];            /* of the weights */
    tern_job_progress *progress; /* what the child tells */
    tern_decode_record *record;
    char pick_reason[256]; /* why `auto` took the kernel; empty: it was named */
} decode_run;

/* A tern_child_tick: passes on what the child tells. */
static bool tick(void *context)
{
    const decode_run *run = context;
    tern_activity *activity = &run->recording->activity;

    activity->what = tern_job_stage_name((tern_job_stage)atomic_load(&run->progress->stage));
    activity->share = 1e-3 * atomic_load(&run->progress->permille);
    return tern_activity_tick(activity);
}

static double deadline_s(const decode_run *run, const tern_decode_job *job)
{
    const double tokens = (double)job->repetitions * job->sequences * (job->prompt_tokens + job->new_tokens) +
                          2.0 * job->compare_cache * (job->prompt_tokens + job->compare_cache);

    return 300.0 + tokens * (double)tern_geometry_ternary_weights(&run->geometry) / 5e7;
}

static tern_status decode(decode_run *run, const tern_decode_job *job, tern_error *error)
{
    const tern_child_options child = {.deadline_s = deadline_s(run, job), .tick = tick, .tick_context = run};

    return tern_decode_measure(job, &child, run->record, error);
}

/* What the parent needs to know of the model. */
static tern_status look_at_model(decode_run *run, tern_error *error)
{
    tern_weights weights = {0};
    const tern_status status = tern_job_weights(&run->job, &weights, error);

    run->geometry = weights.geometry;
    tern_text_copy(run->source, sizeof run->source, weights.source);
    tern_weights_close(&weights);
    if (status == TERN_OK && run->job.context == 0)
        run->job.context = run->geometry.context;
    return status;
}

/* The pages of decode are a toggle of the loop, not of the kernel. */
static tern_status permit(const decode_run *run, const tern_case *kernel, tern_error *error)
{
    const tern_status status = tern_session_permit(run->recording->session, kernel->kernel, error);

    if (status == TERN_OK && !tern_case_huge_pages(kernel))
        return tern_error_set(error, TERN_USAGE,
                              "kernel '%s': the pages of decode are a toggle of the loop; say --set huge_pages=0",
                              kernel->kernel->name);
    return status;
}

/* The product of one linear layer as a problem: the weights of a model come from memory. */
static tern_case product_of(const decode_run *run, const tern_decode_job *job, tern_linear linear, size_t tokens)
{
    tern_case c = job->kernel;

    c.shape = tern_linear_shape(&run->geometry, linear, tokens);
    c.data = (tern_data){.p0 = job->p0, .seed = job->seed};
    c.threads = job->threads;
    c.cache = TERN_COLD;
    return c;
}

/* The fastest kernel for the largest product of a token. */
static tern_status pick_kernel(decode_run *run, tern_error *error)
{
    tern_recording *recording = run->recording;
    const tern_case product = product_of(run, &run->job, TERN_LINEAR_GATE_UP, run->job.sequences);
    const tern_kernel *kernel;
    const tern_status status = tern_picker_pick(recording->session, &recording->environment, &recording->activity,
                                                &product, &kernel, run->pick_reason, sizeof run->pick_reason, error);

    if (status == TERN_OK)
        tern_case_init(&run->job.kernel, kernel);
    return status;
}

/* Whether the kernel is EXACT on every shape of a token, with all promises of its contract. */
static tern_status check_shapes(decode_run *run, tern_finding *finding, tern_error *error)
{
    tern_activity *activity = &run->recording->activity;
    const tern_child_options child = tern_activity_child(activity, deadline_s(run, &run->job));
    tern_checker *checker = NULL;
    tern_status status = tern_checker_new(&checker, error);

    memset(finding, 0, sizeof *finding);
    tern_activity_say(activity, "checking the kernel on the model's shapes");
    for (tern_linear linear = 0; linear < TERN_LINEARS && status == TERN_OK && finding->verdict == TERN_EXACT;
         linear++) {
        tern_case product = product_of(run, &run->job, linear, 1);
        product.cache = TERN_CHECK_ONLY;
        status = tern_check_case(checker, &product, &child, finding, error);
    }
    tern_checker_free(checker);
    return status;
}

/* What the machine allows; asked again after the loop, and the higher figures count. */
typedef struct roofs {
    double read_gbps, gmacs;
    char instruction[24];
} roofs;

static tern_status look_at_roofs(decode_run *run, roofs *best, tern_error *error)
{
    tern_recording *recording = run->recording;
    tern_measure_options how = {0};
    const tern_status status = tern_environment_fill(&recording->environment, run->job.threads,
                                                     run->job.kernel.kernel->isa, &how, &recording->activity, error);

    if (status != TERN_OK)
        return status;
    run->job.pin = how.pin;
    if (how.roof_read_gbps > best->read_gbps)
        best->read_gbps = how.roof_read_gbps;
    if (how.roof_gmacs > best->gmacs) {
        best->gmacs = how.roof_gmacs;
        tern_text_copy(best->instruction, sizeof best->instruction, how.roof_instruction);
    }
    return TERN_OK;
}

static tern_status conclude(decode_run *run, roofs *best, tern_error *error)
{
    tern_decode_record *r = run->record;
    tern_status status;

    tern_environment_forget_roofs(&run->recording->environment);
    if ((status = look_at_roofs(run, best, error)) != TERN_OK)
        return status;
    r->roof_read_gbps = best->read_gbps;
    r->roof_gmacs = best->gmacs;
    tern_text_copy(r->roof_instruction, sizeof r->roof_instruction, best->instruction);
    tern_decode_conclude(r);
    return TERN_OK;
}

static tern_status measure(decode_run *run, tern_error *error)
{
    tern_decode_record *r = run->record;
    tern_finding finding;
    roofs best = {0};
    tern_status status;

    if ((run->job.kernel.kernel == NULL && (status = pick_kernel(run, error)) != TERN_OK) ||
        (status = look_at_roofs(run, &best, error)) != TERN_OK ||
        (status = check_shapes(run, &finding, error)) != TERN_OK)
        return status;
    if (finding.verdict == TERN_EXACT)
        status = decode(run, &run->job, error);
    else
        tern_decode_describe(&run->job, r), r->finding = finding;
    tern_decode_describe_model(&run->geometry, run->source, r);
    tern_text_copy(r->pick_reason, sizeof r->pick_reason, run->pick_reason);
    return status == TERN_OK && r->timed ? conclude(run, &best, error) : status;
}

/* Gives the record its id and passes it on. */
static tern_status record(decode_run *run, const tern_decode_job *job, tern_error *error)
{
    const tern_status status = tern_decode_id(job, run->record->id, sizeof run->record->id, error);

    return status == TERN_OK ? tern_sink_add(&run->recording->sink, TERN_LINE_DECODE, run->record, error) : status;
}

/* The portable kernel with packed weights that this one goes back to; NULL when it is portable itself. */
static const tern_kernel *find_origin(const tern_registry *registry, const tern_kernel *kernel)
{
    const tern_kernel *origin = kernel;

    while (origin != NULL && origin->isa != 0)
        origin = origin->refines == NULL ? NULL : tern_registry_find(registry, origin->refines);
    return origin == kernel ? NULL : origin;
}

/* The kernel of the baseline is NULL when there is none. */
static tern_status choose_baseline(const decode_run *run, tern_case *kernel, tern_error *error)
{
    const tern_registry *registry = run->recording->session->registry;
    const char *name = run->settings->baseline;
    const tern_kernel *origin = find_origin(registry, run->job.kernel.kernel);
    tern_status status;

    memset(kernel, 0, sizeof *kernel);
    if (name == NULL && origin != NULL)
        tern_case_init(kernel, origin);
    if (name == NULL)
        return TERN_OK;
    status = tern_case_parse_kernel(kernel, name, registry, error);
    if (status == TERN_OK && kernel->kernel == NULL)
        return tern_error_set(error, TERN_USAGE, "--baseline takes a kernel, not '%s'", name);
    return status == TERN_OK ? permit(run, kernel, error) : status;
}

static tern_status run_baseline(decode_run *run, tern_error *error)
{
    tern_decode_job job = run->job;
    tern_status status = choose_baseline(run, &job.kernel, error);

    if (status != TERN_OK || job.kernel.kernel == NULL)
        return status;
    job.threads = 1;
    job.layers = BASELINE_LAYERS;
    job.prompt = NULL;
    job.prompt_tokens = BASELINE_PROMPT;
    job.new_tokens = BASELINE_TOKENS;
    job.sequences = job.repetitions = 1;
    job.compare_cache = 0;
    job.toggle[TERN_LOOP_SIMD] = 0;
    memset(run->record, 0, sizeof *run->record);
    if ((status = tern_environment_pin(&run->recording->environment, job.threads, &job.pin, error)) != TERN_OK ||
        (status = decode(run, &job, error)) != TERN_OK)
        return status;
    run->record->baseline = true;
    if (run->record->timed)
        tern_decode_conclude(run->record);
    return record(run, &job, error);
}

static tern_status prepare(void *context, tern_recording *recording, tern_error *error)
{
    decode_run *run = context;
    const tern_case *kernel = &run->job.kernel;

    run->recording = recording;
    recording->session->run.cases = 1;
    run->job.isa = recording->session->isa;
    run->job.progress = run->progress = tern_job_progress_new();
    run->record = calloc(1, sizeof *run->record);
    if (run->progress == NULL || run->record == NULL)
        return tern_error_memory(error, "a decode run", sizeof *run->record);
    if (kernel->kernel != NULL) {
        const tern_status status = permit(run, kernel, error);
        if (status != TERN_OK)
            return status;
    }
    return look_at_model(run, error);
}

static tern_status run_all(void *context, tern_recording *recording, tern_error *error)
{
    decode_run *run = context;
    const tern_status status = measure(run, error);

    (void)recording;
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    run->record->target_tokens_per_s = run->settings->target_tokens_per_s;
    run->record->budget_bytes = run->settings->budget_bytes;
    const bool timed = run->record->timed;
    const tern_status recorded = record(run, &run->job, error);
    return recorded == TERN_OK && timed && run->settings->with_baseline ? run_baseline(run, error) : recorded;
}

int tern_decode_run(tern_recording *recording, const tern_decode_settings *settings, tern_session *session,
                    const tern_observer *observer, tern_error *error)
{
    decode_run run = {.settings = settings, .job = settings->job};
    const tern_work work = {
        .context = &run,
        .demand = {.timed = true, .threads = settings->job.threads, .cold = true},
        .prepare = prepare,
        .run = run_all,
    };
    const int exit_status = tern_recording_run(recording, &settings->recording, session, observer, &work, error);

    tern_job_progress_free(run.progress);
    free(run.record);
    return exit_status;
}
