#include "report.h"

#include "base/text.h"

#include <inttypes.h>

void tern_report_failure(FILE *stream, const tern_run *run, const tern_record *record)
{
    const tern_finding *f = &record->finding;
    /* An escape has at most four characters for a byte. */
    char id[4 * sizeof record->id], reason[4 * sizeof f->reason], repro[4 * sizeof run->repro];

    if (f->verdict == TERN_EXACT)
        return;
    tern_text_visible(id, sizeof id, record->id);
    tern_text_visible(reason, sizeof reason, f->reason);
    tern_text_visible(repro, sizeof repro, tern_run_repro(run));
    fprintf(stream, "%s  %s\n", tern_verdict_name(f->verdict), id);
    if (reason[0] != '\0')
        fprintf(stream, "    %s\n", reason);
    if (f->verdict == TERN_UNSUPPORTED)
        return;
    if (f->mismatches > 0)
        fprintf(stream,
                "    %" PRIu64 " of %" PRIu64 " values differ (%.2f %%), largest |difference| %" PRIu64
                ", relative L2 error %.4g %%\n",
                f->mismatches, f->values, 100.0 * (double)f->mismatches / (double)f->values, f->max_abs,
                100.0 * f->relative_l2);
    for (uint32_t i = 0; i < f->differences; i++)
        fprintf(stream, "    Y[n=%zu][m=%zu]: expected %" PRId32 ", got %" PRId32 "\n", f->difference[i].n,
                f->difference[i].m, f->difference[i].expected, f->difference[i].got);
    if (f->hint[0] != '\0')
        fprintf(stream, "    hint: %s\n", f->hint);
    fprintf(stream, "    again: %s '%s'\n", repro, id);
}
