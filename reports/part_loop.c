/*
 * The decode loop in the chapters of the full report: baseline, current run, KV cache.
 */
#include "full.h"

#include "analyse/fastest.h"
#include "analyse/groups.h"
#include "analyse/loop_limit.h"
#include "base/stats.h"
#include "base/text.h"
#include "case_columns.h"
#include "decode_figures.h"
#include "plot.h"
#include "runs.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MODEL,
    KERNEL,
    THREADS,
    LAYERS,
    PHASE,
    TOKENS,
    TOTAL_MS,
    RATE,
    TOKEN_MS,
    MEDIAN_MS,
    P99_MS,
    LIMIT,
    LIMIT_OF,
    OVER_BASELINE,
    TARGET,
    BYTES,
    WEIGHTS,
    RUN,
    COLUMNS
};

static const tern_column columns[COLUMNS] = {
    {.name = "model", .type = TERN_COLUMN_TEXT},
    {.name = "kernel", .type = TERN_COLUMN_TEXT},
    {.name = "threads", .type = TERN_COLUMN_COUNT},
    {.name = "layers_measured", .label = "layers", .type = TERN_COLUMN_TEXT},
    {.name = "phase", .type = TERN_COLUMN_TEXT},
    {.name = "tokens", .type = TERN_COLUMN_COUNT},
    {.name = "total_ms", .label = "total ms", .type = TERN_COLUMN_REAL, .unit = "ms", .digits = 1},
    {.name = "tokens_per_s", .label = "tok/s", .type = TERN_COLUMN_REAL, .unit = "1/s", .digits = 2, .interval = true},
    {.name = "ms_per_token", .label = "ms/token", .type = TERN_COLUMN_REAL, .unit = "ms", .digits = 3},
    {.name = "step_median_ms", .label = "median ms", .type = TERN_COLUMN_REAL, .unit = "ms", .digits = 3},
    {.name = "step_p99_ms", .label = "p99 ms", .type = TERN_COLUMN_REAL, .unit = "ms", .digits = 3},
    {.name = "roof_share", .label = "of the limit", .type = TERN_COLUMN_SHARE, .digits = 1, .of_limit = true},
    {.name = "limit", .label = "which is", .type = TERN_COLUMN_TEXT},
    {.name = "over_baseline", .label = "x baseline", .type = TERN_COLUMN_REAL, .digits = 2},
    {.name = "target_share", .label = "of the target", .type = TERN_COLUMN_SHARE, .digits = 1},
    {.name = "bytes_per_token", .label = "bytes/token", .type = TERN_COLUMN_REAL, .unit = "B", .digits = 0},
    {.name = "weights_per_token", .label = "weights/token", .type = TERN_COLUMN_REAL, .digits = 0},
    {.name = "run", .type = TERN_COLUMN_COUNT},
};

/* The rate, and the slowest and fastest of its repetitions. */
static tern_estimate rate_of(const tern_phase *phase)
{
    if (phase->rates < 2)
        return (tern_estimate){phase->tokens_per_s, (double)NAN, (double)NAN};
    return (tern_estimate){phase->tokens_per_s, fmin(phase->tokens_per_s, tern_stats_min(phase->rate, phase->rates)),
                           fmax(phase->tokens_per_s, tern_stats_max(phase->rate, phase->rates))};
}

static const tern_decode_record *baseline_of(const tern_results *results, const tern_decode_record *r)
{
    const tern_decode_record *b;
    size_t cursor = 0;

    while ((b = tern_full_next_loop(results, true, &cursor)) != NULL)
        if (b->run == r->run && strcmp(b->model, r->model) == 0)
            return b;
    return NULL;
}

static void fill_limit(tern_sheet *sheet, const tern_results *results, const tern_decode_record *r,
                       const tern_phase *phase)
{
    const tern_loop_limit limit = tern_loop_limit_of(results, r, phase);

    tern_sheet_real(sheet, LIMIT, limit.share);
    if (isfinite(limit.share) && limit.reads)
        tern_sheet_format(sheet, LIMIT_OF, "reading, %.1f GB/s", 1e-9 * limit.tokens_per_s * phase->bytes_per_token);
    else if (isfinite(limit.share))
        tern_sheet_format(sheet, LIMIT_OF, "%s, %.0f GMAC/s", r->roof_instruction, r->roof_gmacs);
}

