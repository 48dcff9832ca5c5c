/*
 * counter_pfm.h - events by the names of libpfm4, which follow the manuals of each processor.
 */
#ifndef TERN_COUNTER_PFM_H
#define TERN_COUNTER_PFM_H

#include "measure/counter_event.h"

/* Fills event. Returns NULL, or why not: libpfm4's own words, or that the build has none. */
const char *tern_pfm_find(tern_event *event, const char *name);

#endif
