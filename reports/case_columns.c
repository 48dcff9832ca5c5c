#include "case_columns.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void tern_case_cells(tern_sheet *sheet, const tern_record *record)
{
    const tern_problem_key *key = &record->problem;

    tern_sheet_text(sheet, TERN_CASE_ID, record->id);
    tern_sheet_text(sheet, TERN_CASE_SUITE, record->suite);
    tern_sheet_text(sheet, TERN_CASE_GROUP, record->group);
    tern_sheet_text(sheet, TERN_CASE_KERNEL, record->kernel);
    tern_sheet_text(sheet, TERN_CASE_TOGGLES, record->toggles);
    tern_sheet_count(sheet, TERN_CASE_M, key->m);
    tern_sheet_count(sheet, TERN_CASE_K, key->k);
    tern_sheet_count(sheet, TERN_CASE_N, key->n);
    tern_sheet_count(sheet, TERN_CASE_THREADS, key->threads);
    tern_sheet_text(sheet, TERN_CASE_CACHE, key->cache);
    tern_sheet_text(sheet, TERN_CASE_W, key->w);
    tern_sheet_text(sheet, TERN_CASE_X, key->x);
    tern_sheet_real(sheet, TERN_CASE_P0, key->p0);
    tern_sheet_count(sheet, TERN_CASE_SEED, key->seed);
}

const char *tern_case_name_text(const tern_record *record, char text[TERN_CASE_NAME_BYTES])
{
    snprintf(text, TERN_CASE_NAME_BYTES, "%s%s%s", record->kernel, record->toggles[0] ? "+" : "", record->toggles);
    return text;
}

void tern_case_name(tern_sheet *sheet, size_t column, const tern_record *record)
{
    char text[TERN_CASE_NAME_BYTES];

    tern_sheet_text(sheet, column, tern_case_name_text(record, text));
}

const char *tern_case_problem_title(const tern_problem_key *key, char text[TERN_PROBLEM_TITLE_BYTES])
{
    const size_t bytes = TERN_PROBLEM_TITLE_BYTES;

    snprintf(text, bytes, "%zux%zux%zu", key->m, key->k, key->n);
    if (strcmp(key->w, "random") == 0)
        tern_text_append(text, bytes, "  p0=%.3g", key->p0);
    else
        tern_text_append(text, bytes, "  w=%s", key->w);
    if (strcmp(key->x, "random") != 0)
        tern_text_append(text, bytes, "  x=%s", key->x);
    tern_text_append(text, bytes, "  seed=%" PRIu64, key->seed);
    if (key->threads > 0)
        tern_text_append(text, bytes, "  threads=%" PRIu32 "  %s", key->threads, key->cache);
    return text;
}

void tern_series_cells(tern_sheet *sheet, size_t first, const tern_timing *timing)
{
    tern_sheet_count(sheet, first + TERN_SERIES_RUNS, timing->runs == 0 ? 1 : timing->runs);
    if (timing->runs < 2)
        return;
    tern_sheet_real(sheet, first + TERN_SERIES_FASTEST, timing->fastest_run_ns);
    tern_sheet_real(sheet, first + TERN_SERIES_SLOWEST, timing->slowest_run_ns);
}

const char *tern_series_remark(const tern_timing *timing, char text[TERN_SERIES_REMARK_BYTES])
{
    text[0] = '\0';
    if (timing->not_cold)
        tern_text_append(text, TERN_SERIES_REMARK_BYTES, "(not cold)");
    if (timing->runs > 1)
        tern_text_append(text, TERN_SERIES_REMARK_BYTES, "%s(%" PRIu32 " runs, %.1f %% apart)",
                         text[0] == '\0' ? "" : " ", timing->runs,
                         100.0 * (timing->slowest_run_ns / timing->fastest_run_ns - 1.0));
    return text;
}
