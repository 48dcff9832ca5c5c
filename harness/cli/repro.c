/*
 * ternbench repro: cases, or one decode run, by their ids.
 */
#include "cli/cases.h"
#include "cli/command.h"
#include "cli/decoding.h"
#include "cli/settings.h"
#include "cli/together.h"
#include "decode/loop/job_id.h"
#include "run/planning.h"

static int repro_decode(const tern_options *given, tern_session *session, tern_error *error)
{
    tern_options options = *given;
    tern_decode_settings settings = {.with_baseline = false};
    tern_parsed_job parsed;

    if (options.arguments.count > 1)
        return (int)tern_error_set(error, TERN_USAGE, "the id of a decode run stands alone; give one at a time");
    tern_status status = tern_together_check_decode_id(&options, error);
    if (status == TERN_OK)
        status = tern_decode_id_parse(&parsed, options.arguments.item[0], session->registry, error);
    if (status != TERN_OK)
        return (int)status;
    tern_options_settle(&options, tern_report_find("decode"), 0.0);
    settings.job = parsed.job;
    return tern_decoding_run(&options, &settings, session, NULL, error);
}

static int repro_cases(const tern_options *given, tern_session *session, tern_error *error)
{
    tern_options options = *given;
    tern_plan plan = {0};
    const tern_status status =
        tern_planning_ids(&plan, session, options.arguments.item, options.arguments.count, options.interleave, error);

    tern_options_settle(&options, NULL, 0.0);
    const int exit_status = status == TERN_OK ? tern_cases_run(&options, session, &plan, error) : (int)status;
    tern_plan_free(&plan);
    return exit_status;
}

int tern_command_repro(const tern_options *options, tern_error *error)
{
    const tern_session_settings settings = tern_settings_session(options);
    bool decodes = false;
    tern_session session;
    const tern_status status = tern_session_open(&session, &settings, error);

    for (size_t i = 0; i < options->arguments.count; i++)
        decodes = decodes || tern_decode_id_is(options->arguments.item[i]);
    const int exit_status = status != TERN_OK ? (int)status
                            : decodes         ? repro_decode(options, &session, error)
                                              : repro_cases(options, &session, error);
    tern_session_close(&session);
    return exit_status;
}
