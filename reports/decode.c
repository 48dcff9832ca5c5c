/*
 * The decode loop in words and figures: what ran, how fast against the limits of the machine, where the time went, in
 * how much memory, and what the baseline did. Programs get all of it as rows.
 */
#include "analyse/above_limit.h"
#include "analyse/loop_limit.h"
#include "base/text.h"
#include "decode_figures.h"
#include "report.h"
#include "runs.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 512, PLAIN_PRODUCTS = 4 };

static double mib(uint64_t bytes)
{
    return (double)bytes / (1 << 20);
}

static void say_subject(tern_document *document, const tern_decode_record *r, const tern_results *results)
{
    char run[32] = "";

    if (results->runs.count > 1)
        snprintf(run, sizeof run, "Run %" PRIu32 ": ", r->run + 1);
    tern_document_heading(
        document, "%s%s%s: %" PRIu64 " ternary weights + embedding %" PRIu64 " + head %" PRIu64 "; %s", run, r->model,
        r->baseline ? " (baseline)" : "", r->ternary_weights, r->embedding_weights, r->head_weights, r->source);
    tern_document_line(document,
                       "%" PRIu32 " layer%s, hidden %" PRIu32 ", %" PRIu32 " head%s (%" PRIu32
                       " of keys and values) x %" PRIu32 ", FFN %" PRIu32 ", vocabulary %" PRIu32 ", context %" PRIu32,
                       r->layers, tern_text_plural(r->layers), r->hidden, r->heads, tern_text_plural(r->heads),
                       r->kv_heads, r->head_dim, r->ffn, r->vocabulary, r->context);
    tern_document_line(document, "kernel %s%s%s (%s), %.3g bits a weight, %" PRIu32 " thread%s%s%s", r->kernel,
                       r->toggles[0] ? "+" : "", r->toggles, r->isa, r->bits_per_weight, r->threads,
                       tern_text_plural(r->threads), r->loop_toggles[0] ? ", loop " : "", r->loop_toggles);
    if (r->pick_reason[0] != '\0')
        tern_document_line(document, "chosen because %s", r->pick_reason);
}

enum { PHASE, TOKENS, TOTAL, RATE, TOKEN, LIMIT, PHASE_COLUMNS };

static const tern_column phase_columns[PHASE_COLUMNS] = {
    {.name = "phase", .type = TERN_COLUMN_TEXT, .width = 8},
    {.name = "tokens", .type = TERN_COLUMN_COUNT, .width = 6},
    {.name = "total_ms", .label = "total ms", .type = TERN_COLUMN_REAL, .digits = 1, .width = 10},
    {.name = "tokens_per_s", .label = "tok/s", .type = TERN_COLUMN_REAL, .digits = 2, .width = 9},
    {.name = "ms_per_token", .label = "ms/token", .type = TERN_COLUMN_REAL, .digits = 3, .width = 9},
    {.name = "limit", .label = "share of the limit measured in this run", .type = TERN_COLUMN_TEXT},
};

static void add_phase(tern_sheet *sheet, const tern_results *results, const tern_decode_record *r, const char *name,
                      const tern_phase *phase)
{
    const tern_loop_limit limit = tern_loop_limit_of(results, r, phase);

    if (phase->tokens == 0)
        return;
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, PHASE, name);
    tern_sheet_count(sheet, TOKENS, phase->tokens);
    tern_sheet_real(sheet, TOTAL, phase->total_ms);
    tern_sheet_real(sheet, RATE, phase->tokens_per_s);
    tern_sheet_real(sheet, TOKEN, phase->total_ms / phase->tokens);
    if (isfinite(limit.share))
        tern_sheet_format(sheet, LIMIT, "%5.1f %% of %.2f tok/s by %s%s", 100.0 * limit.share, limit.tokens_per_s,
                          limit.reads ? "reading" : r->roof_instruction, tern_above_limit_remark(limit.share));
    else if (limit.in_cache)
        tern_sheet_text(sheet, LIMIT, "not known: weights lie in a cache, and only memory was measured");
}

