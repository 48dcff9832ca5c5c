/*
 * side_watcher.h - who is told while a side is made.
 */
#ifndef TERN_SIDE_WATCHER_H
#define TERN_SIDE_WATCHER_H

#include "base/child.h"

/* Who is told of what takes long, and may end it. */
typedef struct tern_side_watcher {
    void (*say)(void *context, const char *sentence); /* may be NULL */
    tern_child_tick *tick;                            /* false ends it; may be NULL */
    void *context;
} tern_side_watcher;

#endif
