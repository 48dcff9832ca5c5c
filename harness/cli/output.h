/*
 * output.h - where the reports of a command go: files, and standard output.
 */
#ifndef TERN_OUTPUT_H
#define TERN_OUTPUT_H

#include "cli/options.h"

/* Replaces the file. TERN_USAGE when it cannot be opened, TERN_ENVIRONMENT when it cannot be written. */
tern_status tern_output_write(const tern_output *output, const tern_results *results, tern_error *error);

/* The same for a document, by that writer. */
tern_status tern_output_write_document(const char *path, const tern_document *document, tern_writer *writer,
                                       tern_error *error);

/*
 * Writes what --out asks for, but for files that are written line by line when `lines` is false, and then what --format
 * asks for to standard output, even when a file could not be written.
 */
tern_status tern_output_all(const tern_options *options, bool lines, const tern_results *results, tern_error *error);

#endif
