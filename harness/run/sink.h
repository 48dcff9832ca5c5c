/*
 * sink.h - where the records of a run go: into memory, and line by line into files, so that whatever ends the run
 * loses nothing.
 */
#ifndef TERN_SINK_H
#define TERN_SINK_H

#include "record/results.h"

#include <stdio.h>

enum { TERN_SINK_FILES = 32 };

typedef struct tern_sink_settings {
    const char *path[TERN_SINK_FILES]; /* of files of JSON Lines */
    size_t paths;
    bool resume; /* go on where the only file ends */
} tern_sink_settings;

typedef struct tern_sink {
    const tern_sink_settings *settings;
    FILE *stream[TERN_SINK_FILES];
    tern_results results; /* with those of an earlier part of a resumed run */
} tern_sink;

/*
 * Opens the files; what is in them is replaced when the run begins. To resume, the records of the file are taken over and new ones are
 * appended to it; a line that was cut off is removed first. settings must outlive the sink. Free with
 * tern_sink_free(), whatever is returned.
 */
tern_status tern_sink_open(tern_sink *sink, const tern_sink_settings *settings, tern_error *error);

/* The first line of a run, unless an earlier part of it is there. Before anything is added. */
tern_status tern_sink_begin(tern_sink *sink, const tern_run *run, tern_error *error);

/* The record of that id, of an earlier part or of this one; NULL: there is none. */
const tern_record *tern_sink_find(const tern_sink *sink, const char *id);

/* Takes a copy of a line, and writes it. */
tern_status tern_sink_add(tern_sink *sink, tern_line line, const void *value, tern_error *error);

void tern_sink_free(tern_sink *sink);

#endif
