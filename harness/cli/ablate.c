/*
 * ternbench ablate [BASE CAND] SUITE...: what each toggle gives, at one side or at both.
 */
#include "run/ablate.h"

#include "base/text.h"
#include "cli/announce.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "cli/sides.h"

#include <string.h>

enum { SIDES = 2 };

static int run_ablation(const tern_options *given, tern_sides_setup *setup, const tern_two_sides *sides,
                        tern_error *error)
{
    tern_options options = *given;
    tern_recording recording = {0};

    tern_options_settle(&options, tern_report_find("ablate"), 0.0);
    const tern_ablate_settings settings = {
        .recording = tern_settings_recording(&options), .deadline_s = options.deadline_s, .seed = 1};
    const int ran =
        tern_ablate_run(&recording, &settings, &setup->session, sides, &setup->plan, &setup->observer, error);
    return tern_announce_close(&options, &recording, ran, error);
}

int tern_command_ablate(const tern_options *options, tern_error *error)
{
    const char *const *argument = options->arguments.item;
    const size_t count = options->arguments.count;
    const bool two = !tern_text_ends_with(argument[0], ".suite");
    const size_t sides = two ? SIDES : 0;
    tern_sides_setup setup = {0};

    if (count > sides && strcmp(argument[count - 1], "decode") == 0)
        return (int)tern_error_set(error, TERN_USAGE, "say `ablate decode BASE CAND`, and options behind it");
    if (count <= sides)
        return (int)tern_error_set(
            error, TERN_USAGE,
            "ablate takes suites, or two sides and suites, or `decode`; a suite ends with .suite, and one side alone "
            "is named by --side");
    tern_status status = tern_sides_open(&setup, options, two ? argument[0] : NULL, two ? argument[1] : NULL,
                                         argument + sides, count - sides, error);
    if (status == TERN_OK)
        status = tern_sides_expect_kernels(&setup, error);
    const int exit_status =
        status == TERN_OK ? run_ablation(options, &setup, two ? &setup.sides : NULL, error) : (int)status;

    tern_sides_close(&setup);
    return exit_status;
}
