/*
 * weights.h - where the numbers of a model come from: a seed, or a GGUF file. What is asked for is made or decoded at
 * that moment, so that the unpacked model is never in memory.
 */
#ifndef TERN_WEIGHTS_H
#define TERN_WEIGHTS_H

#include "model/geometry.h"
#include "model/gguf.h"

typedef struct tern_weights tern_weights;

/* Rows of vocabulary x hidden. */
typedef enum tern_table { TERN_TABLE_EMBEDDING, TERN_TABLE_HEAD } tern_table;

/*
 * Where along its rows the scale of a matrix changes: the first columns of its slices, ascending, the first of all 0.
 */
typedef struct tern_slices {
    size_t count;
    const uint32_t *first;
} tern_slices;

/* Columns [first, end) of a matrix. */
typedef struct tern_columns {
    size_t first, end;
} tern_columns;

/*
 * All functions may be called by several threads at once and depend on nothing but their arguments. A file is checked
 * when it is opened, so that none of them can fail.
 */
struct tern_weights {
    tern_geometry geometry;
    char source[256]; /* "seed 1, P(0) 0.42", or the path */
    void *state;      /* of the source */

    /* Rows [begin, end) of a ternary matrix as -1, 0, +1: (end - begin) * columns values. */
    void (*trits)(const tern_weights *weights, uint32_t layer, tern_matrix matrix, size_t begin, size_t end, int8_t *w);

    /* What the products of that matrix are multiplied by; NaN when it has several scales. */
    float (*scale)(const tern_weights *weights, uint32_t layer, tern_matrix matrix);

    /*
     * Of each matrix, in any layer; NULL: a scale never changes along a row. scales() gives what sums over some
     * columns, which lie in one slice, are multiplied by, of rows [begin, end); NULL when no matrix has several.
     */
    const tern_slices *slices;
    void (*scales)(const tern_weights *weights, uint32_t layer, tern_matrix matrix, tern_columns columns, size_t begin,
                   size_t end, float *scale);

    /* tern_geometry_norm_size() gains. */
    void (*norm)(const tern_weights *weights, uint32_t layer, tern_norm norm, float *gain);

    /* Rows [begin, end) of embedding or head: (end - begin) * hidden values. With tied_head both are the same. */
    void (*rows)(const tern_weights *weights, tern_table table, size_t begin, size_t end, float *value);

    void (*close)(tern_weights *weights);
};

/*
 * Seeded weights: trits with a share p0 of zeros, a scale per matrix that keeps activations near 1, gains near 1,
 * normally distributed embedding and head. Each number is a function of seed and position alone (counter-based), the
 * same on every machine.
 */
tern_status tern_weights_seeded(tern_weights *weights, const tern_geometry *geometry, uint64_t seed, double p0,
                                tern_error *error);

/*
 * Maps a GGUF file, or all parts of one: architecture bitnet, bitnet-b1.58, bitnet-25 or llama with ternary tensors.
 * TERN_USAGE, with one sentence, for whatever is wrong with the file.
 */
tern_status tern_weights_gguf(tern_weights *weights, const char *path, const tern_gguf_options *options,
                              tern_error *error);

/* Leaves the struct empty. An empty one may be closed. */
void tern_weights_close(tern_weights *weights);

#endif
