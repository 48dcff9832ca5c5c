/*
 * counter_find.h - what can be counted, by name: the usual events that every Linux knows, and those of libpfm4 where
 * the build has it.
 */
#ifndef TERN_COUNTER_FIND_H
#define TERN_COUNTER_FIND_H

#include "base/error.h"
#include "measure/counter_event.h"

/*
 * Finds an event by name, in upper or lower case. Says nothing about whether this machine can count it: libpfm4 takes
 * a PMU for present by the processor's name, even where a hypervisor has none. TERN_USAGE: no such event.
 */
tern_status tern_event_find(tern_event *event, const char *name, tern_error *error);

#endif
