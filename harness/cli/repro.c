/*
 * ternbench repro: one case by its id.
 */
#include "cli/command.h"
#include "run/campaign.h"

#include <stdio.h>

int tern_command_repro(int argc, char **argv)
{
    tern_options options;
    tern_session session;
    tern_error error = {""};
    tern_case c;
    int exit_status;

    tern_options_init(&options);
    tern_options_parse(&options, argc, argv, "ID...",
                       "Checks the cases of these ids again, and times those that were timed.");
    tern_status status = tern_session_open(&session, &options, true, argc, argv, &error);
    for (size_t i = 0; i < options.arguments && status == TERN_OK; i++) {
        status = tern_case_parse(&c, options.argument[i], session.registry, &error);
        if (status == TERN_OK && (c.kernel->isa & ~session.plan.isa) != 0)
            status = tern_error_set(&error, TERN_ENVIRONMENT,
                                    "kernel '%s' needs more than --isa %s on this processor offers", c.kernel->name,
                                    options.isa);
        if (status == TERN_OK)
            status = tern_plan_add(&session.plan, &c, "repro", "repro", &error);
    }
    session.run.cases = (uint32_t)session.plan.count;
    exit_status = (int)status;
    if (status != TERN_OK)
        fprintf(stderr, "%s: %s\n", argv[0], error.text);
    else
        exit_status = tern_campaign_run(&session);
    tern_session_close(&session);
    return exit_status;
}
