/*
 * file.h - a file of records, JSON Lines. A line is written and flushed whole, so that whatever ends the run, the
 * file reads up to its last line.
 */
#ifndef TERN_FILE_H
#define TERN_FILE_H

#include "base/error.h"
#include "record/decode.h"
#include "record/run.h"

#include <stdio.h>

/* Writes one line. TERN_ENVIRONMENT when the disk is full or the stream is closed. */
tern_status tern_file_write_run(FILE *stream, const tern_run *run, tern_error *error);
tern_status tern_file_write_record(FILE *stream, const tern_record *record, tern_error *error);
tern_status tern_file_write_decode(FILE *stream, const tern_decode_record *record, tern_error *error);
tern_status tern_file_write_end(FILE *stream, const tern_run_end *end, tern_error *error);

/*
 * What a reader does with each line. Any may be NULL. Returning another status than TERN_OK ends the reading with it.
 */
typedef struct tern_file_visitor {
    void *context;
    tern_status (*run)(void *context, const tern_run *run, tern_error *error);
    tern_status (*record)(void *context, const tern_record *record, tern_error *error);
    tern_status (*decode)(void *context, const tern_decode_record *record, tern_error *error);
    tern_status (*end)(void *context, const tern_run_end *end, tern_error *error);
} tern_file_visitor;

/* What was wrong with a file that could be read all the same. */
typedef struct tern_file_state {
    bool ended;           /* a closing line came last */
    bool cut;             /* the last line was not whole; it was passed over */
    long long good_bytes; /* length of the whole lines: where more may be appended */
} tern_file_state;

/*
 * Reads a file in its order. TERN_USAGE names file and line: it cannot be opened, a line other than the last is no
 * JSON, the schema is another one, the first line is no fingerprint.
 */
tern_status tern_file_read(const char *path, const tern_file_visitor *visitor, tern_file_state *state,
                           tern_error *error);

#endif
