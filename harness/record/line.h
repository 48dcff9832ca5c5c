/*
 * line.h - the types of lines in a file of records, one row each.
 *
 * A new type of line is a struct whose first member is its run, a table of its fields, a list in tern_results, a name
 * in the enum, and a row each in line.c and results.c.
 */
#ifndef TERN_LINE_H
#define TERN_LINE_H

#include "record/fields.h"

#include <stdint.h>

typedef enum tern_line {
    TERN_LINE_RUN,
    TERN_LINE_CASE,
    TERN_LINE_DECODE,
    TERN_LINE_END,
    TERN_LINE_COMPARED,
    TERN_LINE_PAIR,
    TERN_LINE_ARM,
    TERN_LINE_STEP,
    TERN_LINE_POINT,
    TERN_LINE_REMEASURED,
    TERN_LINE_TRIED,
    TERN_LINES
} tern_line;

typedef struct tern_line_type {
    const char *name; /* the "type" of its JSON */
    size_t bytes;     /* of its struct */
    const tern_field *fields;
    size_t run; /* offset of the uint32_t index of its run; a run has none */
    size_t id;  /* offset of its id; 0: it has none */
    /* The key of a member that holds what nobody writes there, or NULL; where there is no such member, NULL itself. */
    const char *(*wrong)(const void *value);
} tern_line_type;

/* By tern_line. */
extern const tern_line_type tern_line_types[TERN_LINES];

/* The run of a line's struct, which must not be a run itself. */
uint32_t tern_line_run(tern_line line, const void *value);

/* TERN_LINES when there is none of that name. */
tern_line tern_line_find(const char *name);

#endif
