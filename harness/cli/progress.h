/*
 * progress.h - how far a run of cases has come, on standard error: a bar with the time left on a terminal, plain lines
 * otherwise; and what is wrong with a case, as soon as it is known: of the first few of a kernel, or with --verbose of
 * all.
 */
#ifndef TERN_PROGRESS_H
#define TERN_PROGRESS_H

#include "cli/failures.h"
#include "cli/options.h"
#include "run/observer.h"

typedef struct tern_progress {
    bool quiet, verbose, terminal;
    const tern_run *run;
    tern_failures failures;
    size_t total, done;
    double expected_s;      /* of all cases, by a guess that is corrected as the run goes on */
    double expected_done_s; /* of those done */
    double expected_now_s;  /* of what runs now, since now_started_s */
    double now_started_s;
    double started_s;
    double last_s; /* when something was last written */
    unsigned turns;
} tern_progress;

/* The observer of a run; progress must outlive it. End it with tern_progress_end(). */
tern_observer tern_progress_observer(tern_progress *progress, const tern_options *options);

/* The run has ended: says how many more cases were wrong. */
void tern_progress_end(tern_progress *progress);

#endif
