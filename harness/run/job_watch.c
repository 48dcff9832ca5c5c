#include "run/job_watch.h"

#include "base/text.h"

bool tern_job_watch_tick(void *context)
{
    const tern_job_watch *watch = context;
    tern_activity *activity = watch->activity;
    const tern_job_stage stage = (tern_job_stage)atomic_load(&watch->progress->stage);
    const double share = 1e-3 * atomic_load(&watch->progress->permille);

    if (watch->parts > 0) {
        activity->share = (watch->part + (stage == TERN_JOB_DECODING ? share : 0.0)) / watch->parts;
    } else {
        tern_text_copy(activity->what, sizeof activity->what, tern_job_stage_name(stage));
        activity->share = share;
    }
    return tern_activity_tick(activity);
}
