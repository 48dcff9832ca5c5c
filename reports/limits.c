/*
 * How near to the hardware's limit: each kernel beside its roof, problem by problem, and a sentence of what follows.
 * Shares and ratios are taken round by round where the cases ran in turns, with the 95 % interval of their median.
 *
 *     GB/s     packed W a second: what must come from memory
 *     % roof   of the nearer of read bandwidth and the multiply-add peak of the kernel's instructions
 *     bound    what the shares, and the instructions a cycle where they were counted, say: analyse/bounds.h
 *     x 2-bit  times as fast as the fastest kernel with two bits a weight
 */
#include "analyse/above_limit.h"
#include "analyse/bounds.h"
#include "analyse/fastest.h"
#include "analyse/speedup.h"
#include "base/text.h"
#include "case_columns.h"
#include "cell.h"
#include "crossovers.h"
#include "report.h"
#include "runs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    KERNEL = TERN_CASE_COLUMNS,
    ISA,
    BITS,
    MEDIAN,
    GBPS,
    GMACS,
    SHARE,
    ROOF,
    ROOF_READ,
    ROOF_GMACS,
    OVER_TWO_BITS,
    TWO_BITS,
    OVER_BASELINE,
    BASELINE,
    PER_MAC,
    IPC,
    ROOF_IPC,
    COUNTED_ON,
    BOUND,
    REMARK,
    NOT_COLD,
    RUN,
    SERIES = RUN + TERN_RUN_COLUMNS,
    COLUMNS = SERIES + TERN_SERIES_COLUMNS
};

static const tern_column columns[COLUMNS] = {
    TERN_CASE_COLUMN_ROWS,
    {.name = "case", .label = "kernel", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PEOPLE, .width = 22},
    {.name = "isa", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "bits_per_weight", .label = "bits", .type = TERN_COLUMN_REAL, .digits = 2, .width = 4, .spare = 3},
    {.name = "median_ns", .label = "median", .type = TERN_COLUMN_TIME, .unit = "ns", .width = 8},
    {.name = "packed_gbps",
     .label = "GB/s",
     .type = TERN_COLUMN_REAL,
     .unit = "GB/s",
     .digits = 2,
     .width = 7,
     .spare = 1},
    {.name = "gmacs",
     .label = "GMAC/s",
     .type = TERN_COLUMN_REAL,
     .unit = "GMAC/s",
     .digits = 2,
     .width = 8,
     .spare = 2},
    {.name = "roof_share", .label = "% of", .type = TERN_COLUMN_SHARE, .width = 16, .interval = true, .of_limit = true},
    {.name = "roof", .type = TERN_COLUMN_TEXT, .width = 15},
    {.name = "roof_read_gbps", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS, .unit = "GB/s"},
    {.name = "roof_gmacs", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS, .unit = "GMAC/s"},
    {.name = "over_two_bits", .label = "x 2-bit", .type = TERN_COLUMN_REAL, .digits = 2, .width = 22, .interval = true},
    {.name = "two_bits", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "speedup", .label = "x baseline", .type = TERN_COLUMN_REAL, .digits = 2, .interval = true},
    {.name = "baseline", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "instructions_per_mac", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS},
    {.name = "instructions_per_cycle", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS},
    {.name = "roof_ipc", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS},
    {.name = "instructions_counted_on", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "bound", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "remark", .label = "", .type = TERN_COLUMN_REMARK, .audience = TERN_FOR_PEOPLE},
    {.name = "not_cold", .type = TERN_COLUMN_FLAG, .audience = TERN_FOR_PROGRAMS},
    TERN_RUN_COLUMN_ROWS,
    TERN_SERIES_COLUMN_ROWS,
};

static tern_estimate share_of_roof(const tern_timing *t)
{
    if (t->rounds == 0 || t->roof_paired[0] == '\0')
        return (tern_estimate){t->roof_share, (double)NAN, (double)NAN};
    return (tern_estimate){t->roof_paired_median, t->roof_paired_low, t->roof_paired_high};
}

static const char *roof_of(const tern_record *r)
{
    return r->timing.roof_paired[0] != '\0'        ? r->timing.roof_paired
           : strcmp(r->problem.cache, "cold") == 0 ? "nearer, alone"
                                                   : r->timing.roof_instruction;
}

