/*
 * sink.h - where the records of a run go: the jsonl files line by line, everything else when the run has ended.
 */
#ifndef TERN_SINK_H
#define TERN_SINK_H

#include "cli/options.h"
#include "record/results.h"

typedef struct tern_sink {
    const tern_options *options;
    FILE *stream[TERN_OPTION_LIST]; /* one an output; NULL unless it is written line by line */
    tern_results results;           /* with those of an earlier part of a resumed run */
} tern_sink;

/*
 * Opens the files. With --resume the records of the first jsonl file that exists are taken over and new ones are
 * appended to it; a line that was cut off is removed first. Otherwise an existing file is replaced.
 */
tern_status tern_sink_open(tern_sink *sink, const tern_options *options, const tern_run *run, tern_error *error);

/* Whether an earlier part of the run has a record of that id. */
bool tern_sink_has(const tern_sink *sink, const char *id);

/* Takes a copy of a line of the run, and writes it to the jsonl files. */
tern_status tern_sink_add(tern_sink *sink, tern_line line, const void *value, tern_error *error);

/* Writes the closing line and all other outputs, standard output last. */
tern_status tern_sink_close(tern_sink *sink, const tern_run_end *end, tern_error *error);

void tern_sink_free(tern_sink *sink);

#endif