/* ", decode 3.21..3.25 tok/s"; nothing for a phase that was not run. */
static void append_range(const char *name, const tern_phase *phase, char *text, size_t bytes)
{
    double low = phase->tokens_per_s, high = low;

    for (uint32_t i = 0; i < phase->rates; i++) {
        low = fmin(low, phase->rate[i]);
        high = fmax(high, phase->rate[i]);
    }
    if (phase->tokens > 0)
        tern_text_append(text, bytes, "%s %s %.2f..%.2f tok/s", text[0] == '\0' ? "" : ",", name, low, high);
}

static void say_repetitions(tern_document *document, const tern_decode_record *r)
{
    char text[LINE_BYTES] = "";

    append_range("prefill", &r->prefill, text, sizeof text);
    append_range("decode", &r->decode, text, sizeof text);
    tern_document_line(document, "over %" PRIu32 " repetitions:%s", r->repetitions, text);
}

static void say_demand(tern_document *document, const tern_decode_record *r)
{
    char text[LINE_BYTES] = "";

    tern_text_append(text, sizeof text, "a token reads %.1f MB and multiplies %.3f G weights",
                     r->decode.bytes_per_token / 1e6, r->decode.macs_per_token / 1e9);
    if (r->roof_read_gbps > 0.0)
        tern_text_append(text, sizeof text, "; %s %.0f GMAC/s, read bandwidth %.1f GB/s", r->roof_instruction,
                         r->roof_gmacs, r->roof_read_gbps);
    if (r->roof_step_gbps > 0.0)
        tern_text_append(text, sizeof text,
                         " of a large buffer, and %.1f GB/s of weights and head in turns with the steps",
                         r->roof_step_gbps);
    tern_document_line(document, "%s", text);
}

static void say_speed(tern_document *document, const tern_results *results, const tern_decode_record *r)
{
    tern_sheet *sheet = tern_document_sheet(document, "phases", TERN_FOR_PEOPLE, phase_columns, PHASE_COLUMNS);

    add_phase(sheet, results, r, "prefill", &r->prefill);
    add_phase(sheet, results, r, "decode", &r->decode);
    if (r->steps > 0)
        tern_document_line(document, "a step: median %.3f ms, p99 %.3f ms", r->median_ms, r->p99_ms);
    if (r->repetitions > 1)
        say_repetitions(document, r);
    if (r->decode.tokens > 0)
        say_demand(document, r);
    if (r->products > PLAIN_PRODUCTS)
        tern_document_line(document,
                           "%" PRIu32 " products a layer instead of %d: scales change along the rows of a matrix",
                           r->products, PLAIN_PRODUCTS);
    if (r->target_tokens_per_s > 0.0 && (r->decode.tokens > 0 || r->prefill.tokens == 0))
        tern_document_line(document, "target %.4g tok/s: %.1f %% of it", r->target_tokens_per_s,
                           100.0 * r->decode.tokens_per_s / r->target_tokens_per_s);
    if (r->measured_layers < r->layers)
        tern_document_line(document, "scaled: measured on %" PRIu32 " of %" PRIu32 " layers", r->measured_layers,
                           r->layers);
}

enum { PART, PREFILL_MS, PREFILL_SHARE, DECODE_MS, DECODE_SHARE, PART_COLUMNS };

static const tern_column part_columns[PART_COLUMNS] = {
    {.name = "part", .label = "ms a token", .type = TERN_COLUMN_TEXT, .width = 15},
    {.name = "prefill_ms", .label = "prefill", .type = TERN_COLUMN_REAL, .digits = 4, .width = 12},
    {.name = "prefill_share", .label = "", .type = TERN_COLUMN_SHARE, .digits = 1, .width = 6},
    {.name = "decode_ms", .label = "decode", .type = TERN_COLUMN_REAL, .digits = 4, .width = 12},
    {.name = "decode_share", .label = "", .type = TERN_COLUMN_SHARE, .digits = 1, .width = 6},
};

