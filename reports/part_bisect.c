/*
 * Which commit made a kernel slower: the bisects of all runs.
 */
#include "bisect.h"
#include "full.h"

bool tern_full_has_bisect(const tern_results *results)
{
    return results->steps.count > 0;
}

tern_status tern_full_bisect(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    tern_status status = TERN_OK;

    *filled = false;
    for (uint32_t run = 0; run < results->runs.count && status == TERN_OK; run++) {
        bool found = false;
        status = tern_bisect_add_run(document, results, run, &found, error);
        *filled |= found;
    }
    return status;
}
