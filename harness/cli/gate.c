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
    settings.unfiltered = given->filter != NULL ? &setup->unfiltered : NULL;
    const int ran =
        tern_gate_run(&recording, &settings, &setup->session, &setup->sides, &setup->plan, &setup->observer, error);
    return tern_announce_close(&options, &recording, ran, error);
}

/*
 * Without a filter one plan is all. With one, a plan without a case will do where it names kernels that CAND has no
 * more: they are REMOVED.
 */
static tern_status plan(tern_sides_setup *setup, const tern_options *options, const char *const *suite, size_t suites,
                        tern_error *error)
{
    tern_error why = {""};
    bool misses = false;
    tern_plan *all = options->filter != NULL ? &setup->unfiltered : &setup->plan;
    tern_status status = tern_sides_plan(setup, all, options, NULL, suite, suites, error);

    if (status != TERN_OK || options->filter == NULL)
        return status;
    const tern_status planned = tern_sides_plan(setup, &setup->plan, options, options->filter, suite, suites, &why);
    if (planned == TERN_NOTHING)
        status = tern_gate_misses(&setup->sides, &setup->unfiltered, options->filter, &misses, error);
    return status != TERN_OK || planned == TERN_OK || misses ? status : tern_error_set(error, planned, "%s", why.text);
}

int tern_command_gate(const tern_options *options, tern_error *error)
{
    char path[4096];
    const char *const gate_suite[] = {tern_shared_path(TERN_SHARED_SUITES, "gate.suite", path, sizeof path)};
    const size_t suites = options->arguments.count - SIDES;
    const char *const *argument = options->arguments.item;
    tern_sides_setup setup = {0};
    tern_status status = tern_sides_load(&setup, options, argument[0], argument[1], error);

    if (status == TERN_OK)
        status = plan(&setup, options, suites > 0 ? argument + SIDES : gate_suite, suites > 0 ? suites : 1, error);
    if (status == TERN_OK)
        status = tern_sides_expect_kernels(&setup, error);
    const int exit_status = status == TERN_OK ? run_gate(options, &setup, error) : (int)status;

    tern_sides_close(&setup);
    return exit_status;
}
