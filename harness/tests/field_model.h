/*
 * field_model.h - model files as the tools of the field lay them out, and the same models in memory. Written from the
 * public descriptions of GGUF, of ggml's block formats and of bitnet.cpp's I2_S, by code that shares nothing with what
 * reads them.
 *
 * Every number is a function of seed and position, so that the model in memory needs none.
 */
#ifndef TERN_FIELD_MODEL_H
#define TERN_FIELD_MODEL_H

#include "model/weights.h"

#include <stdio.h>

/* Types of tensors by their numbers in the file; I2_S packed on ARM has the number of the other one. */
typedef enum field_type {
    FIELD_F32 = 0,
    FIELD_F16 = 1,
    FIELD_Q8_0 = 8,
    FIELD_Q4_K = 12,
    FIELD_Q6_K = 14,
    FIELD_BF16 = 30,
    FIELD_TQ1_0 = 34,
    FIELD_TQ2_0 = 35,
    FIELD_I2_S = 36,
    FIELD_I2_S_ARM = 1000
} field_type;

/* Which weights of a matrix share a scale. */
typedef enum field_scales {
    FIELD_ONE,  /* all */
    FIELD_ROWS, /* those of a row */
    /* those that one of three machines trained: a third of the rows of q, k, v, gate, up; of the columns of o, down */
    FIELD_SHARDS,
    FIELD_BLOCKS /* those of a block of 256 */
} field_scales;

typedef enum field_words { FIELD_NO_WORDS, FIELD_LLAMA3, FIELD_SPM } field_words;

typedef struct field_model {
    const char *name;
    const char *architecture;
    field_type matrix; /* f16 where a row is no whole number of its blocks */
    field_type embedding, head;
    field_scales scales;
    field_words words; /* the vocabulary */
    const char *pre;   /* tokenizer.ggml.pre; NULL: not there */
    uint32_t parts;    /* files; 1: not split */
    tern_geometry geometry;
    uint64_t seed;
} field_model;

/* Small ones of each layout; ends with a row whose name is NULL. */
extern const field_model field_models[];
const field_model *field_model_named(const char *name);

/*
 * What the decoder needs to know of the model's numbers; close with tern_weights_close(). The model must outlive it.
 * Scales: see below.
 */
void field_model_weights(const field_model *model, tern_weights *weights);

/* The scale of one weight. `weights` is of field_model_weights(). */
double field_model_scale(const tern_weights *weights, uint32_t layer, tern_matrix matrix, size_t row, size_t column);

/*
 * Writes the file, or all parts of it: path is then that of the first, and ends in -00001-of-0000N.gguf. False and
 * errno when it could not be written.
 */
bool field_model_write(const field_model *model, const char *path);

#endif
