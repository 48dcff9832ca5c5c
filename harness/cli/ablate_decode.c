/*
 * ternbench ablate decode [BASE CAND]: what each part of the decode loop gives, with the kernel of one side or of both.
 */
#include "run/ablate_decode.h"

#include "cli/announce.h"
#include "cli/command.h"
#include "cli/decode_job.h"
#include "cli/settings.h"
#include "cli/sides.h"

/* Without a cache a step computes all that came before it again, so it is little. */
static const tern_decode_length length = {.prompt = 8, .tokens = 2};

static const double budget_s = 60.0;

static int run_ablation(const tern_options *options, tern_ablate_decode_settings *settings, tern_sides_setup *setup,
                        tern_error *error)
{
    tern_recording recording = {0};

    settings->recording = tern_settings_recording(options);
    settings->budget_s = options->budget_s;
    const int ran = tern_ablate_decode_run(&recording, settings, &setup->session, &setup->observer, error);
    return tern_announce_close(options, &recording, ran, error);
}

static tern_status load_sides(tern_sides_setup *setup, const tern_options *options, tern_error *error)
{
    const char *const *argument = options->arguments.item;
    const size_t count = options->arguments.count;

    if (count == 1)
        return tern_error_set(error, TERN_USAGE, "ablate decode takes no sides or two, BASE and CAND, not '%s' alone",
                              argument[0]);
    return tern_sides_load(setup, options, count == 2 ? argument[0] : NULL, count == 2 ? argument[1] : NULL, error);
}

int tern_command_ablate_decode(const tern_options *given, tern_error *error)
{
    tern_sides_setup setup = {0};
    tern_ablate_decode_settings settings = {
        .plain = given->baseline, .seed = 1, .sides = given->arguments.count == 2 ? &setup.sides : NULL};
    tern_options options = *given;
    tern_decode_prompt prompt = {0};
    tern_status status = load_sides(&setup, given, error);

    tern_options_settle(&options, tern_report_find("ablate"), budget_s);
    if (status == TERN_OK)
        status = tern_decode_prompt_read(&prompt, &options, error);
    if (status == TERN_OK)
        status = tern_decode_job_make(&settings.job, &options, &prompt, &length, &setup.session, error);
    if (status == TERN_OK && settings.job.new_tokens == 0)
        status = tern_error_set(error, TERN_USAGE, "ablate decode times steps: --tokens takes 1 or more here");
    const int exit_status = status == TERN_OK ? run_ablation(&options, &settings, &setup, error) : (int)status;
    tern_decode_prompt_free(&prompt);
    tern_sides_close(&setup);
    return exit_status;
}
