/*
 * ternbench run and ternbench check: they differ in what is done with a case, not in how they are called.
 */
#include "cli/cases.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "run/planning.h"

#include <stdio.h>

/* What a run would refuse is refused, but for the state that the machine is in now. */
static tern_status list(const tern_options *options, tern_session *session, const tern_plan *plan, tern_error *error)
{
    tern_environment_settings settings = tern_settings_environment(options);
    const tern_demand demand = tern_planning_demand(plan);
    tern_environment environment;
    char id[TERN_ID_BYTES];

    settings.strict = false;
    const tern_status status =
        tern_environment_open(&environment, &settings, &demand, session->isa, &session->run, error);
    for (size_t i = 0; i < plan->count && status == TERN_OK; i++)
        printf("%s\n", tern_case_id(&plan->cases[i].c, id, sizeof id));
    tern_environment_close(&environment);
    return status;
}

static tern_planning_settings planning_settings(const tern_options *options, bool timed)
{
    return (tern_planning_settings){
        .suite = options->arguments.item,
        .suites = options->arguments.count,
        .axis = options->axes.name,
        .values = options->axes.values,
        .axes = options->axes.count,
        .filter = options->filter,
        .timed = timed,
        .interleave = options->interleave,
        .edges = !timed && !options->no_edges,
        .deep = !timed && options->deep,
    };
}

/* A format that a suite wishes for must be there even where --format says otherwise. */
static tern_status settle(tern_options *options, const tern_wishes *wishes, bool timed, tern_error *error)
{
    const tern_report *format = wishes->format[0] == '\0' ? NULL : tern_report_find(wishes->format);

    if (format == NULL && wishes->format[0] != '\0')
        return tern_error_set(error, TERN_USAGE, "suite %s wishes for the format '%s', and there is none",
                              wishes->suite, wishes->format);
    if (timed && options->counters == NULL && wishes->counters[0] != '\0')
        options->counters = wishes->counters;
    tern_options_settle(options, timed ? format : NULL, wishes->budget_s);
    return TERN_OK;
}

static int run_suites(const tern_options *given, bool timed, tern_error *error)
{
    const tern_session_settings settings = tern_settings_session(given);
    const tern_planning_settings planning = planning_settings(given, timed);
    tern_options options = *given;
    tern_session session;
    tern_plan plan = {0};
    tern_wishes wishes;
    tern_status status = tern_session_open(&session, &settings, error);

    if (status == TERN_OK)
        status = tern_planning_suites(&plan, &session, &planning, &wishes, error);
    if (status == TERN_OK)
        status = settle(&options, &wishes, timed, error);
    if (status == TERN_OK && options.shard.of > 0)
        status = tern_planning_shard(&plan, &session, options.shard, options.budget_s, error);
    int exit_status = (int)status;
    if (status == TERN_OK && options.list)
        exit_status = (int)list(&options, &session, &plan, error);
    else if (status == TERN_OK)
        exit_status = tern_cases_run(&options, &session, &plan, error);
    tern_plan_free(&plan);
    tern_session_close(&session);
    return exit_status;
}

int tern_command_run(const tern_options *options, tern_error *error)
{
    return run_suites(options, true, error);
}

int tern_command_check(const tern_options *options, tern_error *error)
{
    return run_suites(options, false, error);
}
