/*
 * ternbench gate BASE CAND [SUITE...]: did the kernels of CAND get slower than those of BASE?
 */
#include "run/gate.h"

#include "base/shared_path.h"
#include "cli/announce.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "cli/sides.h"

enum { SIDES = 2 };

static int run_gate(const tern_options *given, tern_sides_setup *setup, tern_error *error)
{
    tern_options options = *given;
    tern_recording recording = {0};

    tern_options_settle(&options, tern_report_find("gate"), 0.0);
    tern_gate_settings settings = tern_settings_gate(&options);
    settings.edges = !options.no_edges;
    const int ran =
        tern_gate_run(&recording, &settings, &setup->session, &setup->sides, &setup->plan, &setup->observer, error);
    return tern_announce_close(&options, &recording, ran, error);
}

int tern_command_gate(const tern_options *options, tern_error *error)
{
    char path[4096];
    const char *const gate_suite[] = {tern_shared_path(TERN_SHARED_SUITES, "gate.suite", path, sizeof path)};
    const size_t suites = options->arguments.count - SIDES;
    const char *const *argument = options->arguments.item;
    tern_sides_setup setup = {0};
    tern_status status = tern_sides_open(&setup, options, argument[0], argument[1],
                                         suites > 0 ? argument + SIDES : gate_suite, suites > 0 ? suites : 1, error);

    if (status == TERN_OK)
        status = tern_sides_expect_kernels(&setup, error);
    const int exit_status = status == TERN_OK ? run_gate(options, &setup, error) : (int)status;

    tern_sides_close(&setup);
    return exit_status;
}
