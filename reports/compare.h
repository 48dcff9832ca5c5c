/*
 * compare.h - two sets of results side by side, as a document.
 */
#ifndef TERN_REPORTS_COMPARE_H
#define TERN_REPORTS_COMPARE_H

#include "document.h"
#include "record/results.h"

typedef struct tern_compare_outcome {
    size_t timed;       /* cases and decode runs that were timed on both sides */
    size_t lost;        /* those that were EXACT before, and are not after */
    size_t gone, added; /* those of the earlier results alone, and of the later */
    bool common;        /* there are others */
} tern_compare_outcome;

/*
 * What became of each case, the worst first; tolerance (0.05 = 5 %): changes above it are marked. TERN_ENVIRONMENT
 * when memory ran out.
 */
tern_status tern_compare_build(tern_document *document, const tern_results *before, const tern_results *after,
                               double tolerance, tern_compare_outcome *outcome, tern_error *error);

#endif
