/*
 * What the decode loop is made of: where the time of a token goes, and what the memory is for.
 */
#include "full.h"

#include <stdio.h>

const tern_decode_record *tern_full_next_loop(const tern_results *results, bool baseline, size_t *cursor)
{
    while (*cursor < results->decodes.count) {
        const tern_decode_record *r = &results->decodes.item[(*cursor)++];
        if (r->timed && r->baseline == baseline)
            return r;
    }
    return NULL;
}

bool tern_full_has_loop(const tern_results *results)
{
    size_t cursor = 0;

    return tern_full_next_loop(results, false, &cursor) != NULL;
}

enum { PART, PREFILL_MS, PREFILL_SHARE, DECODE_MS, DECODE_SHARE, PART_MODEL, PART_COLUMNS };

static const tern_column part_columns[PART_COLUMNS] = {
    {.name = "part", .type = TERN_COLUMN_TEXT},
    {.name = "prefill_ms", .label = "prefill ms/token", .type = TERN_COLUMN_REAL, .unit = "ms", .digits = 4},
    {.name = "prefill_share", .label = "of prefill", .type = TERN_COLUMN_SHARE, .digits = 1},
    {.name = "decode_ms", .label = "decode ms/token", .type = TERN_COLUMN_REAL, .unit = "ms", .digits = 4},
    {.name = "decode_share", .label = "of decode", .type = TERN_COLUMN_SHARE, .digits = 1},
    TERN_FOR_PROGRAMS_COLUMN("model", TERN_COLUMN_TEXT),
};

static void fill_part(tern_sheet *sheet, size_t column, const tern_phase *phase, double ms)
{
    if (phase->tokens == 0)
        return;
    tern_sheet_real(sheet, column, ms / phase->tokens);
    tern_sheet_real(sheet, column + 1, ms / phase->total_ms);
}

static void add_part(tern_sheet *sheet, const tern_decode_record *r, const char *name, double prefill, double decode)
{
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, PART, name);
    fill_part(sheet, PREFILL_MS, &r->prefill, prefill);
    fill_part(sheet, DECODE_MS, &r->decode, decode);
    tern_sheet_text(sheet, PART_MODEL, r->model);
}

tern_status tern_full_breakdown(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    const tern_decode_record *r;
    size_t cursor = 0;

    (void)error;
    *filled = tern_full_has_loop(results);
    if (!*filled)
        return TERN_OK;
    tern_sheet *sheet = tern_document_sheet(document, "breakdown", TERN_FOR_ALL, part_columns, PART_COLUMNS);
    while ((r = tern_full_next_loop(results, false, &cursor)) != NULL) {
        double prefill = 0.0, decode = 0.0;
        tern_sheet_section(sheet, TERN_FOR_ALL, "%s", r->model);
        const uint32_t parts = r->decode.parts > 0 ? r->decode.parts : r->prefill.parts;
        for (uint32_t i = 0; i < parts; i++) {
            add_part(sheet, r, tern_decode_part_names[i], r->prefill.part_ms[i], r->decode.part_ms[i]);
            prefill += r->prefill.part_ms[i];
            decode += r->decode.part_ms[i];
        }
        add_part(sheet, r, "sum of the parts", prefill, decode);
        tern_sheet_note(sheet, "Timers inside the loop; their sum is %.1f %% of the time from outside.",
                        100.0 * (prefill + decode) / (r->prefill.total_ms + r->decode.total_ms));
    }
    return TERN_OK;
}

enum { ITEM, ITEM_BYTES, ITEM_MIB, ITEM_SHARE, ITEM_MODEL, MEMORY_COLUMNS };

static const tern_column memory_columns[MEMORY_COLUMNS] = {
    {.name = "item", .type = TERN_COLUMN_TEXT},
    {.name = "bytes", .type = TERN_COLUMN_COUNT, .unit = "B"},
    {.name = "mib", .label = "MiB", .type = TERN_COLUMN_REAL, .unit = "MiB", .digits = 1},
    {.name = "of_peak", .label = "of the peak", .type = TERN_COLUMN_SHARE, .digits = 1},
    TERN_FOR_PROGRAMS_COLUMN("model", TERN_COLUMN_TEXT),
};

static void add_memory(tern_sheet *sheet, const tern_decode_record *r, const char *item, uint64_t bytes)
{
    tern_sheet_row(sheet);
    tern_sheet_text(sheet, ITEM, item);
    tern_sheet_count(sheet, ITEM_BYTES, bytes);
    tern_sheet_real(sheet, ITEM_MIB, (double)bytes / (1 << 20));
    if (r->peak_rss_bytes > 0)
        tern_sheet_real(sheet, ITEM_SHARE, (double)bytes / (double)r->peak_rss_bytes);
    tern_sheet_text(sheet, ITEM_MODEL, r->model);
}

tern_status tern_full_memory(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    const tern_decode_record *r;
    size_t cursor = 0;

    (void)error;
    *filled = tern_full_has_loop(results);
    if (!*filled)
        return TERN_OK;
    tern_sheet *sheet = tern_document_sheet(document, "memory", TERN_FOR_ALL, memory_columns, MEMORY_COLUMNS);
    while ((r = tern_full_next_loop(results, false, &cursor)) != NULL) {
        tern_sheet_section(sheet, TERN_FOR_ALL, "%s, %.3g bits a ternary weight as packed", r->model,
                           r->bits_per_weight);
        add_memory(sheet, r, "ternary weights, packed", r->packed_bytes);
        add_memory(sheet, r, "embedding", r->embedding_bytes);
        add_memory(sheet, r, "head", r->head_bytes);
        add_memory(sheet, r, "norms", r->norm_bytes);
        add_memory(sheet, r, "keys and values", r->kv_bytes);
        add_memory(sheet, r, "their scales", r->kv_scale_bytes);
        add_memory(sheet, r, "buffers", r->buffer_bytes);
        add_memory(sheet, r, "peak resident set, measured", r->peak_rss_bytes);
        if (r->budget_bytes > 0)
            add_memory(sheet, r, "budget", r->budget_bytes);
    }
    return TERN_OK;
}
