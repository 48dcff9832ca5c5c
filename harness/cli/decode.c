/*
 * ternbench decode: a whole model, token by token. The kernel is first proven exact on the model's shapes; then
 * roofs, the loop, roofs again, and the baseline.
 */
#include "base/interrupt.h"
#include "base/text.h"
#include "check/check.h"
#include "cli/command.h"
#include "cli/decode_job.h"
#include "cli/decode_progress.h"
#include "cli/decode_prompt.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "decode/loop/model.h"
#include "measure/pick.h"
#include "record/decode_rates.h"
#include "run/environment.h"
#include "run/sink.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a baseline: so few that it ends in seconds, scaled to the whole. */
enum { BASELINE_LAYERS = 2, BASELINE_PROMPT = 4, BASELINE_TOKENS = 4 };

typedef struct command {
    tern_options options;
    tern_session session;
    tern_environment environment;
    tern_sink sink;
    tern_decode_progress progress;
    tern_geometry geometry;
    char source[256]; /* of the weights */
    double started_s;
    tern_decode_job job;
    tern_decode_prompt prompt;
    tern_decode_record record;
    char pick_reason[256]; /* why `auto` took the kernel; empty: it was named */
    tern_run_end end;
} command;

static tern_child_options child_options(command *c, const tern_decode_job *job)
{
    const double tokens = (double)job->repetitions * job->sequences * (job->prompt_tokens + job->new_tokens) +
                          2.0 * job->compare_cache * (job->prompt_tokens + job->compare_cache);

    return (tern_child_options){
        .deadline_s = 300.0 + tokens * (double)tern_geometry_ternary_weights(&c->geometry) / 5e7,
        .tick = tern_decode_progress_tick,
        .tick_context = &c->progress,
    };
}

/* What the parent needs to know of the model. */
static tern_status look_at_model(command *c, tern_error *error)
{
    tern_weights weights = {0};
    const tern_status status = tern_job_weights(&c->job, &weights, error);

    c->job.progress = c->progress.shared;
    c->geometry = weights.geometry;
    tern_text_copy(c->source, sizeof c->source, weights.source);
    tern_weights_close(&weights);
    return status;
}

/*
 * The case that stands for the loop where threads and roofs are concerned. Until a kernel is chosen, any that may
 * run.
 */
static tern_case shape_case(const command *c, const tern_decode_job *job, tern_linear linear)
{
    tern_case stands = job->kernel;

    if (stands.kernel == NULL)
        tern_case_init(&stands, tern_registry_kernel(c->session.registry, 0));

    stands.shape = tern_linear_shape(&c->geometry, linear, 1);
    stands.data = (tern_data){.p0 = c->options.p0, .seed = c->options.seed};
    stands.threads = job->threads;
    stands.cache = TERN_COLD;
    return stands;
}

/* Whether the kernel is EXACT on every shape of a token, with all promises of its contract. */
static tern_status check_shapes(command *c, const tern_decode_job *job, tern_finding *finding, tern_error *error)
{
    tern_checker *checker = NULL;
    tern_status status = tern_checker_new(&checker, error);

    memset(finding, 0, sizeof *finding);
    for (tern_linear linear = 0; linear < TERN_LINEARS && status == TERN_OK && finding->verdict == TERN_EXACT;
         linear++) {
        tern_case shape = shape_case(c, job, linear);
        shape.cache = TERN_CHECK_ONLY;
        tern_child_options child = child_options(c, job);
        tern_decode_progress_say(&c->progress, "checking the kernel on the model's shapes");
        status = tern_check_case(checker, &shape, &child, finding, error);
    }
    tern_checker_free(checker);
    return status;
}

/* Chooses CPUs, and measures the roofs; again after a first time, of which the higher ones count. */
static tern_status fill_machine(command *c, tern_decode_job *job, tern_decode_record *record, tern_error *error)
{
    const tern_case stands = shape_case(c, job, TERN_LINEAR_GATE_UP);
    const tern_child_options child = child_options(c, job);
    tern_measure_options how = {0};

    tern_decode_progress_say(&c->progress, "measuring the limits of the machine");
    const tern_status status = tern_environment_fill(&c->environment, &stands, &how, &child, error);
    if (status != TERN_OK)
        return status;
    job->pin = how.pin;
    if (how.roof_read_gbps > record->roof_read_gbps)
        record->roof_read_gbps = how.roof_read_gbps;
    if (how.roof_gmacs > record->roof_gmacs) {
        record->roof_gmacs = how.roof_gmacs;
        tern_text_copy(record->roof_instruction, sizeof record->roof_instruction, how.roof_instruction);
    }
    return TERN_OK;
}

