/*
 * results.h - all that was read from any number of files, or recorded by one run: what a report is drawn from.
 *
 * Lines are kept by type, each in the order of its file, and each knows its run: for a case r of `results`, its
 * fingerprint is results->runs.item[r->run], and its closing line tern_results_end(results, r->run).
 */
#ifndef TERN_RESULTS_H
#define TERN_RESULTS_H

#include "base/error.h"
#include "base/filter.h"
#include "base/index.h"
#include "record/compared.h"
#include "record/decode.h"
#include "record/file.h"
#include "record/held.h"
#include "record/line.h"
#include "record/point.h"
#include "record/record.h"
#include "record/run.h"
#include "record/tried.h"

#include <stdio.h>

/* An array that grows; `list` is what code sees that serves every type of line. */
typedef struct tern_list {
    void *item;
    size_t count, capacity;
} tern_list;

/* Room for one more item of so many bytes. TERN_ENVIRONMENT when memory ran out. */
tern_status tern_list_make_room(tern_list *list, size_t bytes, tern_error *error);

#define TERN_LIST_OF(type)                                                                                             \
    union {                                                                                                            \
        tern_list list;                                                                                                \
        struct {                                                                                                       \
            type *item;                                                                                                \
            size_t count, capacity;                                                                                    \
        };                                                                                                             \
    }

/* Line `index` of its type. */
typedef struct tern_line_place {
    tern_line line;
    size_t index;
} tern_line_place;

/* What the kernel of that name is called today: the name itself, or a constant string. */
typedef const char *tern_name_today(const void *context, const char *kernel);

/* All zero: empty. Adding may move what is there, so keep indices across it, not pointers. */
typedef struct tern_results {
    /* Cases that are read of kernels which had another name get today's, in their id too. NULL: as they stand. */
    tern_name_today *name_today;
    const void *names; /* its context */
    TERN_LIST_OF(tern_run) runs;
    TERN_LIST_OF(tern_record) cases;
    TERN_LIST_OF(tern_decode_record) decodes;
    TERN_LIST_OF(tern_run_end) ends;
    TERN_LIST_OF(tern_compared) compared;
    TERN_LIST_OF(tern_pair) pairs;
    TERN_LIST_OF(tern_arm_record) arms;
    TERN_LIST_OF(tern_step) steps;
    TERN_LIST_OF(tern_point) points;
    TERN_LIST_OF(tern_remeasured) remeasured;
    TERN_LIST_OF(tern_tried) tried;
    TERN_LIST_OF(tern_line_place) order; /* of all lines, as they stood in the files */
    tern_index by_id;                    /* of places in order */
    tern_held held;                      /* of the last run, as the files have it */
} tern_results;

/*
 * Appends a copy of a line, or puts it in the place of a record of the last run that was INTERRUPTED: value is the
 * struct of its type. It becomes part of the last run, of which there must be one unless the line is a run.
 */
tern_status tern_results_add(tern_results *results, tern_line line, const void *value, tern_error *error);

/*
 * Appends the runs of a file with their records. The closing line of a run of which lines were lost says so. A line
 * that was cut off is passed over, and *cut, when not NULL, set.
 */
tern_status tern_results_read(tern_results *results, const char *path, bool *cut, tern_error *error);

/*
 * Reads only those cases and decode runs whose id passes the filter, and closing lines as if there had been no others;
 * NULL: all.
 */
tern_status tern_results_read_chosen(tern_results *results, const char *path, const tern_filter *filter, bool *cut,
                                     tern_error *error);

/* The same from a stream, whose name in messages is path. That there is no line in it is no error. */
tern_status tern_results_read_stream(tern_results *results, FILE *stream, const char *path, tern_file_extent *extent,
                                     tern_error *error);

/* Writes all lines in their order. Read again, they are the same results. */
tern_status tern_results_write(const tern_results *results, FILE *stream, tern_error *error);

/*
 * Steps through the lines of a type that have the id: cases and decode runs, in the order in which they were added.
 * *cursor is 0 at first; NULL when there are no more.
 */
const void *tern_results_find(const tern_results *results, tern_line line, const char *id, size_t *cursor);

/* The struct of a line: of the type that belongs to place.line. */
const void *tern_results_line(const tern_results *results, tern_line_place place);

/* The closing line of a run; NULL when it was cut off, or went on and has no other. */
const tern_run_end *tern_results_end(const tern_results *results, uint32_t run);

/* Leaves it empty. */
void tern_results_free(tern_results *results);

#endif
