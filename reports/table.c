/*
 * The table: for each run, one section for each shape, data, thread count and cache state, one row a kernel. Within a
 * section all that differs is the kernel, so that rows may be compared. Programs get all cases with all their figures,
 * edge cases too, and the decode loop's.
 */
#include "analyse/fastest.h"
#include "analyse/loop_limit.h"
#include "analyse/speedup.h"
#include "base/text.h"
#include "case_columns.h"
#include "cell.h"
#include "report.h"
#include "runs.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    KERNEL = TERN_CASE_COLUMNS,
    VERDICT,
    MISMATCHES,
    BITS,
    MEDIAN,
    LOW,
    HIGH,
    INTERVAL,
    MIN,
    SAMPLES,
    GMACS,
    GBPS,
    ROOF_READ,
    ROOF_GMACS,
    INTENSITY,
    ROOF_SHARE,
    PACK,
    SPEEDUP,
    REASON,
    REMARK,
    SWEEP,
    NOT_COLD,
    PAIRED,
    PHASE,
    ROOF_INSTRUCTION,
    RUN,
    SERIES = RUN + TERN_RUN_COLUMNS,
    COLUMNS = SERIES + TERN_SERIES_COLUMNS
};

static const tern_column columns[COLUMNS] = {
    TERN_CASE_COLUMN_ROWS,
    {.name = "case", .label = "kernel", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PEOPLE, .width = 34},
    {.name = "verdict", .type = TERN_COLUMN_VERDICT, .width = 8},
    {.name = "mismatches", .type = TERN_COLUMN_COUNT, .audience = TERN_FOR_PROGRAMS},
    {.name = "bits_per_weight", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS},
    {.name = "median_ns", .label = "median", .type = TERN_COLUMN_TIME, .unit = "ns", .width = 8},
    {.name = "low_ns", .type = TERN_COLUMN_TIME, .audience = TERN_FOR_PROGRAMS, .unit = "ns"},
    {.name = "high_ns", .type = TERN_COLUMN_TIME, .audience = TERN_FOR_PROGRAMS, .unit = "ns"},
    {.name = "interval",
     .label = "95 % interval",
     .type = TERN_COLUMN_TEXT,
     .audience = TERN_FOR_PEOPLE,
     .width = 19,
     .spare = 2},
    {.name = "min_ns", .type = TERN_COLUMN_TIME, .audience = TERN_FOR_PROGRAMS, .unit = "ns"},
    {.name = "samples", .type = TERN_COLUMN_COUNT, .audience = TERN_FOR_PROGRAMS},
    {.name = "gmacs",
     .label = "GMAC/s",
     .type = TERN_COLUMN_REAL,
     .unit = "GMAC/s",
     .digits = 2,
     .width = 8,
     .spare = 1},
    {.name = "gbps", .label = "GB/s", .type = TERN_COLUMN_REAL, .unit = "GB/s", .digits = 2, .width = 7, .spare = 3},
    {.name = "roof_read_gbps", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS, .unit = "GB/s"},
    {.name = "roof_gmacs", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS, .unit = "GMAC/s"},
    {.name = "intensity", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS, .unit = "MAC/B"},
    {.name = "roof_share", .label = "% roof", .type = TERN_COLUMN_SHARE, .digits = 1, .of_limit = true, .width = 7},
    {.name = "pack_ns", .type = TERN_COLUMN_TIME, .audience = TERN_FOR_PROGRAMS, .unit = "ns"},
    {.name = "speedup", .label = "x baseline", .type = TERN_COLUMN_REAL, .digits = 2, .interval = true},
    {.name = "reason", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "remark", .label = "", .type = TERN_COLUMN_REMARK, .audience = TERN_FOR_PEOPLE},
    {.name = "sweep", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "not_cold", .type = TERN_COLUMN_FLAG, .audience = TERN_FOR_PROGRAMS},
    {.name = "paired", .type = TERN_COLUMN_COUNT, .audience = TERN_FOR_PROGRAMS},
    {.name = "phase", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "roof_instruction", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    TERN_RUN_COLUMN_ROWS,
    TERN_SERIES_COLUMN_ROWS,
};

static void fill_interval(tern_sheet *sheet, const tern_timing *t)
{
    char low[16], high[16];

    if (isfinite(t->low_ns))
        tern_sheet_format(sheet, INTERVAL, "%s..%s", tern_cell_time(t->low_ns, low, sizeof low),
                          tern_cell_time(t->high_ns, high, sizeof high));
    else
        tern_sheet_format(sheet, INTERVAL, "n/a, %" PRIu32 " sample%s", t->samples, tern_text_plural(t->samples));
}

/* What was not measured stays blank. */
static void fill_measured(tern_sheet *sheet, size_t column, double value)
{
    if (value > 0.0)
        tern_sheet_real(sheet, column, value);
}

static void fill_timing(tern_sheet *sheet, const tern_record *r, const tern_record *baseline)
{
    const tern_timing *t = &r->timing;
    char remark[TERN_SERIES_REMARK_BYTES];

    tern_sheet_real(sheet, MEDIAN, t->median_ns);
    tern_sheet_real(sheet, LOW, t->low_ns);
    tern_sheet_real(sheet, HIGH, t->high_ns);
    fill_interval(sheet, t);
    tern_sheet_real(sheet, MIN, t->min_ns);
    tern_sheet_count(sheet, SAMPLES, t->samples);
    tern_sheet_real(sheet, GMACS, tern_record_gmacs(r));
    tern_sheet_real(sheet, GBPS, tern_record_gbps(r));
    fill_measured(sheet, ROOF_READ, t->roof_read_gbps);
    fill_measured(sheet, ROOF_GMACS, t->roof_gmacs);
    tern_sheet_text(sheet, ROOF_INSTRUCTION, t->roof_instruction);
    tern_sheet_real(sheet, INTENSITY, t->intensity);
    tern_sheet_real(sheet, ROOF_SHARE, t->roof_share);
    fill_measured(sheet, PACK, t->pack_ns);
    if (r == baseline)
        tern_sheet_real(sheet, SPEEDUP, 1.0);
    else if (baseline != NULL)
        tern_sheet_estimate(sheet, SPEEDUP, tern_speedup_estimate(r, baseline));
    tern_sheet_flag(sheet, NOT_COLD, t->not_cold);
    tern_series_cells(sheet, SERIES, t);
    tern_sheet_text(sheet, REMARK, tern_series_remark(t, remark));
}

static void add_row(tern_sheet *sheet, const tern_results *results, const tern_record *r, const tern_record *baseline)
{
    tern_sheet_row(sheet);
    tern_case_cells(sheet, r);
    tern_case_name(sheet, KERNEL, r);
    tern_sheet_text(sheet, VERDICT, tern_verdict_name(r->finding.verdict));
    tern_sheet_count(sheet, MISMATCHES, r->finding.mismatches);
    tern_sheet_real(sheet, BITS, r->bits_per_weight);
    tern_sheet_text(sheet, REASON, r->finding.reason);
    tern_sheet_text(sheet, SWEEP, r->problem.sweep);
    tern_sheet_count(sheet, PAIRED, r->paired);
    tern_sheet_text(sheet, PHASE, r->problem.n == 1 ? "one token" : "several tokens");
    tern_run_cells(sheet, RUN, results, r->run);
    if (r->timed)
        fill_timing(sheet, r, baseline);
    else if (r->finding.verdict == TERN_UNSUPPORTED || r->finding.verdict == TERN_INTERRUPTED)
        tern_sheet_text(sheet, REMARK, r->finding.reason);
}

static bool is_edge(const tern_record *r)
{
    return strcmp(r->group, "edges") == 0;
}

/* The cases of a group that are edge cases, or those that are not. */
static void add_section(tern_sheet *sheet, const tern_results *results, const tern_group *group, bool edges)
{
    const tern_record *baseline = tern_fastest_baseline(group, results);
    const char *name = results->runs.item[group->item[0]->run].baseline;
    char title[TERN_PROBLEM_TITLE_BYTES];
    bool begun = false;

    for (size_t i = 0; i < group->count; i++) {
        if (is_edge(group->item[i]) != edges)
            continue;
        if (!begun) {
            tern_runs_group(sheet, results, group->item[i]->run);
            tern_sheet_section(sheet, edges ? TERN_FOR_PROGRAMS : TERN_FOR_ALL, "%s",
                               tern_case_problem_title(&group->item[0]->problem, title));
            if (name[0] != '\0' && group->item[0]->problem.threads > 0)
                tern_sheet_label(sheet, SPEEDUP, "x %s", name);
        }
        begun = true;
        add_row(sheet, results, group->item[i], baseline);
    }
}

static void add_phase(tern_sheet *sheet, const tern_results *results, const tern_decode_record *r, const char *name,
                      const tern_phase *phase)
{
    const tern_estimate rate = {phase->tokens_per_s,
                                phase->rates < 2 ? (double)NAN : tern_stats_min(phase->rate, phase->rates),
                                phase->rates < 2 ? (double)NAN : tern_stats_max(phase->rate, phase->rates)};

    tern_sheet_row(sheet);
    tern_sheet_text(sheet, TERN_CASE_ID, r->id);
    tern_sheet_text(sheet, TERN_CASE_SUITE, "decode");
    tern_sheet_text(sheet, TERN_CASE_GROUP, r->baseline ? "baseline" : "loop");
    tern_sheet_text(sheet, TERN_CASE_KERNEL, r->kernel);
    tern_sheet_text(sheet, TERN_CASE_TOGGLES, r->toggles);
    tern_sheet_count(sheet, TERN_CASE_THREADS, r->threads);
    tern_sheet_count(sheet, TERN_CASE_SEED, r->seed);
    tern_sheet_text(sheet, VERDICT, tern_verdict_name(r->finding.verdict));
    tern_sheet_real(sheet, BITS, r->bits_per_weight);
    tern_sheet_text(sheet, REASON, r->finding.reason);
    tern_sheet_text(sheet, PHASE, name);
    tern_run_cells(sheet, RUN, results, r->run);
    if (!r->timed || !(phase->tokens_per_s > 0.0))
        return;
    tern_sheet_real(sheet, MEDIAN, 1e9 / rate.median);
    tern_sheet_real(sheet, LOW, 1e9 / rate.high);
    tern_sheet_real(sheet, HIGH, 1e9 / rate.low);
    tern_sheet_count(sheet, SAMPLES, phase->rates);
    tern_sheet_real(sheet, GMACS, 1e-9 * phase->macs_per_token * rate.median);
    tern_sheet_real(sheet, GBPS, 1e-9 * phase->bytes_per_token * rate.median);
    tern_sheet_real(sheet, ROOF_SHARE, tern_loop_limit_of(results, r, phase).share);
}

/* For programs, a token of each phase of the decode loop: its times are of one token, low and high of repetitions. */
static void add_loops(tern_sheet *sheet, const tern_results *results)
{
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        if (i == 0)
            tern_sheet_section(sheet, TERN_FOR_PROGRAMS, "decode");
        /* A phase that was not run has no row beside the other. */
        if (r->prefill.tokens > 0 || r->decode.tokens == 0)
            add_phase(sheet, results, r, "prefill", &r->prefill);
        if (r->decode.tokens > 0 || r->prefill.tokens == 0)
            add_phase(sheet, results, r, "decode", &r->decode);
    }
}

tern_status tern_table_add(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_groups problems;
    const tern_status status = tern_groups_of_results(&problems, results, &tern_by_problem, error);
    tern_sheet *sheet = tern_document_sheet(document, "cases", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < problems.count; i++) {
        add_section(sheet, results, &problems.group[i], false);
        add_section(sheet, results, &problems.group[i], true);
    }
    add_loops(sheet, results);
    tern_groups_free(&problems);
    return status;
}

tern_status tern_table_build(tern_document *document, const tern_results *results, tern_error *error)
{
    document->title = "Cases, problem by problem";
    tern_runs_introduce(document, results);
    const tern_status status = tern_table_add(document, results, error);
    tern_runs_add(document, results);
    return status;
}