static void name_record(const command *c, const tern_decode_job *job, tern_decode_record *r)
{
    r->id[0] = '\0';
    tern_text_append(r->id, sizeof r->id, "decode%s%s/%s/seed=%" PRIu64 ",p0=%.12g/%s%s%s/p=%" PRIu32 ",n=%" PRIu32,
                     r->loop_toggles[0] ? "+" : "", r->loop_toggles, c->geometry.name, job->seed, job->p0, r->kernel,
                     r->toggles[0] ? "+" : "", r->toggles, job->prompt_tokens, job->new_tokens);
    tern_text_append(r->id, sizeof r->id, ",s=%" PRIu32 ",c=%" PRIu32 ",b=%" PRIu32 "/t=%" PRIu32, job->sequences,
                     r->context, job->block, job->threads);
}

/* The fastest kernel for the largest product of a token. */
static tern_status pick_kernel(command *c, tern_decode_job *job, const tern_decode_record *roofs, tern_error *error)
{
    const tern_pick_request request = {
        .shape = tern_linear_shape(&c->geometry, TERN_LINEAR_GATE_UP, job->sequences),
        .data = {.p0 = job->p0, .seed = job->seed},
        .threads = job->threads,
        .isa = c->session.plan.isa,
        .pin = job->pin,
        .read_gbps = roofs->roof_read_gbps,
    };
    const tern_child_options child = child_options(c, job);
    const tern_kernel *kernel;

    tern_decode_progress_say(&c->progress, "timing the kernels");
    const tern_status status =
        tern_pick_kernel(c->session.registry, &request, &child, &kernel, c->pick_reason, sizeof c->pick_reason, error);
    if (status == TERN_OK)
        tern_case_init(&job->kernel, kernel);
    return status;
}

static tern_status measure(command *c, tern_decode_job *job, tern_decode_record *r, tern_error *error)
{
    tern_decode_record before = {0};
    tern_finding finding;
    const tern_child_options child = child_options(c, job);
    tern_status status = fill_machine(c, job, &before, error);

    if (status == TERN_OK && job->kernel.kernel == NULL)
        status = pick_kernel(c, job, &before, error);
    if (status == TERN_OK)
        status = check_shapes(c, job, &finding, error);
    if (status != TERN_OK)
        return status;
    tern_decode_progress_say(&c->progress, NULL);
    if (finding.verdict == TERN_EXACT)
        status = tern_decode_measure(job, &child, r, error);
    else
        tern_decode_describe(job, r), r->finding = finding;
    tern_decode_describe_model(&c->geometry, c->source, r);
    tern_text_copy(r->pick_reason, sizeof r->pick_reason, c->pick_reason);
    if (status != TERN_OK || !r->timed)
        return status;
    r->roof_read_gbps = before.roof_read_gbps;
    r->roof_gmacs = before.roof_gmacs;
    tern_text_copy(r->roof_instruction, sizeof r->roof_instruction, before.roof_instruction);
    tern_environment_forget_roofs(&c->environment);
    if ((status = fill_machine(c, job, r, error)) == TERN_OK)
        tern_decode_conclude(r);
    return status;
}

/* The portable kernel with packed weights that this one goes back to; NULL when it is portable itself. */
static const tern_kernel *find_origin(const command *c, const tern_kernel *kernel)
{
    const tern_kernel *origin = kernel;

    while (origin != NULL && origin->isa != 0)
        origin = origin->refines == NULL ? NULL : tern_registry_find(c->session.registry, origin->refines);
    return origin == kernel ? NULL : origin;
}

static tern_status run_baseline(command *c, tern_error *error)
{
    tern_decode_job job = c->job;
    const char *name = c->options.baseline;
    const tern_kernel *origin = find_origin(c, job.kernel.kernel);
    tern_status status;

    if (name == NULL && origin == NULL)
        return TERN_OK;
    if ((status = tern_decode_job_kernel(&c->session, name == NULL ? origin->name : name, &job.kernel, error)) !=
        TERN_OK)
        return status;
    job.threads = 1;
    job.layers = BASELINE_LAYERS;
    job.prompt = NULL;
    job.prompt_tokens = BASELINE_PROMPT;
    job.new_tokens = BASELINE_TOKENS;
    job.sequences = job.repetitions = 1;
    job.compare_cache = 0;
    job.toggle[TERN_LOOP_SIMD] = 0;
    memset(&c->record, 0, sizeof c->record);
    const tern_child_options child = child_options(c, &job);
    const tern_case stands = shape_case(c, &job, TERN_LINEAR_GATE_UP);
    tern_decode_progress_say(&c->progress, "the baseline");
    if ((status = tern_pin_choose(&job.pin, c->environment.pin, &c->environment.topology, stands.threads, error)) !=
            TERN_OK ||
        (status = tern_decode_measure(&job, &child, &c->record, error)) != TERN_OK)
        return status;
    c->record.baseline = true;
    if (c->record.timed)
        tern_decode_conclude(&c->record);
    name_record(c, &job, &c->record);
    return tern_sink_add(&c->sink, TERN_LINE_DECODE, &c->record, error);
}

