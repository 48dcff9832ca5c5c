/*
 * sink.h - where the records of a run go: into memory, and line by line into files, so that whatever ends the run
 * loses nothing.
 */
#ifndef TERN_SINK_H
#define TERN_SINK_H

#include "base/outfile.h"
#include "record/results.h"

enum { TERN_SINK_FILES = 32 };

typedef struct tern_sink_settings {
    const char *path[TERN_SINK_FILES]; /* of files of JSON Lines */
    size_t paths;
    bool resume;   /* go on where the only file ends */
    bool is_whole; /* nothing goes on with an earlier part, and so no sentence says that it might */
} tern_sink_settings;

typedef struct tern_sink {
    const tern_sink_settings *settings;
    tern_outfile file[TERN_SINK_FILES];
    size_t whole_bytes;   /* of a file that is gone on with */
    bool cut;             /* there is more in it, of a line that is not whole */
    tern_results results; /* with those of an earlier part of a resumed run */
} tern_sink;

/*
 * Opens the files, which must be new or empty (TERN_USAGE). To resume, the records of the file are taken over and new
 * ones are appended to it, and what is in it stays, whatever it is; one that is empty is begun. settings must outlive
 * the sink. Free with tern_sink_free(), whatever is returned.
 */
tern_status tern_sink_open(tern_sink *sink, const tern_sink_settings *settings, tern_error *error);

/*
 * The first line of a run, before anything is added. It stands there already when an earlier part of the run does.
 * Where that part is of another run (tern_run_difference() says so), `alone` refuses to go on with it (TERN_USAGE);
 * otherwise the run gets a line of its own, and a warning that says so.
 */
tern_status tern_sink_begin(tern_sink *sink, tern_run *run, bool alone, tern_error *error);

/* The record of that id, of an earlier part or of this one; NULL: there is none, or it was ended from outside. */
const tern_record *tern_sink_find(const tern_sink *sink, const char *id);

/* Takes a copy of a line, and writes it. A file that cannot be written keeps no other from being written. */
tern_status tern_sink_add(tern_sink *sink, tern_line line, const void *value, tern_error *error);

/* Nothing more is added: all is on the disk when it returns. */
tern_status tern_sink_finish(tern_sink *sink, tern_error *error);

void tern_sink_free(tern_sink *sink);

#endif
