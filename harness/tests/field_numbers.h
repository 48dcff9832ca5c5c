/*
 * field_numbers.h - the numbers of a field model, of which its file is made: of field_model.c and field_file.c alone.
 */
#ifndef TERN_FIELD_NUMBERS_H
#define TERN_FIELD_NUMBERS_H

#include "field_model.h"

/* Weights and bytes of a block. */
typedef struct field_block {
    field_type type;
    unsigned weights, bytes;
} field_block;

const field_block *field_block_of(field_type type);

void field_trits(const field_model *model, uint32_t layer, tern_matrix matrix, size_t row, size_t columns, int8_t *w);
float field_scale(const field_model *model, uint32_t layer, tern_matrix matrix, size_t row, size_t column);
float field_gain(const field_model *model, uint32_t layer, tern_norm norm, size_t i);

/* A row of a table: its values, and its bytes unless out is NULL. */
void field_table_row(const field_model *model, tern_table table, size_t row, uint8_t *out, float *value);

/* A half, little-endian. */
void field_put_half(uint8_t *at, uint32_t half);

#endif
