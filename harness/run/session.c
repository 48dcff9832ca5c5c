#include "run/session.h"

#include "base/text.h"
#include "machine/isa.h"
#include "run/picker.h"

#include <stdlib.h>
#include <string.h>

static tern_status load_plugins(tern_session *session, tern_error *error)
{
    const char *path = getenv("TERNBENCH_PLUGIN_PATH");
    tern_status status = TERN_OK;

    for (size_t i = 0; i < session->options->plugins.count && status == TERN_OK; i++)
        status = tern_registry_load(session->registry, session->options->plugins.item[i], error);
    if (status == TERN_OK && path != NULL)
        status = tern_registry_load_path(session->registry, path, error);
    return status;
}

static tern_status compile_filter(tern_session *session, tern_error *error)
{
    const char *text = session->options->filter;
    char reason[128];

    if (text == NULL)
        return TERN_OK;
    session->plan.filter_negated = text[0] == '-';
    const int code = regcomp(&session->filter, text + session->plan.filter_negated, REG_EXTENDED | REG_NOSUB);
    if (code != 0) {
        regerror(code, &session->filter, reason, sizeof reason);
        return tern_error_set(error, TERN_USAGE, "--filter '%s': %s", text, reason);
    }
    session->has_filter = true;
    session->plan.filter = &session->filter;
    return TERN_OK;
}

/* Fills the parts of the fingerprint that follow from the options. */
static void describe(tern_session *session)
{
    tern_run *run = &session->run;

    tern_run_describe(run, session->options->argc, session->options->argv);
    tern_isa_text(tern_isa_detect(), run->isa, sizeof run->isa);
    tern_isa_cap_text(session->options->isa, run->isa_cap, sizeof run->isa_cap);
    tern_text_copy(run->repro, sizeof run->repro, "ternbench repro");
    for (size_t i = 0; i < session->options->plugins.count; i++)
        tern_text_append(run->repro, sizeof run->repro, " --plugin %s", session->options->plugins.item[i]);
    session->plan.threads_all = run->cpus_allowed < TERN_MAX_THREADS ? run->cpus_allowed : TERN_MAX_THREADS;
}

tern_status tern_session_open(tern_session *session, const tern_options *options, bool timed, tern_error *error)
{
    uint32_t cap;
    tern_status status;

    memset(session, 0, sizeof *session);
    session->options = options;
    session->plan.timed = timed;
    session->plan.interleave = options->interleave;
    if ((status = tern_isa_cap(options->isa, &cap, error)) != TERN_OK ||
        (status = compile_filter(session, error)) != TERN_OK ||
        (status = tern_registry_new(&session->registry, error)) != TERN_OK ||
        (status = load_plugins(session, error)) != TERN_OK)
        return status;
    session->plan.isa = cap & tern_isa_detect();
    describe(session);
    return TERN_OK;
}

/* The first suite that wishes for something gets it. */
static tern_status take_wishes(tern_session *session, const tern_suite *suite, tern_error *error)
{
    const tern_kernel *baseline = tern_registry_find(session->registry, suite->baseline);

    if (session->run.baseline[0] == '\0')
        tern_text_copy(session->run.baseline, sizeof session->run.baseline,
                       baseline == NULL ? suite->baseline : baseline->name);
    if (session->budget_s == 0.0)
        session->budget_s = suite->budget_s;
    if (session->format != NULL || suite->format[0] == '\0')
        return TERN_OK;
    session->format = tern_report_find(suite->format);
    return session->format != NULL
               ? TERN_OK
               : tern_error_set(error, TERN_USAGE, "suite %s wishes for the format '%s', and there is none",
                                suite->name, suite->format);
}

static tern_status plan_suite(tern_session *session, const char *path, tern_error *error)
{
    const tern_options *options = session->options;
    tern_suite suite;
    tern_status status = tern_suite_read(&suite, path, session->registry, error);

    for (size_t i = 0; i < options->axes.count && status == TERN_OK; i++)
        status = tern_suite_override(&suite, options->axes.name[i], options->axes.values[i], session->registry, error);
    if (status == TERN_OK)
        status = tern_plan_add_suite(&session->plan, &suite, session->registry, error);
    if (status == TERN_OK)
        status = take_wishes(session, &suite, error);
    tern_suite_free(&suite);
    return status;
}

tern_status tern_session_plan_suites(tern_session *session, bool edges, tern_error *error)
{
    tern_status status = TERN_OK;
    tern_picker picker;

    tern_picker_init(&picker, session);
    session->plan.pick = tern_picker_pick;
    session->plan.pick_context = &picker;
    for (size_t i = 0; i < session->options->arguments.count && status == TERN_OK; i++)
        status = plan_suite(session, session->options->arguments.item[i], error);
    tern_picker_close(&picker);
    session->plan.pick = NULL;
    if (status == TERN_OK && edges)
        status = tern_plan_add_edges(&session->plan, error);
    if (status != TERN_OK)
        return status;
    tern_text_copy(session->run.left_out, sizeof session->run.left_out, session->plan.left_out);
    session->run.cases = (uint32_t)session->plan.count;
    if (session->plan.count > 0)
        return TERN_OK;
    if (session->plan.left_out[0] != '\0')
        return tern_error_set(error, TERN_NOTHING,
                              "nothing to run: %s need more than --isa %s on this processor offers",
                              session->plan.left_out, session->options->isa);
    return tern_error_set(error, TERN_NOTHING, "nothing to run: no case of the suites passes --filter '%s'",
                          session->options->filter == NULL ? "" : session->options->filter);
}

void tern_session_close(tern_session *session)
{
    tern_plan_free(&session->plan);
    if (session->has_filter)
        regfree(&session->filter);
    tern_registry_free(session->registry);
}
