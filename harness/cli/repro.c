/*
 * ternbench repro: one case by its id.
 */
#include "cli/command.h"
#include "run/campaign.h"

static tern_status plan_id(tern_session *session, const char *id, tern_error *error)
{
    tern_case c;
    const tern_status status = tern_case_parse(&c, id, session->registry, error);

    if (status != TERN_OK)
        return status;
    if ((c.kernel->isa & ~session->plan.isa) != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "kernel '%s' needs more than --isa %s on this processor offers",
                              c.kernel->name, session->options->isa);
    return tern_plan_add(&session->plan, &c, "repro", "repro", error);
}

int tern_command_repro(const tern_options *given, tern_error *error)
{
    tern_options options = *given;
    tern_session session;

    tern_options_settle(&options, NULL, 0.0);
    tern_status status = tern_session_open(&session, &options, true, error);
    for (size_t i = 0; i < options.arguments.count && status == TERN_OK; i++)
        status = plan_id(&session, options.arguments.item[i], error);
    session.run.cases = (uint32_t)session.plan.count;
    const int exit_status = status == TERN_OK ? tern_campaign_run(&session) : (int)status;
    tern_session_close(&session);
    return exit_status;
}
