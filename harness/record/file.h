/*
 * file.h - a file of records, JSON Lines. A line is written and flushed whole, so that whatever ends the run, the
 * file reads up to its last line.
 */
#ifndef TERN_FILE_H
#define TERN_FILE_H

#include "base/error.h"
#include "record/line.h"

#include <stdio.h>

/* Writes one line; value is its struct. TERN_ENVIRONMENT when the disk is full or the stream is closed. */
tern_status tern_file_write(FILE *stream, tern_line line, const void *value, tern_error *error);

/*
 * What a reader does with a line. Owned arrays of the value become its own, whatever it returns. Another status than
 * TERN_OK ends the reading with it.
 */
typedef tern_status tern_file_visit(void *context, tern_line line, void *value, tern_error *error);

/*
 * What a copier does with a line: its struct, which stays the reader's, and its text without an end. value is NULL for
 * a line of a type that is not known.
 */
typedef tern_status tern_file_take(void *context, tern_line line, const void *value, const char *text, size_t length,
                                   tern_error *error);

/* What a file holds. */
typedef struct tern_file_extent {
    size_t lines;       /* whole ones */
    size_t whole_bytes; /* up to the end of the last of them */
    bool cut;           /* a line that is not whole follows, and was passed over */
    bool begun;         /* which is the first of a file of records that ended there */
} tern_file_extent;

/*
 * Reads a stream as tern_file_read() does; path is its name in messages. That it holds no line is no error.
 */
tern_status tern_file_read_stream(FILE *stream, const char *path, tern_file_visit *visit, void *context,
                                  tern_file_extent *extent, tern_error *error);

/*
 * Reads a file, or standard input for "-", in its order, blank lines, CRLF and the mark of UTF-8 passed over; lines of
 * a type that is not known are passed over. *cut: the last line was not whole, and was passed over. TERN_USAGE names
 * file and line: it cannot be opened, a line other than the last is no JSON, the schema is another one, the first line
 * is no fingerprint.
 */
tern_status tern_file_read(const char *path, tern_file_visit *visit, void *context, bool *cut, tern_error *error);

/* Reads a file as tern_file_read() does, for who wants lines as they stand, whatever this version knows of them. */
tern_status tern_file_copy(const char *path, tern_file_take *take, void *context, bool *cut, tern_error *error);

#endif
