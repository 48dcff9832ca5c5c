/*
 * progress.h - how far a run has come, on standard error: a bar with the time left on a terminal, plain lines
 * otherwise.
 */
#ifndef TERN_PROGRESS_H
#define TERN_PROGRESS_H

#include "plan/plan.h"
#include "record/record.h"

typedef struct tern_progress {
    size_t total, done;
    double expected_s;      /* of all cases, by the model of tern_progress_expected() */
    double expected_done_s; /* of those done */
    double expected_now_s;  /* of what runs now, since now_started_s */
    double now_started_s;
    double started_s;
    const char *now; /* id of the case under way */
    bool terminal, quiet, verbose;
    double last_s; /* when something was last written */
    unsigned turns;
} tern_progress;

/* A guess at the seconds that one case takes, to weigh cases against each other. It is corrected as the run goes on. */
double tern_progress_expected(const tern_planned *planned, double budget_s);

/* Whether standard error can show a line that changes. */
bool tern_progress_terminal(void);

/* Monotonic seconds. */
double tern_progress_clock(void);

void tern_progress_begin(tern_progress *progress, const tern_plan *plan, double budget_s, bool quiet, bool verbose);
/* What runs now, one case or a race, and a guess at its seconds. */
void tern_progress_start(tern_progress *progress, const char *id, double expected_s);
void tern_progress_tick(tern_progress *progress);
void tern_progress_finish(tern_progress *progress, const tern_record *record, double expected_s);

/* Takes the bar off the screen, before anything else is written. */
void tern_progress_clear(tern_progress *progress);

#endif
