/*
 * Two runs side by side, case by case: the ratio of medians, and how many agree. A statement of repeatability. It is
 * no gate: runs that follow each other differ by what the machine did in between.
 */
#include "report.h"

#include <math.h>
#include <string.h>

static const tern_record *find(const tern_results *results, const char *id)
{
    size_t cursor = 0;
    const tern_record *r;

    while ((r = tern_results_find(results, TERN_LINE_CASE, id, &cursor)) != NULL && !r->timed)
        ;
    return r;
}

size_t tern_report_compare(FILE *stream, const tern_results *before, const tern_results *after, double tolerance)
{
    size_t pairs = 0, near = 0;

    fprintf(stream, "%8s  %8s  %7s  case\n", "before", "after", "change");
    for (size_t i = 0; i < before->cases.count; i++) {
        const tern_record *a = &before->cases.item[i], *b = find(after, a->id);
        char first[16], second[16];
        if (!a->timed || b == NULL)
            continue;
        const double change = b->timing.median_ns / a->timing.median_ns - 1.0;
        const int is_near = fabs(change) <= tolerance;
        pairs++;
        near += (size_t)is_near;
        fprintf(stream, "%8s  %8s  %+6.1f %%%s %s\n", tern_report_time(a->timing.median_ns, first, sizeof first),
                tern_report_time(b->timing.median_ns, second, sizeof second), 100.0 * change, is_near ? " " : "*",
                a->id);
    }
    if (pairs > 0)
        fprintf(stream, "\n%zu of %zu medians (%.1f %%) lie within %.0f %%; * marks the others\n", near, pairs,
                100.0 * (double)near / (double)pairs, 100.0 * tolerance);
    return pairs;
}
