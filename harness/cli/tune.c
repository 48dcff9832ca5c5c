/*
 * ternbench tune SUITE..., tune decode: finds the fastest kernel and toggles aloud.
 */
#include "run/tune.h"

#include "cli/activity_line.h"
#include "cli/announce.h"
#include "cli/command.h"
#include "cli/decode_job.h"
#include "cli/settings.h"
#include "cli/sides.h"

static const tern_decode_length length = {.prompt = 16, .tokens = 32};

/* Of one of the two: the plan, or the job. */
static int run_tuning(const tern_options *given, tern_session *session, tern_plan *plan, const tern_decode_job *job,
                      tern_error *error)
{
    tern_options options = *given;
    tern_activity_line progress;
    const tern_observer observer = tern_activity_line_observer(&progress, options.quiet);
    tern_recording recording = {0};

    tern_options_settle(&options, tern_report_find("tune"), 0.0);
    const tern_recording_settings settings = tern_settings_recording(&options);
    const int ran = plan != NULL ? tern_tune_plan(&recording, &settings, session, plan, &observer, error)
                                 : tern_tune_decode(&recording, &settings, session, job, &observer, error);
    tern_activity_line_clear(&progress);
    const int exit_status = tern_announce_end(&options, &recording, ran, error);
    tern_recording_free(&recording);
    return exit_status;
}

int tern_command_tune(const tern_options *options, tern_error *error)
{
    tern_sides_setup setup = {0};
    const tern_status status =
        tern_sides_open(&setup, options, NULL, NULL, options->arguments.item, options->arguments.count, error);
    const int exit_status =
        status == TERN_OK ? run_tuning(options, &setup.session, &setup.plan, NULL, error) : (int)status;

    tern_sides_close(&setup);
    return exit_status;
}

int tern_command_tune_decode(const tern_options *options, tern_error *error)
{
    const tern_session_settings settings = tern_settings_session(options);
    tern_decode_prompt prompt = {0};
    tern_decode_job job;
    tern_session session;
    tern_status status = tern_session_open(&session, &settings, error);

    if (status == TERN_OK)
        status = tern_decode_prompt_read(&prompt, options, error);
    if (status == TERN_OK)
        status = tern_decode_job_make(&job, options, &prompt, &length, &session, error);
    const int exit_status = status == TERN_OK ? run_tuning(options, &session, NULL, &job, error) : (int)status;
    tern_decode_prompt_free(&prompt);
    tern_session_close(&session);
    return exit_status;
}
