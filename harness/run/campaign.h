/*
 * campaign.h - goes through a plan: resolve `auto`, check, measure, record. What run, check and repro do.
 */
#ifndef TERN_CAMPAIGN_H
#define TERN_CAMPAIGN_H

#include "run/recording.h"

typedef struct tern_campaign_settings {
    tern_recording_settings recording;
    double deadline_s; /* of one case, on top of what its size needs */
    double budget_s;   /* for the samples of one case */
    double total_s;    /* of the run; 0 = none */
    uint32_t min_samples;
} tern_campaign_settings;

/*
 * Runs every case of the plan; one that is not EXACT is not timed. Cases whose kernel is left open get the fastest one
 * first, and the reason. Returns the exit status; recording as tern_recording_run() says.
 */
int tern_campaign_run(tern_recording *recording, const tern_campaign_settings *settings, tern_session *session,
                      tern_plan *plan, const tern_observer *observer, tern_error *error);

#endif
