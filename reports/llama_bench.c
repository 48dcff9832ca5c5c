/*
 * The columns of llama.cpp's llama-bench, in Markdown: pp512 is a prompt of 512 tokens, tg128 are 128 generated ones;
 * t/s is the mean over the repetitions and their standard deviation.
 */
#include "base/stats.h"
#include "base/text.h"
#include "markup.h"
#include "report.h"

#include <inttypes.h>
#include <stdbool.h>

/* A text of a record as a cell of so many columns at least. */
static void put_cell(FILE *stream, const char *text, size_t width)
{
    char visible[512];
    const size_t length = tern_text_visible(visible, sizeof visible, text);

    fputs("| ", stream);
    tern_markdown_put(stream, visible);
    fprintf(stream, "%*s ", length < width ? (int)(width - length) : 0, "");
}

/* As llama-bench does, in the smaller unit below one of the larger. */
static void put_amount(FILE *stream, double amount, double large, const char *of_large, double small,
                       const char *of_small, int width)
{
    const bool is_small = amount < large;

    fprintf(stream, "| %*.2f %s ", width, amount / (is_small ? small : large), is_small ? of_small : of_large);
}

static void put_row(FILE *stream, const tern_decode_record *r, const char *test, uint32_t tokens,
                    const tern_phase *phase)
{
    char name[16];

    if (phase->tokens == 0 || phase->rates == 0)
        return;
    const double mean = tern_stats_mean(phase->rate, phase->rates);
    const double deviation = phase->rates > 1 ? tern_stats_deviation(phase->rate, phase->rates) : 0.0;
    snprintf(name, sizeof name, "%s%" PRIu32, test, tokens);
    /* The size is that of the model, also where an embedding of the head's form stays in its file. */
    const uint64_t embedding = r->embedding_bytes == 0 && r->head_weights > 0 ? r->head_bytes : r->embedding_bytes;
    put_cell(stream, r->model, 24);
    put_amount(stream, (double)(r->packed_bytes + embedding + r->head_bytes + r->norm_bytes), 0x1p30, "GiB", 0x1p20,
               "MiB", 8);
    put_amount(stream, (double)(r->ternary_weights + r->embedding_weights + r->head_weights), 1e9, "B", 1e6, "M", 9);
    put_cell(stream, r->kernel, 16);
    fprintf(stream, "| %7" PRIu32 " | %10s | %9.2f ± %.2f |\n", r->threads, name, mean, deviation);
}

void tern_report_llama_bench(FILE *stream, const tern_results *results)
{
    fprintf(stream, "| %-24s | %12s | %11s | %-16s | %7s | %10s | %16s |\n", "model", "size", "params", "backend",
            "threads", "test", "t/s");
    fprintf(stream,
            "| ------------------------ | -----------: | ----------: | ---------------- | ------: | ---------: | "
            "---------------: |\n");
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        if (!r->timed || r->baseline)
            continue;
        put_row(stream, r, "pp", r->prompt_tokens, &r->prefill);
        put_row(stream, r, "tg", r->new_tokens, &r->decode);
    }
}
