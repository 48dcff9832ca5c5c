#include "measure/counter_event.h"

#include <string.h>

const char *tern_event_source_name(tern_event_source source)
{
    static const char *const names[] = {"pmu", "software", "getrusage"};

    return names[source];
}

bool tern_event_is_miss(const tern_event *event)
{
    return strcasestr(event->name, "miss") != NULL;
}
