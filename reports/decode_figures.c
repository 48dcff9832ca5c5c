#include "decode_figures.h"

#include "analyse/loop_limit.h"
#include "runs.h"

#include <math.h>

/* One list for columns and cells: the key, the member of a tern_decode_record, and the unit of a number. */
#define PHASE_FIGURES(WHOLE, REAL, LIMIT, name)                                                                        \
    WHOLE(#name "_tokens", name.tokens, NULL)                                                                          \
    REAL(#name "_ms", name.total_ms, "ms")                                                                             \
    REAL(#name "_tokens_per_s", name.tokens_per_s, "1/s")                                                              \
    LIMIT(#name "_roof_tokens_per_s", name, tokens_per_s, "1/s")                                                       \
    LIMIT(#name "_roof_share", name, share, NULL)                                                                      \
    REAL(#name "_bytes_per_token", name.bytes_per_token, "B")                                                          \
    REAL(#name "_macs_per_token", name.macs_per_token, NULL)

#define FIGURES(TEXT, FLAG, WHOLE, REAL, LIMIT)                                                                        \
    TEXT("id", id)                                                                                                     \
    TEXT("model", model)                                                                                               \
    TEXT("source", source)                                                                                             \
    TEXT("kernel", kernel)                                                                                             \
    TEXT("toggles", toggles)                                                                                           \
    TEXT("loop_toggles", loop_toggles)                                                                                 \
    TEXT("isa", isa)                                                                                                   \
    REAL("bits_per_weight", bits_per_weight, NULL)                                                                     \
    WHOLE("threads", threads, NULL)                                                                                    \
    WHOLE("layers", layers, NULL)                                                                                      \
    WHOLE("hidden", hidden, NULL)                                                                                      \
    WHOLE("heads", heads, NULL)                                                                                        \
    WHOLE("kv_heads", kv_heads, NULL)                                                                                  \
    WHOLE("head_dim", head_dim, NULL)                                                                                  \
    WHOLE("ffn", ffn, NULL)                                                                                            \
    WHOLE("vocabulary", vocabulary, NULL)                                                                              \
    WHOLE("context", context, NULL)                                                                                    \
    WHOLE("ternary_weights", ternary_weights, NULL)                                                                    \
    WHOLE("embedding_weights", embedding_weights, NULL)                                                                \
    WHOLE("head_weights", head_weights, NULL)                                                                          \
    WHOLE("sequences", sequences, NULL)                                                                                \
    WHOLE("block", block, NULL)                                                                                        \
    WHOLE("repetitions", repetitions, NULL)                                                                            \
    WHOLE("prompt_tokens", prompt_tokens, NULL)                                                                        \
    WHOLE("new_tokens", new_tokens, NULL)                                                                              \
    WHOLE("seed", seed, NULL)                                                                                          \
    REAL("p0", p0, NULL)                                                                                               \
    FLAG("baseline", baseline)                                                                                         \
    WHOLE("measured_layers", measured_layers, NULL)                                                                    \
    PHASE_FIGURES(WHOLE, REAL, LIMIT, prefill)                                                                         \
    PHASE_FIGURES(WHOLE, REAL, LIMIT, decode)                                                                          \
    WHOLE("steps", steps, NULL)                                                                                        \
    REAL("step_median_ms", median_ms, "ms")                                                                            \
    REAL("step_p99_ms", p99_ms, "ms")                                                                                  \
    REAL("load_s", load_s, "s")                                                                                        \
    REAL("roof_read_gbps", roof_read_gbps, "GB/s")                                                                     \
    REAL("roof_gmacs", roof_gmacs, "GMAC/s")                                                                           \
    TEXT("roof_instruction", roof_instruction)                                                                         \
    WHOLE("step_bytes", step_bytes, "B")                                                                               \
    REAL("roof_step_gbps", roof_step_gbps, "GB/s")                                                                     \
    REAL("target_tokens_per_s", target_tokens_per_s, "1/s")                                                            \
    REAL("kv_ratio_predicted", kv_ratio_predicted, NULL)                                                               \
    REAL("kv_ratio_measured", kv_ratio_measured, NULL)                                                                 \
    WHOLE("packed_bytes", packed_bytes, "B")                                                                           \
    WHOLE("embedding_bytes", embedding_bytes, "B")                                                                     \
    WHOLE("head_bytes", head_bytes, "B")                                                                               \
    WHOLE("norm_bytes", norm_bytes, "B")                                                                               \
    WHOLE("kv_bytes", kv_bytes, "B")                                                                                   \
    WHOLE("kv_scale_bytes", kv_scale_bytes, "B")                                                                       \
    WHOLE("buffer_bytes", buffer_bytes, "B")                                                                           \
    WHOLE("peak_rss_bytes", peak_rss_bytes, "B")                                                                       \
    WHOLE("budget_bytes", budget_bytes, "B")                                                                           \
    REAL("allocations", allocations, NULL)                                                                             \
    TEXT("tokens_hash", tokens_hash)                                                                                   \
    TEXT("logits_hash", logits_hash)

#define TEXT_COLUMN(key, member)             {.name = key, .type = TERN_COLUMN_TEXT},
#define FLAG_COLUMN(key, member)             {.name = key, .type = TERN_COLUMN_FLAG},
#define WHOLE_COLUMN(key, member, of)        {.name = key, .type = TERN_COLUMN_COUNT, .unit = of},
#define REAL_COLUMN(key, member, of)         {.name = key, .type = TERN_COLUMN_REAL, .unit = of},
#define LIMIT_COLUMN(key, phase, member, of) {.name = key, .type = TERN_COLUMN_REAL, .unit = of},

static const tern_column columns[] = {
    FIGURES(TEXT_COLUMN, FLAG_COLUMN, WHOLE_COLUMN, REAL_COLUMN, LIMIT_COLUMN){.name = "verdict",
                                                                               .type = TERN_COLUMN_VERDICT},
    {.name = "reason", .type = TERN_COLUMN_TEXT},
    TERN_RUN_COLUMN_ROWS,
};

#define FILL_TEXT(key, member)      tern_sheet_text(sheet, column++, r->member);
#define FILL_FLAG(key, member)      tern_sheet_flag(sheet, column++, r->member);
#define FILL_WHOLE(key, member, of) tern_sheet_count(sheet, column++, r->member);
#define FILL_REAL(key, member, of)  tern_sheet_real(sheet, column++, r->timed ? r->member : (double)NAN);
#define FILL_LIMIT(key, phase, member, of)                                                                             \
    tern_sheet_real(sheet, column++, r->timed ? tern_loop_limit_of(results, r, &r->phase).member : (double)NAN);

static void add_row(tern_sheet *sheet, const tern_results *results, const tern_decode_record *r)
{
    size_t column = 0;

    tern_sheet_row(sheet);
    FIGURES(FILL_TEXT, FILL_FLAG, FILL_WHOLE, FILL_REAL, FILL_LIMIT)
    tern_sheet_text(sheet, column++, tern_verdict_name(r->finding.verdict));
    tern_sheet_text(sheet, column++, r->finding.reason);
    tern_run_cells(sheet, column, results, r->run);
}

enum { PART_ID, PART_RUN, PART_PHASE, PART_NAME, PART_MS, PART_SHARE, PART_COLUMNS };

static const tern_column part_columns[PART_COLUMNS] = {
    {.name = "id", .type = TERN_COLUMN_TEXT},
    {.name = "run", .type = TERN_COLUMN_COUNT},
    {.name = "phase", .type = TERN_COLUMN_TEXT},
    {.name = "part", .type = TERN_COLUMN_TEXT},
    {.name = "ms", .type = TERN_COLUMN_REAL, .unit = "ms"},
    {.name = "share", .type = TERN_COLUMN_SHARE},
};

static void add_parts(tern_sheet *sheet, const tern_decode_record *r, const char *name, const tern_phase *phase)
{
    for (uint32_t i = 0; phase->tokens > 0 && i < phase->parts; i++) {
        tern_sheet_row(sheet);
        tern_sheet_text(sheet, PART_ID, r->id);
        tern_sheet_count(sheet, PART_RUN, r->run + 1);
        tern_sheet_text(sheet, PART_PHASE, name);
        tern_sheet_text(sheet, PART_NAME, tern_decode_part_names[i]);
        tern_sheet_real(sheet, PART_MS, phase->part_ms[i]);
        tern_sheet_real(sheet, PART_SHARE, phase->part_ms[i] / phase->total_ms);
    }
}

enum { KV_ID, KV_RUN, KV_POSITION, KV_APPEND, KV_ATTEND, KV_COLUMNS };

static const tern_column kv_columns[KV_COLUMNS] = {
    {.name = "id", .type = TERN_COLUMN_TEXT},
    {.name = "run", .type = TERN_COLUMN_COUNT},
    {.name = "position", .type = TERN_COLUMN_REAL},
    {.name = "append_ns", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "attend_ns", .type = TERN_COLUMN_TIME, .unit = "ns"},
};

static void add_kv_points(tern_sheet *sheet, const tern_decode_record *r)
{
    for (uint32_t i = 0; i < r->kv_points; i++) {
        tern_sheet_row(sheet);
        tern_sheet_text(sheet, KV_ID, r->id);
        tern_sheet_count(sheet, KV_RUN, r->run + 1);
        tern_sheet_real(sheet, KV_POSITION, r->kv_position[i]);
        tern_sheet_real(sheet, KV_APPEND, r->kv_append_ns[i]);
        tern_sheet_real(sheet, KV_ATTEND, r->kv_attend_ns[i]);
    }
}

enum {
    STEP_ID,
    STEP_RUN,
    STEP_MODEL,
    STEP_KERNEL,
    STEP_TOGGLES,
    STEP_LOOP_TOGGLES,
    STEP_THREADS,
    STEP_POSITION,
    STEP_MS,
    STEP_MEDIAN,
    STEP_P99,
    STEP_COLUMNS
};

static const tern_column step_columns[STEP_COLUMNS] = {
    {.name = "id", .type = TERN_COLUMN_TEXT},
    {.name = "run", .type = TERN_COLUMN_COUNT},
    {.name = "model", .type = TERN_COLUMN_TEXT},
    {.name = "kernel", .type = TERN_COLUMN_TEXT},
    {.name = "toggles", .type = TERN_COLUMN_TEXT},
    {.name = "loop_toggles", .type = TERN_COLUMN_TEXT},
    {.name = "threads", .type = TERN_COLUMN_COUNT},
    {.name = "position", .type = TERN_COLUMN_COUNT},
    {.name = "step_ms", .type = TERN_COLUMN_REAL, .unit = "ms"},
    {.name = "step_median_ms", .type = TERN_COLUMN_REAL, .unit = "ms"},
    {.name = "step_p99_ms", .type = TERN_COLUMN_REAL, .unit = "ms"},
};

static void add_steps(tern_sheet *sheet, const tern_decode_record *r)
{
    for (uint32_t i = 0; i < r->steps; i++) {
        tern_sheet_row(sheet);
        tern_sheet_text(sheet, STEP_ID, r->id);
        tern_sheet_count(sheet, STEP_RUN, r->run + 1);
        tern_sheet_text(sheet, STEP_MODEL, r->model);
        tern_sheet_text(sheet, STEP_KERNEL, r->kernel);
        tern_sheet_text(sheet, STEP_TOGGLES, r->toggles);
        tern_sheet_text(sheet, STEP_LOOP_TOGGLES, r->loop_toggles);
        tern_sheet_count(sheet, STEP_THREADS, r->threads);
        tern_sheet_count(sheet, STEP_POSITION, r->prompt_tokens + i);
        tern_sheet_real(sheet, STEP_MS, r->step_ms[i]);
        tern_sheet_real(sheet, STEP_MEDIAN, r->median_ms);
        tern_sheet_real(sheet, STEP_P99, r->p99_ms);
    }
}

void tern_decode_figures_add(tern_document *document, const tern_results *results)
{
    tern_sheet *runs =
        tern_document_sheet(document, "decodes", TERN_FOR_PROGRAMS, columns, sizeof columns / sizeof *columns);
    tern_sheet *parts = tern_document_sheet(document, "parts", TERN_FOR_PROGRAMS, part_columns, PART_COLUMNS);
    tern_sheet *kv = tern_document_sheet(document, "kv_ring", TERN_FOR_PROGRAMS, kv_columns, KV_COLUMNS);
    tern_sheet *steps = tern_document_sheet(document, "steps", TERN_FOR_PROGRAMS, step_columns, STEP_COLUMNS);

    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        add_row(runs, results, r);
        if (!r->timed)
            continue;
        add_parts(parts, r, "prefill", &r->prefill);
        add_parts(parts, r, "decode", &r->decode);
        add_kv_points(kv, r);
        if (!r->baseline)
            add_steps(steps, r);
    }
}
