#include "run/observer.h"

#include "base/interrupt.h"
#include "base/text.h"

#include <math.h>

void tern_activity_say(tern_activity *activity, const char *what)
{
    tern_text_copy(activity->what, sizeof activity->what, what);
    activity->share = (double)NAN;
    tern_activity_tick(activity);
}

void tern_activity_warn(tern_activity *activity, const char *sentence)
{
    const tern_observer *observer = activity->observer;

    if (observer->warn != NULL && !activity->has_warned)
        observer->warn(observer->context, sentence);
    activity->has_warned = true;
}

bool tern_activity_tick(void *context)
{
    const tern_activity *activity = context;
    const tern_observer *observer = activity->observer;

    if (observer->tick != NULL)
        observer->tick(observer->context, activity->what, activity->share);
    return tern_interrupt_signal() == 0;
}

tern_child_options tern_activity_child(tern_activity *activity, double deadline_s)
{
    return (tern_child_options){.deadline_s = deadline_s, .tick = tern_activity_tick, .tick_context = activity};
}

static void say(void *activity, const char *sentence)
{
    tern_activity_say(activity, sentence);
}

tern_side_watcher tern_activity_watcher(tern_activity *activity)
{
    activity->share = (double)NAN;
    return (tern_side_watcher){.say = say, .tick = tern_activity_tick, .context = activity};
}