static void fill_speedup(tern_sheet *sheet, size_t column, const tern_record *r, const tern_record *over)
{
    if (r == over)
        tern_sheet_real(sheet, column, 1.0);
    else if (over != NULL)
        tern_sheet_estimate(sheet, column, tern_speedup_estimate(r, over));
    if (over != NULL)
        tern_case_name(sheet, column + 1, over);
}

static void fill_bound(tern_sheet *sheet, const tern_record *r)
{
    const tern_bound_figures figures = tern_bounds_figures(r);
    char text[TERN_BOUND_TEXT_BYTES], remark[TERN_SERIES_REMARK_BYTES];

    if (isfinite(figures.instructions_per_mac))
        tern_sheet_real(sheet, PER_MAC, figures.instructions_per_mac);
    if (isfinite(figures.instructions_per_cycle))
        tern_sheet_real(sheet, IPC, figures.instructions_per_cycle);
    if (isfinite(figures.roof_ipc))
        tern_sheet_real(sheet, ROOF_IPC, figures.roof_ipc);
    tern_sheet_text(sheet, COUNTED_ON, r->timing.instructions.counted_on);
    tern_sheet_text(sheet, BOUND, tern_bound_name(tern_bounds_judge(&figures)));
    tern_bounds_text(r, text);
    tern_series_remark(&r->timing, remark);
    tern_sheet_format(sheet, REMARK, "%s%s%s", text, text[0] == '\0' || remark[0] == '\0' ? "" : " ", remark);
}

static void add_row(tern_sheet *sheet, const tern_results *results, const tern_record *r, const tern_record *two_bits,
                    const tern_record *baseline)
{
    const tern_timing *t = &r->timing;

    tern_sheet_row(sheet);
    tern_case_cells(sheet, r);
    tern_case_name(sheet, KERNEL, r);
    tern_sheet_text(sheet, ISA, r->isa);
    tern_sheet_real(sheet, BITS, r->bits_per_weight);
    tern_sheet_real(sheet, MEDIAN, t->median_ns);
    tern_sheet_real(sheet, GBPS, (double)t->packed_bytes / t->median_ns);
    tern_sheet_real(sheet, GMACS, tern_record_gmacs(r));
    tern_sheet_estimate(sheet, SHARE, share_of_roof(t));
    tern_sheet_text(sheet, ROOF, roof_of(r));
    if (t->roof_read_gbps > 0.0)
        tern_sheet_real(sheet, ROOF_READ, t->roof_read_gbps);
    if (t->roof_gmacs > 0.0)
        tern_sheet_real(sheet, ROOF_GMACS, t->roof_gmacs);
    fill_speedup(sheet, OVER_TWO_BITS, r, two_bits);
    fill_speedup(sheet, OVER_BASELINE, r, baseline);
    tern_sheet_flag(sheet, NOT_COLD, t->not_cold);
    tern_series_cells(sheet, SERIES, t);
    fill_bound(sheet, r);
    tern_run_cells(sheet, RUN, results, r->run);
}

enum { SENTENCE_BYTES = 1024 };

/*
 * Whether the limit that the share is of is read bandwidth: the one that was sampled with it, or else the nearer one.
 */
static bool reads_first(const tern_record *r)
{
    const tern_bound_figures figures = tern_bounds_figures(r);

    if (r->timing.roof_paired[0] != '\0')
        return strcmp(r->timing.roof_paired, "read") == 0;
    return isfinite(figures.read_share) && !(figures.multiply_share >= figures.read_share);
}

/* "NAME reads at 93 % (91..95) of the read bandwidth", at the end of text. */
static void append_achievement(char text[SENTENCE_BYTES], const tern_record *r)
{
    char name[TERN_CASE_NAME_BYTES];
    const tern_estimate share = share_of_roof(&r->timing);
    const bool reads = reads_first(r);

    if (!isfinite(share.median)) {
        tern_text_append(text, SENTENCE_BYTES, "%s, beside no measured limit", tern_case_name_text(r, name));
        return;
    }
    tern_text_append(text, SENTENCE_BYTES, "%s %s %.0f %%", tern_case_name_text(r, name),
                     reads ? "reads at" : "multiplies at", 100.0 * share.median);
    if (isfinite(share.low))
        tern_text_append(text, SENTENCE_BYTES, " (%.0f..%.0f)", 100.0 * share.low, 100.0 * share.high);
    if (reads)
        tern_text_append(text, SENTENCE_BYTES, " of the read bandwidth");
    else
        tern_text_append(text, SENTENCE_BYTES, " of its %s peak", r->timing.roof_instruction);
    tern_text_append(text, SENTENCE_BYTES, "%s", tern_above_limit_remark(share.median));
}

