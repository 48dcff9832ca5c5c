#include "run/decode_run.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "decode/loop/job_id.h"
#include "decode/loop/measure_job.h"
#include "record/decode_rates.h"
#include "record/fields.h"
#include "run/decode_kernels.h"
#include "run/job_watch.h"

#include <stdlib.h>
#include <string.h>

/* Of a baseline: so few that it ends in seconds, scaled to the whole. */
enum { BASELINE_LAYERS = 2, BASELINE_PROMPT = 4, BASELINE_TOKENS = 4 };

typedef struct decode_run {
    const tern_decode_settings *settings;
    tern_recording *recording;
    tern_decode_job job;
    tern_geometry geometry;
    tern_parts parts;            /* the products of a layer */
    char source[256];            /* of the weights */
    tern_job_progress *progress; /* what the child tells */
    tern_decode_record *record;
    char pick_reason[256]; /* why `auto` took the kernel; empty: it was named */
} decode_run;

static tern_status decode(decode_run *run, const tern_decode_job *job, tern_error *error)
{
    tern_job_watch watch = {.activity = &run->recording->activity, .progress = run->progress};
    const tern_child_options child = {.deadline_s = tern_decode_kernels_deadline_s(job, &run->geometry),
                                      .tick = tern_job_watch_tick,
                                      .tick_context = &watch};

    return tern_decode_measure(job, &child, run->record, error);
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
    run->job.reader = how.roof_reader;
    run->job.read_ahead_bytes = how.roof_read_ahead_bytes;
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
    r->step_bytes = (uint64_t)tern_decode_step_bytes(r, r->measured_layers);
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

    if ((status = tern_decode_kernels_choose(run->recording, &run->job, &run->geometry, &run->parts, run->pick_reason,
                                             sizeof run->pick_reason, error)) != TERN_OK ||
        run->job.kernel.kernel == NULL || (status = look_at_roofs(run, &best, error)) != TERN_OK ||
        (status = tern_decode_kernels_check(run->recording, &run->job, &run->geometry, &run->parts, &finding, error)) !=
            TERN_OK)
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

static tern_status find_baseline(const decode_run *run, tern_case *baseline, tern_error *error)
{
    const tern_session *session = run->recording->session;

    return tern_decode_kernels_plain(session, session->registry, &run->job.kernel, run->settings->baseline, baseline,
                                     error);
}

static tern_status run_baseline(decode_run *run, tern_error *error)
{
    tern_decode_job job = run->job;
    tern_status status = find_baseline(run, &job.kernel, error);

    if (status != TERN_OK || job.kernel.kernel == NULL)
        return status;
    job.reader = NULL;
    job.threads = 1;
    job.layers = BASELINE_LAYERS;
    job.prompt = NULL;
    job.prompt_tokens = BASELINE_PROMPT;
    job.new_tokens = BASELINE_TOKENS;
    job.sequences = job.repetitions = 1;
    job.compare_cache = 0;
    job.toggle[TERN_LOOP_SIMD] = 0;
    tern_fields_free(tern_decode_fields, run->record);
    memset(run->record, 0, sizeof *run->record);
    job.pin = tern_environment_pin(&run->recording->environment, job.threads);
    if ((status = decode(run, &job, error)) != TERN_OK)
        return status;
    run->record->baseline = true;
    if (run->record->timed)
        tern_decode_conclude(run->record);
    return record(run, &job, error);
}

static tern_status prepare(void *context, tern_recording *recording, tern_error *error)
{
    decode_run *run = context;
    tern_case baseline; /* to see that it is one */

    run->recording = recording;
    recording->session->run.cases = 1;
    run->job.isa = recording->session->isa;
    run->job.progress = run->progress = tern_job_progress_new();
    run->record = calloc(1, sizeof *run->record);
    if (run->progress == NULL || run->record == NULL)
        return tern_error_memory(error, "a decode run", sizeof *run->record);
    tern_status status = tern_decode_kernels_permit(recording->session, &run->job.kernel, error);
    if (status == TERN_OK && run->settings->with_baseline)
        status = find_baseline(run, &baseline, error);
    if (status == TERN_OK)
        status =
            tern_decode_kernels_look(&run->job, &run->geometry, &run->parts, run->source, sizeof run->source, error);
    return status == TERN_OK ? tern_job_check(&run->job, &run->geometry, error) : status;
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
    tern_parts_free(&run.parts);
    if (run.record != NULL)
        tern_fields_free(tern_decode_fields, run.record);
    free(run.record);
    return exit_status;
}
