/*
 * output.h - where the reports of a command go: files, and standard output. All files are opened before anything runs,
 * and one that cannot be written keeps no other from being written.
 */
#ifndef TERN_OUTPUT_H
#define TERN_OUTPUT_H

#include "base/outfile.h"
#include "cli/options.h"

#include <jansson.h>

/* One for each --out. */
typedef struct tern_output_files {
    tern_outfile file[TERN_OPTION_LIST];
} tern_output_files;

/*
 * Opens what --out asks for, and lets the options point to it. Files of records that a run writes line by line are its
 * own: `lines` says whether they are opened, too; those that are open stay so. End with tern_output_close(), whatever
 * is returned.
 */
tern_status tern_output_open(tern_output_files *files, tern_options *options, bool lines, tern_error *error);

/* Files that nothing was written to stay as they were. */
void tern_output_close(tern_output_files *files);

/*
 * Writes what is open, and then to standard output what --format asks for, or, where that is NULL, which files are
 * there. The sentence says of each file that could not be written why.
 */
tern_status tern_output_all(const tern_options *options, const tern_results *results, tern_error *error);

/* TERN_USAGE: a format is none that a document can be written in, as below; to be asked before anything is measured. */
tern_status tern_output_expect_plain(const tern_options *options, tern_error *error);

/* The same for a document, by the writer that each format's name alone means. TERN_USAGE: it means none. */
tern_status tern_output_document(const tern_options *options, const tern_document *document, tern_error *error);

/*
 * For commands that draw no report: takes the JSON and writes it. TERN_ENVIRONMENT: there was no memory for it, or it
 * is NULL; what is that, for the sentence. Errors of the stream show in ferror().
 */
tern_status tern_output_json(json_t *json, const char *what, FILE *stream, tern_error *error);

/* A line for each --out that is where it belongs: "csv: FILE". */
void tern_output_tell(const tern_options *options);

/*
 * At the end of every command: when standard output did not take all, says so on standard error, and an exit status of
 * TERN_OK becomes TERN_ENVIRONMENT.
 */
int tern_output_end(const char *program, int exit_status);

#endif
