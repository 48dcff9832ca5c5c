/*
 * ternbench ablate decode: what each part of the decode loop gives.
 */
#include "run/ablate_decode.h"

#include "cli/activity_line.h"
#include "cli/announce.h"
#include "cli/command.h"
#include "cli/decode_job.h"
#include "cli/settings.h"

/* Without a cache a step computes all that came before it again, so it is little. */
static const tern_decode_length length = {.prompt = 8, .tokens = 2};

static const double budget_s = 60.0;

static int run_ablation(const tern_options *options, tern_ablate_decode_settings *settings, tern_session *session,
                        tern_error *error)
{
    tern_recording recording = {0};
    tern_activity_line progress;
    const tern_observer observer = tern_activity_line_observer(&progress, options->quiet);

    settings->recording = tern_settings_recording(options);
    settings->budget_s = options->budget_s;
    const int ran = tern_ablate_decode_run(&recording, settings, session, &observer, error);
    tern_activity_line_clear(&progress);
    const int exit_status = tern_announce_end(options, &recording, ran, error);
    tern_recording_free(&recording);
    return exit_status;
}

int tern_command_ablate_decode(const tern_options *given, tern_error *error)
{
    const tern_session_settings session_settings = tern_settings_session(given);
    tern_ablate_decode_settings settings = {.plain = given->baseline, .seed = 1};
    tern_options options = *given;
    tern_session session;
    tern_decode_prompt prompt = {0};
    tern_status status = tern_session_open(&session, &session_settings, error);

    tern_options_settle(&options, tern_report_find("ablate"), budget_s);
    if (status == TERN_OK)
        status = tern_decode_prompt_read(&prompt, &options, error);
    if (status == TERN_OK)
        status = tern_decode_job_make(&settings.job, &options, &prompt, &length, &session, error);
    if (status == TERN_OK && settings.job.new_tokens == 0)
        status = tern_error_set(error, TERN_USAGE, "ablate decode times steps: --tokens takes 1 or more here");
    const int exit_status = status == TERN_OK ? run_ablation(&options, &settings, &session, error) : (int)status;
    tern_decode_prompt_free(&prompt);
    tern_session_close(&session);
    return exit_status;
}
