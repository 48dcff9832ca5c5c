/*
 * history.h - what the commands on a history have in common.
 */
#ifndef TERN_CLI_HISTORY_H
#define TERN_CLI_HISTORY_H

#include "cli/options.h"
#include "record/results.h"

/* Reads the history that the options name, what passes --filter of it. Free results, whatever is returned. */
tern_status tern_history_open(const tern_options *options, tern_results *results, tern_error *error);

#endif