static void add_phase(tern_sheet *sheet, const tern_results *results, const tern_decode_record *r, const char *name,
                      const tern_phase *phase, const tern_phase *over)
{
    if (phase->tokens == 0)
        return;
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, MODEL, r->model);
    tern_sheet_format(sheet, KERNEL, "%s%s%s", r->kernel, r->toggles[0] == '\0' ? "" : "+", r->toggles);
    tern_sheet_count(sheet, THREADS, r->threads);
    tern_sheet_format(sheet, LAYERS, "%" PRIu32 " of %" PRIu32,
                      r->measured_layers == 0 ? r->layers : r->measured_layers, r->layers);
    tern_sheet_text(sheet, PHASE, name);
    tern_sheet_count(sheet, TOKENS, phase->tokens);
    tern_sheet_real(sheet, TOTAL_MS, phase->total_ms);
    tern_sheet_estimate(sheet, RATE, rate_of(phase));
    tern_sheet_real(sheet, TOKEN_MS, phase->total_ms / phase->tokens);
    if (phase == &r->decode && r->steps > 0) {
        tern_sheet_real(sheet, MEDIAN_MS, r->median_ms);
        tern_sheet_real(sheet, P99_MS, r->p99_ms);
    }
    fill_limit(sheet, results, r, phase);
    if (over != NULL && over->tokens > 0)
        tern_sheet_real(sheet, OVER_BASELINE, phase->tokens_per_s / over->tokens_per_s);
    if (phase == &r->decode && r->target_tokens_per_s > 0.0)
        tern_sheet_real(sheet, TARGET, phase->tokens_per_s / r->target_tokens_per_s);
    tern_sheet_real(sheet, BYTES, phase->bytes_per_token);
    tern_sheet_real(sheet, WEIGHTS, phase->macs_per_token);
    tern_sheet_count(sheet, RUN, r->run + 1);
}

static void add_loops(tern_document *document, const char *name, const tern_results *results, bool baseline)
{
    tern_sheet *sheet = tern_document_sheet(document, name, TERN_FOR_ALL, columns, COLUMNS);
    const tern_decode_record *r;
    size_t cursor = 0;

    sheet->tall = true;
    while ((r = tern_full_next_loop(results, baseline, &cursor)) != NULL) {
        const tern_decode_record *b = baseline ? NULL : baseline_of(results, r);
        add_phase(sheet, results, r, "prefill", &r->prefill, b == NULL ? NULL : &b->prefill);
        add_phase(sheet, results, r, "decode", &r->decode, b == NULL ? NULL : &b->decode);
    }
}

enum { CASE_MEDIAN = TERN_CASE_COLUMNS, CASE_GMACS, CASE_RUN, CASE_COLUMNS };

static const tern_column case_columns[CASE_COLUMNS] = {
    TERN_CASE_COLUMN_ROWS,
    {.name = "median_ns", .label = "median", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "gmacs", .label = "GMAC/s", .type = TERN_COLUMN_REAL, .unit = "GMAC/s", .digits = 2},
    {.name = "run", .type = TERN_COLUMN_COUNT},
};

/* How the kernels that others are compared with did, in figures for programs and one sentence for people. */
static tern_status add_case_baselines(tern_document *document, const tern_results *results, size_t *count,
                                      tern_error *error)
{
    tern_groups problems;
    const tern_status status = tern_groups_of_results(&problems, results, &tern_by_problem_timed, error);
    tern_sheet *sheet = tern_document_sheet(document, "case_baselines", TERN_FOR_PROGRAMS, case_columns, CASE_COLUMNS);
    double least = INFINITY, most = 0.0;
    const char *name = "";

    for (size_t i = 0; i < problems.count; i++) {
        const tern_record *r = tern_fastest_baseline(&problems.group[i], results);
        if (r == NULL)
            continue;
        (*count)++;
        name = r->kernel;
        least = fmin(least, tern_record_gmacs(r));
        most = fmax(most, tern_record_gmacs(r));
        tern_sheet_row(sheet);
        tern_case_cells(sheet, r);
        tern_sheet_real(sheet, CASE_MEDIAN, r->timing.median_ns);
        tern_sheet_real(sheet, CASE_GMACS, tern_record_gmacs(r));
        tern_sheet_count(sheet, CASE_RUN, r->run + 1);
    }
    if (*count > 0)
        tern_document_line(document,
                           "Products: %s, timed in the same runs as the rest, on %zu problem%s: %.2f to %.2f GMAC/s. "
                           "\"x baseline\" below is relative to it.",
                           name, *count, tern_text_plural(*count), least, most);
    tern_groups_free(&problems);
    return status;
}