static tern_status run(command *c, tern_error *error)
{
    tern_decode_record *r = &c->record;
    tern_status status = measure(c, &c->job, r, error);

    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    r->target_tokens_per_s = c->options.target;
    r->budget_bytes = (uint64_t)(1e6 * c->options.memory_mb);
    name_record(c, &c->job, r);
    if ((status = tern_sink_add(&c->sink, TERN_LINE_DECODE, r, error)) != TERN_OK)
        return status;
    c->end.done++;
    c->end.exact += r->finding.verdict == TERN_EXACT;
    c->end.wrong += r->finding.verdict != TERN_EXACT;
    tern_decode_prompt_answer(&c->prompt, r);
    const bool wanted = c->options.baseline == NULL || strcmp(c->options.baseline, "none") != 0;
    return r->timed && wanted ? run_baseline(c, error) : TERN_OK;
}

static tern_status open(command *c, tern_error *error)
{
    tern_status status;

    if ((status = tern_session_open(&c->session, &c->options, true, error)) != TERN_OK ||
        (status = tern_decode_progress_open(&c->progress, c->options.quiet, error)) != TERN_OK ||
        (status = tern_decode_job_make(&c->job, &c->options, &c->session, error)) != TERN_OK ||
        (status = tern_decode_prompt_read(&c->prompt, &c->options, &c->job, error)) != TERN_OK ||
        (status = look_at_model(c, error)) != TERN_OK)
        return status;
    const tern_case stands = shape_case(c, &c->job, TERN_LINEAR_GATE_UP);
    if ((status = tern_plan_add(&c->session.plan, &stands, "", "", error)) != TERN_OK ||
        (status = tern_environment_open(&c->environment, &c->session, error)) != TERN_OK)
        return status;
    c->session.run.cases = 1;
    for (uint32_t i = 0; i < c->session.run.warnings && !c->options.quiet; i++)
        fprintf(stderr, "warning: %s\n", c->session.run.warning[i]);
    return tern_sink_open(&c->sink, &c->options, &c->session.run, error);
}

int tern_command_decode(const tern_options *options, tern_error *error)
{
    command *c = calloc(1, sizeof *c);

    if (c == NULL)
        return (int)tern_error_memory(error, "a decode run", sizeof *c);
    c->options = *options;
    tern_options_settle(&c->options, tern_report_find("decode"), 0.0);
    tern_interrupt_install();
    c->started_s = tern_progress_clock();
    tern_status status = open(c, error);
    const bool opened = status == TERN_OK;
    if (opened)
        status = run(c, error);
    tern_decode_progress_close(&c->progress);
    c->end.status = tern_interrupt_signal() != 0 ? 128 + tern_interrupt_signal()
                    : status != TERN_OK          ? (int)status
                    : c->end.wrong > 0           ? TERN_WRONG
                                                 : TERN_OK;
    c->end.complete = status == TERN_OK && tern_interrupt_signal() == 0;
    c->end.seconds = tern_progress_clock() - c->started_s;
    tern_text_copy(c->end.reason, sizeof c->end.reason, error->text);
    if (tern_interrupt_signal() != 0)
        tern_text_append(c->end.reason, sizeof c->end.reason, "interrupted by signal %d", tern_interrupt_signal());
    if (opened && tern_sink_close(&c->sink, &c->end, error->text[0] == '\0' ? error : NULL) != TERN_OK &&
        c->end.status == TERN_OK)
        c->end.status = TERN_ENVIRONMENT;
    tern_decode_prompt_print(&c->prompt);
    if (c->end.reason[0] != '\0')
        tern_text_copy(error->text, sizeof error->text, c->end.reason);
    const int exit_status = c->end.status;
    tern_sink_free(&c->sink);
    tern_environment_close(&c->environment);
    tern_decode_prompt_free(&c->prompt);
    tern_session_close(&c->session);
    free(c);
    return exit_status;
}
