/*
 * ternbench run and ternbench check: they differ in what is done with a case, not in how they are called.
 */
#include "cli/command.h"
#include "run/campaign.h"

#include <stdio.h>

static void print_list(const tern_plan *plan)
{
    char id[TERN_ID_BYTES];

    for (size_t i = 0; i < plan->count; i++)
        printf("%s\n", tern_case_id(&plan->cases[i].c, id, sizeof id));
}

static int go_through_suites(const tern_options *given, bool timed, tern_error *error)
{
    tern_options options = *given;
    tern_session session;
    int exit_status;

    tern_status status = tern_session_open(&session, &options, timed, error);
    if (status == TERN_OK)
        status = tern_session_plan_suites(&session, !timed && !options.no_edges, error);
    exit_status = (int)status;
    if (status == TERN_OK && options.list) {
        print_list(&session.plan);
    } else if (status == TERN_OK) {
        tern_options_settle(&options, timed ? session.format : NULL, session.budget_s);
        exit_status = tern_campaign_run(&session);
    }
    tern_session_close(&session);
    return exit_status;
}

int tern_command_run(const tern_options *options, tern_error *error)
{
    return go_through_suites(options, true, error);
}

int tern_command_check(const tern_options *options, tern_error *error)
{
    return go_through_suites(options, false, error);
}
