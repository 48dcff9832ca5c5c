/*
 * cases.h - a plan of cases from beginning to end, as run, check and repro show it.
 */
#ifndef TERN_CASES_H
#define TERN_CASES_H

#include "cli/options.h"
#include "plan/plan.h"
#include "run/session.h"

/* Runs the plan, with progress, reports and summary. The options are settled. Returns the exit status. */
int tern_cases_run(const tern_options *options, tern_session *session, tern_plan *plan, tern_error *error);

#endif
