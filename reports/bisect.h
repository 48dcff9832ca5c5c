/*
 * bisect.h - the part of the report on bisects that others show as well.
 */
#ifndef TERN_BISECT_REPORT_H
#define TERN_BISECT_REPORT_H

#include "document.h"
#include "record/results.h"

/*
 * The bisect of one run: the case, a sheet of its commits, the answer in words. *found is false when the run has none,
 * and nothing is added.
 */
tern_status tern_bisect_add_run(tern_document *document, const tern_results *results, uint32_t run, bool *found,
                                tern_error *error);

#endif