tern_status tern_full_baseline(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    size_t cases = 0, cursor = 0;
    const bool loop = tern_full_next_loop(results, true, &cursor) != NULL;

    if (loop) {
        tern_document_line(document, "The decode loop with the baseline's kernel, measured in the same run; times of a "
                                     "few layers are scaled to all of them.");
        add_loops(document, "baseline_loops", results, true);
    }
    const tern_status status = add_case_baselines(document, results, &cases, error);
    *filled = loop || cases > 0;
    return status;
}

tern_status tern_full_current(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    const tern_decode_record *r;
    size_t cursor = 0;

    (void)error;
    tern_decode_figures_add(document, results);
    *filled = tern_full_has_loop(results);
    if (!*filled)
        return TERN_OK;
    while ((r = tern_full_next_loop(results, false, &cursor)) != NULL)
        tern_document_line(document,
                           "%s: %" PRIu32 " layer%s, hidden %" PRIu32 ", FFN %" PRIu32 ", vocabulary %" PRIu32
                           ": %" PRIu64 " ternary weights, %" PRIu64 " in the embedding, %" PRIu64 " in the head; %s.",
                           r->model, r->layers, tern_text_plural(r->layers), r->hidden, r->ffn, r->vocabulary,
                           r->ternary_weights, r->embedding_weights, r->head_weights, r->source);
    add_loops(document, "loops", results, false);
    tern_plot_add(document, "latency");
    return TERN_OK;
}

enum { KV_MODEL, KV_POSITION, KV_APPEND, KV_ATTEND, KV_RUN, KV_COLUMNS };

static const tern_column kv_columns[KV_COLUMNS] = {
    TERN_FOR_PROGRAMS_COLUMN("model", TERN_COLUMN_TEXT),
    {.name = "position", .type = TERN_COLUMN_REAL},
    {.name = "append_ns", .label = "append a token", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "attend_ns", .label = "attend to the past", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "run", .type = TERN_COLUMN_COUNT},
};

static void say_cache(tern_document *document, const tern_decode_record *r)
{
    char sequences[32] = "";

    if (r->sequences > 1)
        tern_text_append(sequences, sizeof sequences, "%" PRIu32 " sequences x ", r->sequences);
    tern_document_line(document,
                       "%s: keys and values take %" PRIu64 " bytes: 2 x %" PRIu32 " layer%s x %s%" PRIu32
                       " slots x %" PRIu32 " values, and %" PRIu64 " bytes of scales.",
                       r->model, r->kv_bytes, r->layers, tern_text_plural(r->layers), sequences, r->context,
                       r->kv_heads * r->head_dim, r->kv_scale_bytes);
    if (isfinite(r->kv_ratio_measured))
        tern_document_line(
            document,
            "Without the cache it takes %.2f times as long; (n p + n (n - 1) / 2) / (p + n - 1) predicts "
            "%.2f. The tokens are the same.",
            r->kv_ratio_measured, r->kv_ratio_predicted);
    else
        tern_document_line(document, "It was not run without the cache; `ternbench decode --compare-cache 16` does.");
    if (isfinite(r->allocations))
        tern_document_line(document, "Allocations while tokens were decoded: %.0f.", r->allocations);
}

tern_status tern_full_cache(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    const tern_decode_record *r;
    size_t cursor = 0;

    (void)error;
    *filled = tern_full_has_loop(results);
    if (!*filled)
        return TERN_OK;
    tern_sheet *sheet = tern_document_sheet(document, "kv_cache", TERN_FOR_ALL, kv_columns, KV_COLUMNS);
    while ((r = tern_full_next_loop(results, false, &cursor)) != NULL) {
        tern_sheet_section(sheet, TERN_FOR_ALL, "The ring of %s by position: one layer, one thread", r->model);
        for (uint32_t i = 0; i < r->kv_points; i++) {
            tern_sheet_row(sheet);
            tern_sheet_text(sheet, KV_MODEL, r->model);
            tern_sheet_real(sheet, KV_POSITION, r->kv_position[i]);
            tern_sheet_real(sheet, KV_APPEND, r->kv_append_ns[i]);
            tern_sheet_real(sheet, KV_ATTEND, r->kv_attend_ns[i]);
            tern_sheet_count(sheet, KV_RUN, r->run + 1);
        }
        say_cache(document, r);
    }
    return TERN_OK;
}
