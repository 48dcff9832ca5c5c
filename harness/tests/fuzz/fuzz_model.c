/*
 * A fuzz target: any bytes as a model file, or when they are one line as the name of a model. One that is small is
 * seeded and read.
 */
#include "fuzz.h"
#include "model/weights.h"

/* So that an input which claims much costs no more than one that has it. */
static const uint64_t MOST_WEIGHTS = 1 << 16;

static void seed(const tern_geometry *g)
{
    tern_error error = {""};
    tern_weights w;

    if (tern_geometry_ternary_weights(g) + 2 * tern_geometry_embedding_weights(g) > MOST_WEIGHTS ||
        !fuzz_is_ok(tern_weights_seeded(&w, g, 1, 0.42, &error), &error))
        return;
    int8_t *trits = malloc(tern_geometry_ternary_weights(g));
    float *floats = malloc((tern_geometry_embedding_weights(g) + g->ffn + 2) * sizeof *floats);
    if (trits == NULL || floats == NULL)
        abort();
    for (tern_matrix m = 0; m < TERN_MATRICES; m++)
        w.trits(&w, g->layers - 1, m, 0, tern_geometry_rows(g, m), trits);
    w.norm(&w, g->layers - 1, TERN_NORM_FFN, floats);
    w.rows(&w, TERN_TABLE_EMBEDDING, 0, g->vocabulary, floats);
    free(trits);
    free(floats);
    tern_weights_close(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t bytes)
{
    char *text = fuzz_text(input, bytes);
    const bool is_name = strpbrk(text, "/.\n") == NULL;
    tern_error error = {""};
    tern_geometry geometry;

    if (fuzz_is_ok(tern_geometry_read(&geometry, is_name ? text : fuzz_file(input, bytes), &error), &error)) {
        if (tern_geometry_fault(&geometry) != NULL)
            abort();
        seed(&geometry);
    }
    free(text);
    return 0;
}
