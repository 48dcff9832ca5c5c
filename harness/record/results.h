/*
 * results.h - all records of a run in memory: what a report is drawn from.
 */
#ifndef TERN_RESULTS_H
#define TERN_RESULTS_H

#include "base/error.h"
#include "record/decode.h"
#include "record/record.h"
#include "record/run.h"

typedef struct tern_results {
    tern_run run;
    tern_run_end end;
    bool ended; /* end is filled */
    tern_record *records;
    size_t count, capacity;
    tern_decode_record *decodes;
    size_t decode_count, decode_capacity;
} tern_results;

/* Appends a copy. */
tern_status tern_results_add(tern_results *results, const tern_record *record, tern_error *error);
tern_status tern_results_add_decode(tern_results *results, const tern_decode_record *record, tern_error *error);

/*
 * Appends the records of a file. The fingerprint and closing line are those of the last file read. A line that was
 * cut off is passed over, and *cut, when not NULL, set.
 */
tern_status tern_results_read(tern_results *results, const char *path, bool *cut, tern_error *error);

void tern_results_free(tern_results *results);

#endif