/* What the fastest does with less than the instructions of the overall winner. */
static tern_status add_lesser_isas(tern_sheet *sheet, const tern_group *group, const tern_record *best,
                                   tern_error *error)
{
    tern_groups isas;
    const tern_status status = tern_groups_of_group(&isas, group, &tern_by_isa, error);

    for (size_t i = 0; i < isas.count; i++) {
        char text[SENTENCE_BYTES] = "";
        if (strcmp(isas.group[i].item[0]->isa, best->isa) == 0)
            continue;
        append_achievement(text, tern_fastest_of(&isas.group[i], NULL, NULL));
        tern_sheet_note(sheet, "With %s: %s.", isas.group[i].item[0]->isa, text);
    }
    tern_groups_free(&isas);
    return status;
}

static tern_status add_sentences(tern_sheet *sheet, const tern_group *group, const tern_record *two_bits,
                                 tern_error *error)
{
    char text[SENTENCE_BYTES] = "", name[TERN_CASE_NAME_BYTES], ratio[TERN_CELL_BYTES];
    const tern_record *best = tern_fastest_of(group, NULL, NULL);
    const tern_record *second = tern_fastest_of(group, NULL, best);
    tern_estimate lead = {0};

    if (second != NULL)
        lead = tern_speedup_estimate(best, second);
    append_achievement(text, best);
    if (two_bits != NULL && two_bits != best)
        tern_text_append(text, sizeof text, ", %s times as fast as %s, the best with two bits a weight",
                         tern_cell_interval(tern_speedup_estimate(best, two_bits), 2, ratio, sizeof ratio),
                         tern_case_name_text(two_bits, name));
    tern_sheet_note(sheet, "Fastest: %s.", text);
    if (second != NULL && !isfinite(lead.low))
        tern_sheet_note(sheet, "There are too few samples to tell it from %s.", tern_case_name_text(second, name));
    else if (second != NULL && lead.low <= 1.0)
        tern_sheet_note(sheet, "No difference was seen between it and %s.", tern_case_name_text(second, name));
    return add_lesser_isas(sheet, group, best, error);
}

static tern_status add_section(tern_sheet *sheet, const tern_results *results, const tern_group *group,
                               tern_error *error)
{
    const tern_record *first = group->item[0];
    const tern_record *two_bits = tern_fastest_of(group, tern_fastest_has_two_bits, NULL);
    const tern_record *baseline = tern_fastest_baseline(group, results);
    char title[TERN_PROBLEM_TITLE_BYTES], name[TERN_CASE_NAME_BYTES];

    tern_case_problem_title(&first->problem, title);
    if (first->timing.roof_read_gbps > 0.0)
        tern_text_append(title, sizeof title, "  read bandwidth %.1f GB/s", first->timing.roof_read_gbps);
    tern_runs_group(sheet, results, first->run);
    tern_sheet_section(sheet, TERN_FOR_ALL, "%s", title);
    if (two_bits != NULL)
        tern_sheet_label(sheet, OVER_TWO_BITS, "x %s", tern_case_name_text(two_bits, name));
    if (baseline != NULL)
        tern_sheet_label(sheet, OVER_BASELINE, "x %s", baseline->kernel);
    for (size_t i = 0; i < group->count; i++)
        add_row(sheet, results, group->item[i], two_bits, baseline);
    return add_sentences(sheet, group, two_bits, error);
}

static void add_findings(tern_document *document, const tern_results *results)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (!r->timed && r->problem.threads > 0)
            tern_document_heading(document, "%s: %s%s%s", r->id, tern_verdict_name(r->finding.verdict),
                                  r->finding.reason[0] ? ", " : "", r->finding.reason);
    }
}

tern_status tern_limits_build(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_groups problems;
    tern_status status = tern_groups_of_results(&problems, results, &tern_by_problem_timed, error);

    document->title = "Kernels beside the limits of the machine";
    tern_runs_introduce(document, results);
    tern_sheet *sheet = tern_document_sheet(document, "limits", TERN_FOR_ALL, columns, COLUMNS);
    for (size_t i = 0; i < problems.count && status == TERN_OK; i++)
        status = add_section(sheet, results, &problems.group[i], error);
    tern_groups_free(&problems);
    if (status == TERN_OK)
        status = tern_crossovers_add(document, results, error);
    add_findings(document, results);
    tern_runs_add(document, results);
    return status;
}
