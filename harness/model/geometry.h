/*
 * geometry.h - the sizes of a BitNet b1.58 model, and what follows from them.
 *
 * Read from a model file in suites/ (ini, like a suite), or from the header of a GGUF file:
 *
 *     [model]
 *     summary    = BitNet b1.58 7B
 *     layers     = 32
 *     hidden     = 4096
 *     heads      = 32
 *     kv_heads   = 32
 *     head_dim   = 128
 *     ffn        = 11008
 *     vocabulary = 32000
 *     context    = 2048
 *     activation = swiglu        ; or relu2: squared ReLU of the gate
 *     sub_norms  = no            ; norms before the output and the down projection
 *     tied_head  = no            ; the head is the embedding
 *     rope       = halves        ; element i turns with i + head_dim/2; or pairs: 2i with 2i + 1
 *     rope_base  = 10000
 *     epsilon    = 1e-5
 */
#ifndef TERN_GEOMETRY_H
#define TERN_GEOMETRY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum tern_activation { TERN_SWIGLU, TERN_RELU2 } tern_activation;
typedef enum tern_rope { TERN_ROPE_HALVES, TERN_ROPE_PAIRS } tern_rope;

typedef struct tern_geometry {
    char name[64];
    char summary[160];
    uint32_t layers, hidden, heads, kv_heads, head_dim, ffn, vocabulary, context;
    tern_activation activation;
    tern_rope rope;
    bool sub_norms, tied_head;
    double rope_base, epsilon;
} tern_geometry;

/* The ternary matrices of a layer. Each is rows x columns, out features x in features. */
typedef enum tern_matrix {
    TERN_MATRIX_Q,    /* heads * head_dim    x hidden */
    TERN_MATRIX_K,    /* kv_heads * head_dim x hidden */
    TERN_MATRIX_V,    /* kv_heads * head_dim x hidden */
    TERN_MATRIX_O,    /* hidden              x heads * head_dim */
    TERN_MATRIX_GATE, /* ffn                 x hidden */
    TERN_MATRIX_UP,   /* ffn                 x hidden */
    TERN_MATRIX_DOWN, /* hidden              x ffn */
    TERN_MATRICES
} tern_matrix;

const char *tern_matrix_name(tern_matrix matrix); /* "q", ..., "down" */
size_t tern_geometry_rows(const tern_geometry *geometry, tern_matrix matrix);
size_t tern_geometry_columns(const tern_geometry *geometry, tern_matrix matrix);

/* The gains of RMS norms. */
typedef enum tern_norm {
    TERN_NORM_ATTENTION,     /* hidden, before q, k, v */
    TERN_NORM_ATTENTION_SUB, /* heads * head_dim, before o; with sub_norms */
    TERN_NORM_FFN,           /* hidden, before gate and up */
    TERN_NORM_FFN_SUB,       /* ffn, before down; with sub_norms */
    TERN_NORM_OUTPUT,        /* hidden, before the head; its layer is 0 */
    TERN_NORMS
} tern_norm;

size_t tern_geometry_norm_size(const tern_geometry *geometry, tern_norm norm);

/* layers * (2 heads + 2 kv_heads) * head_dim * hidden + layers * 3 * ffn * hidden */
uint64_t tern_geometry_ternary_weights(const tern_geometry *geometry);
uint64_t tern_geometry_embedding_weights(const tern_geometry *geometry);
uint64_t tern_geometry_head_weights(const tern_geometry *geometry); /* 0 when it is the embedding */

/*
 * Reads a model file. A name without '/' and '.' is looked up as suites/NAME.model below the current folder and beside
 * the program's source. TERN_USAGE names file and line.
 */
tern_status tern_geometry_read(tern_geometry *geometry, const char *name, tern_error *error);

/* NULL, or a constant sentence that says what does not fit together, for sizes from any source. */
const char *tern_geometry_fault(const tern_geometry *geometry);

#endif
