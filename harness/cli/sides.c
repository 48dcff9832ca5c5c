#include "cli/sides.h"

#include "base/interrupt.h"
#include "cli/settings.h"

tern_status tern_sides_load(tern_sides_setup *setup, const tern_options *options, const char *base, const char *cand,
                            tern_error *error)
{
    tern_session_settings settings = tern_settings_session(options);
    tern_status status;

    if (cand != NULL && options->side != NULL)
        return tern_error_set(error, TERN_USAGE, "--side %s does not go with two sides, %s and %s", options->side, base,
                              cand);
    setup->observer = tern_activity_line_observer(&setup->line, options->quiet);
    setup->activity.observer = &setup->observer;
    const tern_side_watcher watcher = tern_activity_watcher(&setup->activity);
    settings.side = cand != NULL ? cand : settings.side;
    settings.watcher = &watcher;
    tern_interrupt_install();
    if ((status = tern_session_open(&setup->session, &settings, error)) != TERN_OK || base == NULL)
        return status;
    if ((status = tern_two_sides_open(&setup->sides, base, &setup->session, &watcher, error)) == TERN_OK)
        tern_session_note(&setup->session, &setup->sides.base);
    return status;
}

tern_status tern_sides_plan(tern_sides_setup *setup, tern_plan *plan, const tern_options *options, const char *filter,
                            const char *const *suite, size_t suites, tern_error *error)
{
    const tern_planning_settings planning = {
        .suite = suite,
        .suites = suites,
        .axis = options->axes.name,
        .values = options->axes.values,
        .axes = options->axes.count,
        .filter = filter,
        .timed = true,
    };
    tern_wishes wishes;

    return tern_planning_suites(plan, &setup->session, &planning, &wishes, error);
}

tern_status tern_sides_open(tern_sides_setup *setup, const tern_options *options, const char *base, const char *cand,
                            const char *const *suite, size_t suites, tern_error *error)
{
    const tern_status status = tern_sides_load(setup, options, base, cand, error);

    return status != TERN_OK ? status
                             : tern_sides_plan(setup, &setup->plan, options, options->filter, suite, suites, error);
}

tern_status tern_sides_expect_kernels(const tern_sides_setup *setup, tern_error *error)
{
    for (size_t i = 0; i < setup->plan.count; i++)
        if (setup->plan.cases[i].c.kernel == NULL)
            return tern_error_set(error, TERN_USAGE,
                                  "kernels are compared by name, and 'auto' is none; `ternbench kernels --pick SHAPE` "
                                  "says which one it stands for");
    return TERN_OK;
}

void tern_sides_close(tern_sides_setup *setup)
{
    tern_plan_free(&setup->plan);
    tern_plan_free(&setup->unfiltered);
    tern_two_sides_close(&setup->sides);
    tern_session_close(&setup->session);
}
