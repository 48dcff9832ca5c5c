#include "run/recording.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"

#include <inttypes.h>

/* A shard for which nothing was left. */
static bool is_empty(const tern_work *work)
{
    return work->plan != NULL && work->plan->count == 0;
}

/*
 * Counts over all records, those of an earlier part included, so that a resumed run ends like one that ran through.
 * What the plan lacks, as that of another filter, and a baseline are no part of what was asked for.
 */
static int conclude(tern_recording *recording, const tern_work *work, tern_status status, tern_error *error)
{
    const tern_results *results = &recording->sink.results;
    const int signal = tern_interrupt_signal();
    tern_run_end *end = &recording->end;
    uint32_t interrupted = 0;

    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *record = &results->cases.item[i];
        const bool planned = work->plan == NULL || tern_plan_has(work->plan, record->id);
        const tern_record *counts = tern_sink_find(&recording->sink, record->id);
        if (planned && (counts == NULL || counts == record)) /* of several in the file, the first */
            interrupted += !tern_run_end_count(end, record->finding.verdict);
    }
    for (size_t i = 0; i < results->decodes.count; i++)
        if (!results->decodes.item[i].baseline)
            interrupted += !tern_run_end_count(end, results->decodes.item[i].finding.verdict);
    if (status != TERN_OK)
        tern_text_copy(end->reason, sizeof end->reason, error->text);
    else if (signal != 0)
        tern_text_append(end->reason, sizeof end->reason, "interrupted by signal %d", signal);
    else if (interrupted > 0 && end->reason[0] == '\0')
        tern_text_append(end->reason, sizeof end->reason, "%" PRIu32 " of them ended from outside", interrupted);
    end->complete = end->reason[0] == '\0';
    end->restarts = recording->session->run.restarts;
    end->seconds = 1e-9 * tern_clock_ns() - recording->started_s;
    end->status = signal != 0            ? 128 + signal
                  : status != TERN_OK    ? (int)status
                  : work->status != NULL ? (int)work->status(work->context, recording, error)
                  : end->wrong > 0       ? TERN_WRONG
                  : interrupted > 0      ? TERN_ENVIRONMENT
                  : end->exact > 0 || !end->complete || is_empty(work) ? TERN_OK
                                                                       : TERN_SKIPPED;
    return end->status;
}

static tern_status open_recording(tern_recording *recording, const tern_recording_settings *settings,
                                  const tern_work *work, tern_error *error)
{
    tern_session *session = recording->session;
    tern_status status = tern_environment_open(&recording->environment, &settings->environment, &work->demand,
                                               session->isa, &session->run, error);

    if (status == TERN_OK)
        status = tern_sink_open(&recording->sink, &settings->sink, error);
    if (status == TERN_OK && work->prepare != NULL)
        status = work->prepare(work->context, recording, error);
    return status;
}

static tern_status begin(tern_recording *recording, const tern_work *work, tern_error *error)
{
    const tern_observer *observer = recording->activity.observer;
    const tern_status status = tern_sink_begin(&recording->sink, &recording->session->run, work->alone, error);

    recording->begun = status == TERN_OK;
    if (recording->begun && observer->begin != NULL)
        observer->begin(observer->context, &recording->session->run, work->plan);
    return status;
}

int tern_recording_run(tern_recording *recording, const tern_recording_settings *settings, tern_session *session,
                       const tern_observer *observer, const tern_work *work, tern_error *error)
{
    tern_interrupt_install();
    recording->session = session;
    tern_text_copy(session->run.settings, sizeof session->run.settings, settings->summary);
    recording->activity.observer = observer;
    recording->started_s = 1e-9 * tern_clock_ns();
    tern_status status = open_recording(recording, settings, work, error);
    if (status == TERN_OK)
        status = begin(recording, work, error);
    if (!recording->begun)
        return tern_interrupt_signal() != 0 ? 128 + tern_interrupt_signal() : (int)status;
    if (status == TERN_OK)
        status = work->run(work->context, recording, error);
    const int exit_status = conclude(recording, work, status, error);
    tern_error cause = {""};
    tern_status closed = tern_sink_add(&recording->sink, TERN_LINE_END, &recording->end, &cause);
    if (closed == TERN_OK)
        closed = tern_sink_finish(&recording->sink, &cause);
    if (closed != TERN_OK && error->text[0] == '\0')
        *error = cause;
    return exit_status == TERN_OK ? (int)closed : exit_status;
}

void tern_recording_free(tern_recording *recording)
{
    tern_sink_free(&recording->sink);
    tern_environment_close(&recording->environment);
}