/* A part's share of a phase, or that of all parts together. */
static void fill_part(tern_sheet *sheet, size_t column, const tern_phase *phase, double ms)
{
    if (phase->tokens == 0)
        return;
    tern_sheet_real(sheet, column, ms / phase->tokens);
    tern_sheet_real(sheet, column + 1, ms / phase->total_ms);
}

static double whole_ms(const tern_phase *phase)
{
    double sum = 0.0;

    for (uint32_t i = 0; i < phase->parts; i++)
        sum += phase->part_ms[i];
    return sum;
}

static void say_parts(tern_document *document, const tern_decode_record *r)
{
    tern_sheet *sheet = tern_document_sheet(document, "parts_a_token", TERN_FOR_PEOPLE, part_columns, PART_COLUMNS);
    const uint32_t parts = r->decode.parts > 0 ? r->decode.parts : r->prefill.parts;
    uint32_t slowest = 0;

    for (uint32_t part = 0; part < parts; part++) {
        tern_sheet_row(sheet);
        tern_sheet_text(sheet, PART, tern_decode_part_names[part]);
        fill_part(sheet, PREFILL_MS, &r->prefill, r->prefill.part_ms[part]);
        fill_part(sheet, DECODE_MS, &r->decode, r->decode.part_ms[part]);
        slowest = r->decode.part_ms[part] > r->decode.part_ms[slowest] ? part : slowest;
    }
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, PART, "sum");
    fill_part(sheet, PREFILL_MS, &r->prefill, whole_ms(&r->prefill));
    fill_part(sheet, DECODE_MS, &r->decode, whole_ms(&r->decode));
    if (r->decode.parts > 0 && r->decode.total_ms > 0.0)
        tern_document_line(document, "bottleneck of decode: %s, %.1f %% of its time", tern_decode_part_names[slowest],
                           100.0 * r->decode.part_ms[slowest] / r->decode.total_ms);
}

static void say_memory(tern_document *document, const tern_decode_record *r)
{
    char text[LINE_BYTES] = "";

    tern_text_append(text, sizeof text, "memory, MiB: weights %.1f", mib(r->packed_bytes));
    if (r->embedding_bytes > 0) /* records of versions that kept it */
        tern_text_append(text, sizeof text, " + embedding %.1f", mib(r->embedding_bytes));
    tern_text_append(text, sizeof text, " + head %.1f + norms %.1f, KV %.1f", mib(r->head_bytes), mib(r->norm_bytes),
                     mib(r->kv_bytes));
    if (r->kv_scale_bytes > 0)
        tern_text_append(text, sizeof text, " + scales %.1f", mib(r->kv_scale_bytes));
    tern_text_append(text, sizeof text, ", buffers %.1f; peak RSS %.1f", mib(r->buffer_bytes), mib(r->peak_rss_bytes));
    if (r->budget_bytes > 0)
        tern_text_append(text, sizeof text, ", %.1f %% of the budget of %.0f",
                         100.0 * (double)r->peak_rss_bytes / (double)r->budget_bytes, mib(r->budget_bytes));
    tern_document_paragraph(document, "%s", text);
    if (isfinite(r->allocations))
        tern_document_line(document, "loaded in %.1f s; %.0f allocations while tokens were decoded", r->load_s,
                           r->allocations);
    else
        tern_document_line(document, "loaded in %.1f s; allocations cannot be counted in this build", r->load_s);
    tern_document_line(document, "tokens %s, logits %s (to be the same for every kernel, thread count and block)",
                       r->tokens_hash, r->logits_hash);
    if (isfinite(r->kv_ratio_measured))
        tern_document_line(document,
                           "without the KV cache: %.2f times the work by (n p + n (n - 1) / 2) / (p + n - 1), %.2f "
                           "times the time measured, the same tokens",
                           r->kv_ratio_predicted, r->kv_ratio_measured);
}

/* Positions stand side by side; their labels are the positions. */
enum { KV_WHAT, KV_FIRST, KV_COLUMNS = KV_FIRST + TERN_DECODE_KV_POINTS };

