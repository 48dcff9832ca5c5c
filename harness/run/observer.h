/*
 * observer.h - whom a run tells how far it has come. What is told is shown, or not, by the caller; a run prints
 * nothing.
 */
#ifndef TERN_OBSERVER_H
#define TERN_OBSERVER_H

#include "base/child.h"
#include "plan/plan.h"
#include "record/record.h"
#include "record/run.h"
#include "run/side.h"

/* Any function may be NULL. Strings and structs live until the next call at least. */
typedef struct tern_observer {
    void *context;
    /* All is known but the results. plan is NULL when what runs is no plan of cases. */
    void (*begin)(void *context, const tern_run *run, const tern_plan *plan);
    /* One case, or those that are sampled in turns, run now. */
    void (*start)(void *context, const tern_planned *const *planned, size_t count);
    /* About ten times a second: what is done at the moment, and how much of it, 0..1; NaN: not known. */
    void (*tick)(void *context, const char *what, double share);
    /* A case has its record. record is NULL when an earlier part of a resumed run has it. */
    void (*finish)(void *context, const tern_planned *planned, const tern_record *record);
    /* Something is not as it might be, and the run goes on. */
    void (*warn)(void *context, const char *sentence);
} tern_observer;

/* What is done at the moment, and who is told. */
typedef struct tern_activity {
    const tern_observer *observer;
    char what[512]; /* its beginning */
    double share;
    bool has_warned;
} tern_activity;

/* Says what begins, and tells at once. */
void tern_activity_say(tern_activity *activity, const char *what);

/* Passes a warning on, the first one of the activity: others of a run say the same. */
void tern_activity_warn(tern_activity *activity, const char *sentence);

/* A tern_child_tick: tells, and is false once the program was asked to end. */
bool tern_activity_tick(void *activity);

/* For a child that does what the activity says. */
tern_child_options tern_activity_child(tern_activity *activity, double deadline_s);

/* For a side that is made: its sentences are what is done at the moment. The activity must outlive it. */
tern_side_watcher tern_activity_watcher(tern_activity *activity);

#endif
