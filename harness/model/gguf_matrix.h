/*
 * gguf_matrix.h - a ternary matrix where it lies in a GGUF file: its trits, and its scales.
 *
 * Block formats have a scale for each block of a row, or one for all; models that were trained on several machines
 * (TriLM) have as many scales as there were shards, along rows or along columns. Floats (f16, bf16, f32) are taken as
 * well, which converters leave where a row is no whole number of blocks: within each TERN_GGUF_PIECE columns of a row
 * all that are not 0 must be of one size, which is the scale.
 */
#ifndef TERN_GGUF_MATRIX_H
#define TERN_GGUF_MATRIX_H

#include "model/blocks.h"
#include "model/gguf.h"

/* Columns at which a scale may change are multiples of it. */
enum { TERN_GGUF_PIECE = 32 };

typedef struct tern_gguf_matrix {
    const tern_block_format *format;
    const uint8_t *data;
    size_t rows, columns;
    float factor; /* on all scales */
    float whole;  /* the scale of a format that has one for all blocks */
    float scale;  /* of all that is not 0; NaN: there are several */
} tern_gguf_matrix;

/*
 * Looks at every code and every scale of a tensor, whose shape is right. cut[c / TERN_GGUF_PIECE] becomes true where
 * the scale changes within a row at column c: columns / TERN_GGUF_PIECE + 1 flags. A block of scale 0 holds zeros
 * whatever its codes say, and goes with any scale beside it. factor: what all scales are multiplied by. NULL, or a
 * constant sentence that says what is wrong.
 */
const char *tern_gguf_matrix_scan(tern_gguf_matrix *matrix, const tern_gguf_tensor *tensor, float factor, bool *cut);

/* Writes the trits of that row to w, which has room for `columns`. */
void tern_gguf_matrix_trits(const tern_gguf_matrix *matrix, size_t row, int8_t *w);

/*
 * The scale of a row between two columns, multiples of TERN_GGUF_PIECE or the end, between which it does not change; 0
 * where all is 0.
 */
float tern_gguf_matrix_scale(const tern_gguf_matrix *matrix, size_t row, size_t begin, size_t end);

size_t tern_gguf_matrix_row_bytes(const tern_gguf_matrix *matrix);

#endif
