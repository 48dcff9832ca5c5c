/*
 * Repeated runs on machines of one class as one series: the median and interval of all their samples, and how far the
 * medians of the runs lie apart, which no interval of a single run shows.
 */
#include "full.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ID, RUNS, SAMPLES, MEDIAN, LOW, HIGH, LEAST, MOST, SPREAD, COLUMNS };

static const tern_column columns[COLUMNS] = {
    {.name = "id", .label = "case", .type = TERN_COLUMN_TEXT},
    {.name = "runs", .type = TERN_COLUMN_COUNT},
    {.name = "samples", .type = TERN_COLUMN_COUNT},
    {.name = "median_ns", .label = "median of all", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "low_ns", .label = "from", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "high_ns", .label = "to", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "fastest_run_ns", .label = "fastest run", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "slowest_run_ns", .label = "slowest run", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "spread", .label = "between runs", .type = TERN_COLUMN_CHANGE, .digits = 1},
};

/* The samples of one case, of all runs of its class. */
typedef struct series {
    double *ns;
    size_t samples, capacity, runs;
    double fastest, slowest;
    bool failed;
} series;

static void take(series *s, const tern_record *r)
{
    const tern_timing *t = &r->timing;
    const size_t count = t->sample_ns == NULL ? 0 : t->samples;

    if (s->samples + count > s->capacity) {
        double *larger = realloc(s->ns, 2 * (s->samples + count) * sizeof *larger);
        if (larger == NULL) {
            s->failed = true;
            return;
        }
        s->ns = larger;
        s->capacity = 2 * (s->samples + count);
    }
    for (size_t i = 0; i < count; i++)
        s->ns[s->samples++] = t->sample_ns[i];
    s->runs++;
    s->fastest = fmin(s->fastest, t->median_ns);
    s->slowest = fmax(s->slowest, t->median_ns);
}

static bool same_class(const tern_results *results, const tern_record *a, const tern_record *b)
{
    return strcmp(results->runs.item[a->run].machine_class, results->runs.item[b->run].machine_class) == 0;
}

/* Fills the series when r is the first of its case on its class of machine. */
static bool gather(series *s, const tern_results *results, const tern_record *r)
{
    const tern_record *other;
    size_t cursor = 0;

    s->samples = s->runs = 0;
    s->fastest = INFINITY;
    s->slowest = 0.0;
    while ((other = tern_results_find(results, TERN_LINE_CASE, r->id, &cursor)) != NULL) {
        if (!other->timed || !same_class(results, r, other))
            continue;
        if (other < r)
            return false;
        take(s, other);
    }
    return s->runs > 1;
}

static void add_row(tern_sheet *sheet, const tern_record *r, series *s)
{
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, ID, r->id);
    tern_sheet_count(sheet, RUNS, s->runs);
    tern_sheet_count(sheet, SAMPLES, s->samples);
    if (s->samples > 0) {
        tern_stats_sort(s->ns, s->samples);
        const tern_interval interval = tern_stats_median_interval(s->ns, s->samples);
        tern_sheet_real(sheet, MEDIAN, tern_stats_median(s->ns, s->samples));
        tern_sheet_real(sheet, LOW, interval.low);
        tern_sheet_real(sheet, HIGH, interval.high);
    }
    tern_sheet_real(sheet, LEAST, s->fastest);
    tern_sheet_real(sheet, MOST, s->slowest);
    tern_sheet_real(sheet, SPREAD, s->slowest / s->fastest - 1.0);
}

tern_status tern_full_repeats(tern_document *document, const tern_results *results, tern_error *error)
{
    series s = {0};
    tern_sheet *sheet;

    if (results->runs.count < 2)
        return TERN_OK;
    tern_document_fold(document, "Cases that several runs of one class of machine timed, as one series");
    sheet = tern_document_sheet(document, "repeats", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < results->cases.count && !s.failed; i++)
        if (results->cases.item[i].timed && gather(&s, results, &results->cases.item[i]))
            add_row(sheet, &results->cases.item[i], &s);
    tern_document_unfold(document);
    free(s.ns);
    return s.failed ? tern_error_memory(error, "samples of repeated runs", (double)s.capacity * sizeof *s.ns) : TERN_OK;
}
