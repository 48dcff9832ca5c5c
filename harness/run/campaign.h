/*
 * campaign.h - goes through a plan: check, measure, record. Shared by run, check and repro.
 */
#ifndef TERN_CAMPAIGN_H
#define TERN_CAMPAIGN_H

#include "record/results.h"
#include "run/session.h"

/*
 * Runs every case of the session's plan and writes records, progress, failures and the closing summary. A case that
 * is not EXACT is not timed. Ctrl-C and SIGTERM end it after the closing line is written. Returns the exit status,
 * which may be 128 + signal.
 */
int tern_campaign_run(tern_session *session);

#endif
