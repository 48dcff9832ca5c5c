/*
 * announce.h - what a run says before it begins, to standard error, and at its end, to standard output.
 */
#ifndef TERN_ANNOUNCE_H
#define TERN_ANNOUNCE_H

#include "cli/options.h"
#include "plan/plan.h"
#include "run/recording.h"

/* What is going to run, what `auto` stands for, what was left out. */
void tern_announce_plan(const tern_run *run, const tern_plan *plan, double expected_s);

/* What would spoil the figures. */
void tern_announce_warnings(const tern_run *run);

/*
 * Takes the line that says what is being done off the screen, writes all reports of a run that has ended, and how it
 * ended. exit_status is the run's; returns the command's, which is another one when all was right but a report could
 * not be written.
 */
int tern_announce_end(const tern_options *options, const tern_recording *recording, int exit_status, tern_error *error);

/* The same at the end of a command that needs the recording no more, which is freed. */
int tern_announce_close(const tern_options *options, tern_recording *recording, int exit_status, tern_error *error);

#endif
