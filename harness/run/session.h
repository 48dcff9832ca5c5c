/*
 * session.h - what every subcommand that runs cases has in common: kernels, plug-ins, ISA cap, the plan.
 */
#ifndef TERN_SESSION_H
#define TERN_SESSION_H

#include "cli/options.h"
#include "plan/plan.h"
#include "record/run.h"

typedef struct tern_session {
    const tern_options *options;
    tern_registry *registry;
    tern_plan plan;
    regex_t filter;
    bool has_filter;
    tern_run run;
    const tern_report *format; /* what the suites wish standard output to get; NULL = no wish */
    double budget_s;           /* 0 = no wish */
} tern_session;

/* Loads plug-ins (of --plugin, then of TERNBENCH_PLUGIN_PATH), applies --isa and --filter, describes the run. */
tern_status tern_session_open(tern_session *session, const tern_options *options, bool timed, tern_error *error);

/*
 * Reads the suites that the options name and expands them into the plan, with edge cases when they are wanted. Times
 * kernels when a suite that is to be timed asks for `auto`.
 */
tern_status tern_session_plan_suites(tern_session *session, bool edges, tern_error *error);

void tern_session_close(tern_session *session);

#endif
