/*
 * A fuzz target: any bytes as a GGUF file. What is opened is read from end to end; what is not is told in a sentence.
 *
 * Built with a compiler that has libFuzzer; the corpus are files that the program writes itself, see fuzz_gguf.sh.
 */
#include "model/gguf_weights.h"
#include "model/tokenizer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *file, size_t bytes);

/* So that an input which claims much costs no more than one that has it. */
static const uint64_t MOST_WEIGHTS = 1 << 22;

/* Of every slice; floats has room for a whole matrix. */
static void read_scales(tern_weights *w, uint32_t layer, tern_matrix m, float *floats)
{
    const size_t columns = tern_geometry_columns(&w->geometry, m);

    for (size_t i = 0; w->slices != NULL && i < w->slices[m].count; i++) {
        const size_t end = i + 1 < w->slices[m].count ? w->slices[m].first[i + 1] : columns;
        if (w->slices[m].first[i] >= end)
            abort(); /* slices that are none */
        w->scales(w, layer, m, (tern_columns){w->slices[m].first[i], end}, 0, tern_geometry_rows(&w->geometry, m),
                  floats);
    }
}

static void read_weights(tern_weights *w)
{
    const tern_geometry *g = &w->geometry;
    const uint64_t values =
        tern_geometry_ternary_weights(g) + tern_geometry_embedding_weights(g) + (uint64_t)g->ffn + g->hidden;
    int8_t *trits = values > MOST_WEIGHTS ? NULL : malloc(values);
    float *floats = values > MOST_WEIGHTS ? NULL : malloc(values * sizeof *floats);

    for (uint32_t layer = 0; trits != NULL && floats != NULL && layer < g->layers; layer++)
        for (tern_matrix m = 0; m < TERN_MATRICES; m++) {
            w->trits(w, layer, m, 0, tern_geometry_rows(g, m), trits);
            (void)w->scale(w, layer, m);
            read_scales(w, layer, m, floats);
        }
    if (floats != NULL) {
        w->norm(w, 0, TERN_NORM_OUTPUT, floats);
        w->norm(w, g->layers - 1, TERN_NORM_FFN, floats);
        w->rows(w, TERN_TABLE_EMBEDDING, 0, g->vocabulary, floats);
        w->rows(w, TERN_TABLE_HEAD, g->vocabulary - 1, g->vocabulary, floats);
    }
    free(trits);
    free(floats);
}

static void read_vocabulary(const uint8_t *file, size_t bytes)
{
    static const char text[] = "<|eot_id|>Hello, 2026: it's \xc3\xa9\xff ok<think>\n";
    tern_tokenizer *tokenizer;
    uint32_t id[128];
    size_t count = 0;
    char out[32];

    if (tern_tokenizer_parse(&tokenizer, "image", file, bytes, NULL, NULL) != TERN_OK)
        return;
    if (tern_tokenizer_encode(tokenizer, text, id, 128, &count, NULL) == TERN_OK)
        for (size_t i = 0; i < count; i++)
            tern_tokenizer_decode(tokenizer, id[i], out, sizeof out);
    tern_tokenizer_free(tokenizer);
}

int LLVMFuzzerTestOneInput(const uint8_t *file, size_t bytes)
{
    const tern_gguf_options options = {.i2s_of_64 = bytes % 2 != 0};
    tern_gguf gguf;
    tern_weights weights;
    tern_error error = {""};

    if (tern_gguf_parse(&gguf, "image", file, bytes, &options, &error) != TERN_OK) {
        tern_gguf_close(&gguf);
    } else if (tern_gguf_weights(&weights, &gguf, &error) == TERN_OK) {
        read_weights(&weights);
        tern_weights_close(&weights);
        error.text[0] = '.';
    }
    if (error.text[0] == '\0')
        abort(); /* refused without a sentence */
    read_vocabulary(file, bytes);
    return 0;
}
