/*
 * ini.h - text files of `key = value` lines in [sections]: suites, models, rules.
 */
#ifndef TERN_INI_H
#define TERN_INI_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What a reader does with a line. goes_on: the line begins with a blank, and its text goes on with the value of the
 * line before it, whose key it has. Another status than TERN_OK ends the reading with it; the sentence need not say
 * where.
 */
typedef tern_status tern_ini_visit(void *context, const char *section, const char *key, const char *value, bool goes_on,
                                   tern_error *error);

/*
 * Reads a file; what is "suite" or "model", for messages. TERN_USAGE names file and line: it cannot be read, it is no
 * text, it is longer than a MiB, a line is none of the form, or longer than 198 bytes, a section's name is longer than
 * 49 or more than a comment follows it, a key stands in its section a second time, or visit refuses it.
 */
tern_status tern_ini_read(const char *path, const char *what, tern_ini_visit *visit, void *context, tern_error *error);

/* The same for text; path stands in messages. */
tern_status tern_ini_read_text(const char *text, const char *path, tern_ini_visit *visit, void *context,
                               tern_error *error);

enum { TERN_INI_NAME_BYTES = 50 }; /* of a section */

/* For a file that is a list: each section is a row. */
typedef struct tern_ini_rows {
    void *row; /* the first of them, all zero; a row begins with char[TERN_INI_NAME_BYTES], the name of its section */
    size_t bytes;  /* of one */
    size_t most;   /* that there is room for */
    size_t *count; /* that there are */
    tern_status (*take)(void *row, const char *key, const char *value, tern_error *error);
} tern_ini_rows;

/* The visit for it; context is the tern_ini_rows. Refuses lines that go on with another. */
tern_ini_visit tern_ini_take_row;

#endif
