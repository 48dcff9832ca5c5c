/*
 * merged.h - results in which the records that runs which are alike have of one case or decode run are one.
 *
 * What was wrong in one of them is wrong, and has no speed; what could not be done in one says nothing against another
 * in which it could. Otherwise their samples are one series.
 */
#ifndef TERN_MERGED_H
#define TERN_MERGED_H

#include "analyse/repeats.h"
#include "base/error.h"
#include "record/results.h"

/* Results with one record for each case and decode run, in the first of the runs that are alike; all else as it is. */
typedef struct tern_merged {
    tern_repeats repeats;
    tern_results own;            /* empty when there is nothing to merge */
    const tern_results *results; /* own, or those that were given, which must live as long */
} tern_merged;

/* TERN_ENVIRONMENT when memory ran out. Free with tern_merged_free(), also after an error. */
tern_status tern_merged_new(tern_merged *merged, const tern_results *results, tern_error *error);
void tern_merged_free(tern_merged *merged);

#endif
