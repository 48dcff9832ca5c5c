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

/* What was said on the command line goes before what the suites wish. */
static void take_wishes(tern_options *options, const tern_session *session)
{
    if (!options->has_format && session->format != NULL && session->plan.timed)
        options->format = session->format;
    if (!options->has_budget && session->budget_s > 0.0)
        options->budget_s = session->budget_s;
}

static int go_through_suites(int argc, char **argv, bool timed, const char *doc)
{
    tern_options options;
    tern_session session;
    tern_error error = {""};
    int exit_status;

    tern_options_init(&options);
    tern_options_parse(&options, argc, argv, "SUITE...", doc);
    tern_status status = tern_session_open(&session, &options, timed, argc, argv, &error);
    if (status == TERN_OK)
        status = tern_session_plan_suites(&session, !timed && !options.no_edges, &error);
    exit_status = (int)status;
    if (status != TERN_OK) {
        fprintf(stderr, "%s: %s\n", argv[0], error.text);
    } else if (options.list) {
        print_list(&session.plan);
    } else {
        take_wishes(&options, &session);
        exit_status = tern_campaign_run(&session);
    }
    tern_session_close(&session);
    return exit_status;
}

int tern_command_run(int argc, char **argv)
{
    return go_through_suites(argc, argv, true, "Checks the cases of suites, then times those that are EXACT.");
}

int tern_command_check(int argc, char **argv)
{
    return go_through_suites(argc, argv, false,
                             "Checks the shapes and data of suites, and the edge cases of every kernel in them: "
                             "tails, primes, extreme values.");
}
