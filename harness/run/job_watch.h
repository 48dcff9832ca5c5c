/*
 * job_watch.h - passes on what a child that decodes tells of how far it is.
 */
#ifndef TERN_JOB_WATCH_H
#define TERN_JOB_WATCH_H

#include "decode/loop/job.h"
#include "run/observer.h"

typedef struct tern_job_watch {
    tern_activity *activity;
    tern_job_progress *progress;
    /* One of several parts of something that has a name: how much of all is decoded is what is told. 0: it is alone. */
    uint32_t part, parts;
} tern_job_watch;

/* A tern_child_tick; its context is a tern_job_watch. */
bool tern_job_watch_tick(void *watch);

#endif
