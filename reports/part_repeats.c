/*
 * Runs that repeat each other: which they are, and how far the medians of their cases lie apart, which no interval of
 * a single run shows. All other chapters take their samples as one series.
 */
#include "part_repeats.h"

#include "analyse/series.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { RUNS, SAMPLES, MEDIAN, LOW, HIGH, LEAST, MOST, SPREAD, ID, COLUMNS };

static const tern_column columns[COLUMNS] = {
    {.name = "runs", .type = TERN_COLUMN_COUNT},
    {.name = "samples", .type = TERN_COLUMN_COUNT},
    {.name = "median_ns", .label = "median of all", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "low_ns", .label = "from", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "high_ns", .label = "to", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "fastest_run_ns", .label = "fastest run", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "slowest_run_ns", .label = "slowest run", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "spread", .label = "between runs", .type = TERN_COLUMN_CHANGE, .digits = 1},
    {.name = "id", .label = "case", .type = TERN_COLUMN_REMARK},
};

/* How much slower the slowest run is than the fastest, case by case. */
typedef struct spreads {
    double *of_case;
    size_t count;
    char widest[TERN_ID_BYTES + 16];
} spreads;

static void add_row(tern_sheet *sheet, const char *id, const char *phase, const tern_repeat_series *s, spreads *found)
{
    const double spread = s->slowest_ns / s->fastest_ns - 1.0;
    char name[sizeof found->widest];

    if (s->runs < 2)
        return;
    snprintf(name, sizeof name, "%s%s", id, phase);
    if (found->count == 0 || spread > tern_stats_max(found->of_case, found->count))
        tern_text_copy(found->widest, sizeof found->widest, name);
    found->of_case[found->count++] = spread;
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, ID, name);
    tern_sheet_count(sheet, RUNS, s->runs);
    tern_sheet_count(sheet, SAMPLES, s->samples);
    tern_sheet_real(sheet, MEDIAN, s->median.median);
    tern_sheet_real(sheet, LOW, s->median.low);
    tern_sheet_real(sheet, HIGH, s->median.high);
    tern_sheet_real(sheet, LEAST, s->fastest_ns);
    tern_sheet_real(sheet, MOST, s->slowest_ns);
    tern_sheet_real(sheet, SPREAD, spread);
}

static tern_status add_loop(tern_sheet *sheet, const tern_repeats *repeats, const tern_results *results,
                            const tern_decode_record *r, tern_repeat_series *s, spreads *found, tern_error *error)
{
    static const struct {
        const char *name;
        size_t offset;
    } phases[] = {{", a token of the prompt", offsetof(tern_decode_record, prefill)},
                  {", a decoded token", offsetof(tern_decode_record, decode)}};
    tern_status status = TERN_OK;

    for (size_t i = 0; i < sizeof phases / sizeof *phases && status == TERN_OK; i++) {
        status = tern_repeat_series_fill_phase(s, repeats, results, r, phases[i].offset, error);
        if (status == TERN_OK)
            add_row(sheet, r->id, phases[i].name, s, found);
    }
    return status;
}

static tern_status add_rows(tern_sheet *sheet, const tern_repeats *repeats, const tern_results *results, spreads *found,
                            tern_error *error)
{
    tern_repeat_series s = {0};
    tern_status status = TERN_OK;

    for (size_t i = 0; i < results->cases.count && status == TERN_OK; i++) {
        const tern_record *r = &results->cases.item[i];
        if (!r->timed)
            continue;
        status = tern_repeat_series_fill(&s, repeats, results, r, error);
        if (status == TERN_OK)
            add_row(sheet, r->id, "", &s, found);
    }
    for (size_t i = 0; i < results->decodes.count && status == TERN_OK; i++)
        if (results->decodes.item[i].timed)
            status = add_loop(sheet, repeats, results, &results->decodes.item[i], &s, found, error);
    free(s.ns);
    return status;
}

static void say_spreads(tern_document *document, spreads *found)
{
    if (found->count == 0) {
        tern_document_line(document, "None of their cases was timed twice.");
        return;
    }
    tern_stats_sort(found->of_case, found->count);
    tern_document_line(document,
                       "%zu case%s timed by several of them: from the fastest to the slowest run, medians differ "
                       "by %.1f %% in the median case and by %.1f %% at most (%s). What differs by less between two "
                       "versions may be no more than that.",
                       found->count, found->count == 1 ? " was" : "s were",
                       100.0 * tern_stats_median(found->of_case, found->count),
                       100.0 * found->of_case[found->count - 1], found->widest);
}

void tern_full_say_repeats(tern_document *document, const tern_repeats *repeats, const tern_results *results)
{
    for (uint32_t first = 0; first < results->runs.count; first++) {
        char text[512] = "";
        size_t others = 0;
        for (uint32_t run = first + 1; run < results->runs.count; run++)
            if (repeats->first[run] == first) {
                tern_text_append(text, sizeof text, "%s%" PRIu32, others == 0 ? "" : ", ", run + 1);
                others++;
            }
        if (others > 0)
            tern_document_line(document,
                               "Run%s %s repeat%s run %" PRIu32
                               " (one machine, build and settings): together one series of samples.",
                               tern_text_plural(others), text, others == 1 ? "s" : "", first + 1);
    }
}

bool tern_full_has_repeats(const tern_results *results)
{
    tern_repeats repeats;
    const bool any = tern_repeats_new(&repeats, results, NULL) == TERN_OK && repeats.any;

    tern_repeats_free(&repeats);
    return any;
}

tern_status tern_full_repeats(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    spreads found = {.of_case = calloc(results->cases.count + 2 * results->decodes.count + 1, sizeof(double))};
    tern_repeats repeats;
    tern_status status = tern_repeats_new(&repeats, results, error);

    *filled = true;
    if (status == TERN_OK && found.of_case == NULL) {
        status = tern_error_memory(error, "spreads",
                                   (double)(results->cases.count + 2 * results->decodes.count) * sizeof(double));
    } else if (status == TERN_OK) {
        tern_full_say_repeats(document, &repeats, results);
        tern_document_fold(document, "Case by case");
        tern_sheet *sheet = tern_document_sheet(document, "repeats", TERN_FOR_ALL, columns, COLUMNS);
        status = add_rows(sheet, &repeats, results, &found, error);
        tern_document_unfold(document);
    }
    if (status == TERN_OK)
        say_spreads(document, &found);
    free(found.of_case);
    tern_repeats_free(&repeats);
    return status;
}
