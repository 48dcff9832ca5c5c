/*
 * ternbench tune SUITE..., tune decode: finds the fastest kernel and toggles aloud.
 */
#include "run/tune.h"

#include "cli/announce.h"
#include "cli/command.h"
#include "cli/decode_job.h"
#include "cli/settings.h"
#include "cli/sides.h"

#include <string.h>

static const tern_decode_length length = {.prompt = 16, .tokens = 32};

/* The kernel that alone is to be tried; NULL: all are. */
static tern_status find_alone(const tern_options *options, const tern_session *session, const tern_kernel **alone,
                              tern_error *error)
{
    tern_case named;
    const tern_status status = tern_case_parse_kernel(&named, options->kernel, session->registry, error);

    *alone = named.kernel;
    if (status != TERN_OK || *alone == NULL)
        return status;
    if (strchr(options->kernel, '+') != NULL)
        return tern_error_set(error, TERN_USAGE, "--kernel of tune takes no toggles, which it tries itself: '%s'",
                              options->kernel);
    return tern_session_permit(session, *alone, error);
}

/* Of a decode run; NULL: of the plan. */
static int run_tuning(const tern_options *given, tern_sides_setup *setup, const tern_decode_job *job, tern_error *error)
{
    tern_options options = *given;
    tern_recording recording = {0};
    const tern_kernel *alone;
    const tern_status status = find_alone(given, &setup->session, &alone, error);

    if (status != TERN_OK)
        return (int)status;

    tern_options_settle(&options, tern_report_find("tune"), 0.0);
    tern_recording_settings settings = tern_settings_recording(&options);
    settings.sink.is_whole = true;
    const int ran =
        job == NULL
            ? tern_tune_plan(&recording, &settings, &setup->session, &setup->plan, alone, &setup->observer, error)
            : tern_tune_decode(&recording, &settings, &setup->session, job, alone, &setup->observer, error);
    return tern_announce_close(&options, &recording, ran, error);
}

/* Whoever names kernels believes that they alone are tried. */
static tern_status check_axes(const tern_options *options, tern_error *error)
{
    for (size_t i = 0; i < options->axes.count; i++)
        if (strcmp(options->axes.name[i], "kernels") == 0)
            return tern_error_set(
                error, TERN_USAGE,
                "--set kernels= has no effect on tune, which tries every kernel; --kernel NAME tries one "
                "alone, with its toggles");
    return TERN_OK;
}

int tern_command_tune(const tern_options *options, tern_error *error)
{
    tern_sides_setup setup = {0};
    tern_status status = check_axes(options, error);

    if (status == TERN_OK)
        status = tern_sides_open(&setup, options, NULL, NULL, options->arguments.item, options->arguments.count, error);
    const int exit_status = status == TERN_OK ? run_tuning(options, &setup, NULL, error) : (int)status;

    tern_sides_close(&setup);
    return exit_status;
}

int tern_command_tune_decode(const tern_options *options, tern_error *error)
{
    tern_sides_setup setup = {0};
    tern_decode_prompt prompt = {0};
    tern_decode_job job;
    tern_status status = tern_sides_load(&setup, options, NULL, NULL, error);

    if (status == TERN_OK)
        status = tern_decode_prompt_read(&prompt, options, error);
    if (status == TERN_OK)
        status = tern_decode_job_make(&job, options, &prompt, &length, &setup.session, error);
    const int exit_status = status == TERN_OK ? run_tuning(options, &setup, &job, error) : (int)status;
    tern_decode_prompt_free(&prompt);
    tern_sides_close(&setup);
    return exit_status;
}
