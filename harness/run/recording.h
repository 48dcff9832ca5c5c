/*
 * recording.h - the life of a run that leaves records, whatever it is that runs: the machine is looked at, the files
 * are opened, the work is done, and it is closed with a line that says how it ended.
 */
#ifndef TERN_RECORDING_H
#define TERN_RECORDING_H

#include "run/environment.h"
#include "run/session.h"
#include "run/sink.h"

typedef struct tern_recording_settings {
    tern_environment_settings environment;
    tern_sink_settings sink;
    char summary[256]; /* of all settings that make figures differ, as tern_run has it */
} tern_recording_settings;

typedef struct tern_recording {
    tern_session *session;
    tern_activity activity;
    tern_environment environment;
    tern_sink sink;
    tern_run_end end;
    bool begun;       /* the sink has a run */
    double started_s; /* of the monotonic clock */
} tern_recording;

/* What is done in a run. Reasons to end before all is done go to recording->end.reason; they are no errors. */
typedef struct tern_work {
    void *context;
    tern_demand demand;
    bool alone;            /* all its lines must be of one run */
    const tern_plan *plan; /* for the observer; NULL: it is no plan of cases */
    /* Once the machine and an earlier part of the run are known, and before the first line is written. May be NULL. */
    tern_status (*prepare)(void *context, tern_recording *recording, tern_error *error);
    tern_status (*run)(void *context, tern_recording *recording, tern_error *error);
    /* What the records say, as an exit status. NULL: what the verdicts of its cases and decode runs say. */
    tern_status (*status)(void *context, tern_recording *recording, tern_error *error);
} tern_work;

/*
 * Does the work from beginning to end. An interrupt ends it after the closing line is written. Returns the exit status,
 * which may be 128 + signal. settings, session and observer must outlive the recording, which is zeros at first; what
 * was recorded is recording->sink.results. Free with tern_recording_free().
 */
int tern_recording_run(tern_recording *recording, const tern_recording_settings *settings, tern_session *session,
                       const tern_observer *observer, const tern_work *work, tern_error *error);

void tern_recording_free(tern_recording *recording);

#endif
