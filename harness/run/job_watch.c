#include "run/job_watch.h"

bool tern_job_watch_tick(void *context)
{
    const tern_job_watch *watch = context;
    tern_activity *activity = watch->activity;

    if (!watch->named)
        activity->what = tern_job_stage_name((tern_job_stage)atomic_load(&watch->progress->stage));
    activity->share = 1e-3 * atomic_load(&watch->progress->permille);
    return tern_activity_tick(activity);
}
