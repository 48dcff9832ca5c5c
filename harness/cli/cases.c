#include "cli/cases.h"

#include "cli/announce.h"
#include "cli/progress.h"
#include "cli/settings.h"
#include "run/campaign.h"

int tern_cases_run(const tern_options *options, tern_session *session, tern_plan *plan, tern_error *error)
{
    const tern_campaign_settings settings = {
        .recording = tern_settings_recording(options),
        .deadline_s = options->deadline_s,
        .budget_s = options->budget_s,
        .total_s = options->total_s,
        .min_samples = options->min_samples,
    };
    tern_recording recording = {0};
    tern_progress progress;
    const tern_observer observer = tern_progress_observer(&progress, options);
    const int ran = tern_campaign_run(&recording, &settings, session, plan, &observer, error);

    tern_progress_end(&progress);
    return tern_announce_close(options, &recording, ran, error);
}
