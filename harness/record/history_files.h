/*
 * history_files.h - the files that a history consists of: a folder with one file of records a month, 2026-11.jsonl, to
 * which whole runs are appended. They are the truth; an index beside them can be made again at any time.
 */
#ifndef TERN_HISTORY_FILES_H
#define TERN_HISTORY_FILES_H

#include "record/results.h"

#include <limits.h>

/*
 * Appends runs with their lines, each to the file of its month, which the run's time says. Writers wait for each other.
 * All is on the disk when it returns; a line that somebody was killed in is taken away first. A run that is there with
 * the same lines is not written again: *there gets the number of its points. TERN_USAGE: a run without a time;
 * TERN_ENVIRONMENT: the folder cannot be written, or another process holds the file for too long.
 */
tern_status tern_history_append(const char *folder, const tern_results *results, size_t *there, tern_error *error);

/*
 * Whether a line is of the same run as those before it; of: what they said, "" after the line of a run, and set here.
 * TERN_USAGE: it is not, since the line of its own run was lost.
 */
tern_status tern_history_expect_run(tern_of_run of, tern_line line, const void *value, tern_error *error);

/* Closes the last run of what is read, if there is one that is open: whatever is in a history has ended as planned. */
tern_status tern_history_end_run(tern_results *results, tern_error *error);

/*
 * Reads all months in order, only lines whose id passes; filter may be NULL. A line that stands there twice, since
 * somebody added the same again, counts once. TERN_USAGE: no such folder, no file in it, or one is damaged.
 */
tern_status tern_history_read(tern_results *results, const char *folder, const tern_filter *filter, tern_error *error);

/* The files of a history, by month; for what reads them itself. */
typedef struct tern_history_months {
    char (*name)[16]; /* "2026-11.jsonl" */
    size_t count;
} tern_history_months;

/* TERN_USAGE as above. Free with tern_history_months_free(), whatever is returned. */
tern_status tern_history_months_find(tern_history_months *months, const char *folder, tern_error *error);
void tern_history_months_free(tern_history_months *months);

/* What is known of a file: an index holds it against what it has read. */
typedef struct tern_history_extent {
    int64_t bytes;      /* of whole lines, up to which it was read */
    int64_t changed_ns; /* when it was last written */
    uint64_t hash;      /* of those bytes: git may put lines of others before them */
} tern_history_extent;

/* When the file was last written, and its size; no hash. */
tern_status tern_history_month_look(const char *folder, const char *name, tern_history_extent *now, tern_error *error);

/* Whether the file begins with what was read of it. */
tern_status tern_history_month_begins(const char *folder, const char *name, const tern_history_extent *known, bool *yes,
                                      tern_error *error);

/*
 * Hands on the lines of a file from extent->bytes on, where a run begins, and sets extent. No run is read in part, as
 * no one writes meanwhile.
 */
tern_status tern_history_month_read(const char *folder, const char *name, tern_file_visit *visit, void *context,
                                    tern_history_extent *extent, tern_error *error);

/* What tells lines of a history apart: equal for a line that was added twice. run is the run that it belongs to. */
uint64_t tern_history_run_key(const tern_run *run);
uint64_t tern_history_line_key(uint64_t run_key, tern_line line, const void *value);

#endif
