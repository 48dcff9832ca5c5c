/*
 * Events a call, case by case. A value that was not counted all the time is marked with its share, and one that could
 * not be counted is n/a with the reason, never 0.
 */
#include "report.h"

#include <math.h>

static const double running_enough = 0.95;

static void put_counter(FILE *stream, const tern_counter *counter)
{
    if (counter->reason[0] != '\0' || !isfinite(counter->per_call)) {
        fprintf(stream, "  %-32s  %16s  %s\n", counter->name, "n/a", counter->reason);
        return;
    }
    fprintf(stream, "  %-32s  %16.4f  %s", counter->name, counter->per_call, counter->source);
    if (counter->running < running_enough)
        fprintf(stream, ", counted %.0f %% of the time only", 100.0 * counter->running);
    fputc('\n', stream);
}

void tern_report_counters(FILE *stream, const tern_results *results)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_timing *t = &results->cases.item[i].timing;
        if (!results->cases.item[i].timed)
            continue;
        fprintf(stream, "\n%s\n", results->cases.item[i].id);
        for (uint32_t j = 0; j < t->counters; j++)
            put_counter(stream, &t->counter[j]);
        if (t->counters == 0)
            fprintf(stream, "  no counters were asked for; run with --counters default\n");
    }
}