#define KV_COLUMN(key)                                                                                                 \
    {                                                                                                                  \
        .name = key, .type = TERN_COLUMN_TEXT, .width = 8                                                              \
    }

static const tern_column kv_columns[KV_COLUMNS] = {
    {.name = "at position", .type = TERN_COLUMN_TEXT, .width = 18},
    KV_COLUMN("p0"),
    KV_COLUMN("p1"),
    KV_COLUMN("p2"),
    KV_COLUMN("p3"),
    KV_COLUMN("p4"),
    KV_COLUMN("p5"),
    KV_COLUMN("p6"),
    KV_COLUMN("p7"),
};

static void say_cache(tern_document *document, const tern_decode_record *r)
{
    if (r->kv_points == 0)
        return;
    tern_sheet *sheet = tern_document_sheet(document, "kv_ring_by_position", TERN_FOR_PEOPLE, kv_columns, KV_COLUMNS);
    tern_sheet_section(sheet, TERN_FOR_PEOPLE, "KV ring, one layer, one thread");
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, KV_WHAT, "append a token");
    for (uint32_t i = 0; i < r->kv_points; i++) {
        tern_sheet_label(sheet, KV_FIRST + i, "%8.0f", r->kv_position[i]);
        tern_sheet_format(sheet, KV_FIRST + i, "%5.2f us", 1e-3 * r->kv_append_ns[i]);
    }
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, KV_WHAT, "attend to the past");
    for (uint32_t i = 0; i < r->kv_points; i++)
        tern_sheet_format(sheet, KV_FIRST + i, "%5.*f us", r->kv_attend_ns[i] < 99950.0 ? 1 : 0,
                          1e-3 * r->kv_attend_ns[i]);
}

/* "; this is 3.1 times as fast in decode, 2.0 in prefill", of the phases that both have. Returns text. */
static char *times_as_fast(const tern_decode_record *r, const tern_decode_record *b, char *text, size_t bytes)
{
    const struct {
        const char *name;
        const tern_phase *of, *base;
    } phases[] = {{"decode", &r->decode, &b->decode}, {"prefill", &r->prefill, &b->prefill}};
    bool begun = false;

    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
        if (phases[i].of->tokens > 0 && phases[i].base->tokens > 0) {
            tern_text_append(text, bytes, begun ? ", %.1f in %s" : "; this is %.1f times as fast in %s",
                             phases[i].of->tokens_per_s / phases[i].base->tokens_per_s, phases[i].name);
            begun = true;
        }
    return text;
}

static void say_comparison(tern_document *document, const tern_results *results, const tern_decode_record *r)
{
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *b = &results->decodes.item[i];
        char scaled[64] = "", ratios[96] = "";
        if (b->run != r->run || !b->baseline || !b->timed || strcmp(b->model, r->model) != 0)
            continue;
        if (b->measured_layers < b->layers)
            snprintf(scaled, sizeof scaled, " (scaled from %" PRIu32 " of %" PRIu32 " layers)", b->measured_layers,
                     b->layers);
        tern_document_line(document, "baseline %s, %" PRIu32 " thread%s: %.3f tok/s decode, %.3f prefill%s%s",
                           b->kernel, b->threads, tern_text_plural(b->threads), b->decode.tokens_per_s,
                           b->prefill.tokens_per_s, scaled, times_as_fast(r, b, ratios, sizeof ratios));
    }
}

tern_status tern_decode_build(tern_document *document, const tern_results *results, tern_error *error)
{
    (void)error;
    document->title = "The decode loop";
    tern_runs_introduce(document, results);
    tern_decode_figures_add(document, results);
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        if (r->baseline)
            continue;
        say_subject(document, r, results);
        if (!r->timed) {
            tern_document_line(document, "%s: %s", tern_verdict_name(r->finding.verdict), r->finding.reason);
            tern_runs_add_again(document, results, r->run, r->id);
            continue;
        }
        say_speed(document, results, r);
        say_parts(document, r);
        say_memory(document, r);
        say_cache(document, r);
        say_comparison(document, results, r);
    }
    tern_runs_add(document, results);
    return TERN_OK;
}
