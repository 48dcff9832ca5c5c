/*
 * output.h - a report written to a file.
 */
#ifndef TERN_OUTPUT_H
#define TERN_OUTPUT_H

#include "cli/options.h"

/* Replaces the file. TERN_USAGE when it cannot be opened, TERN_ENVIRONMENT when it cannot be written. */
tern_status tern_output_write(const tern_output *output, const tern_results *results, tern_error *error);

#endif
