/*
 * announce.h - what a campaign says before it begins, to standard error, and at its end, to standard output.
 */
#ifndef TERN_ANNOUNCE_H
#define TERN_ANNOUNCE_H

#include "run/session.h"

/* What is going to run, what `auto` stands for, what was left out, and what would spoil the figures. */
void tern_announce_plan(const tern_session *session, double expected_s);

/* How many cases ended how, and where the records are. */
void tern_announce_end(const tern_session *session, const tern_run_end *end);

#endif
