/*
 * plain_decoder.h - BitNet b1.58 straight from its formulas, in double precision, one number after the other, without
 * a cache: to be read, and to compare the real decoder with. For small models: it unpacks whole matrices.
 *
 * The two round differently, by about 1e-7 of a number. As long as every activation, key and value becomes the same
 * int8, logits differ by no more than PLAIN_ROUNDING; now and then one lies on the edge between two steps and falls
 * to the other side, and then, in a small model, they differ by up to PLAIN_STEP.
 */
#ifndef TERN_PLAIN_DECODER_H
#define TERN_PLAIN_DECODER_H

#include "model/weights.h"

#define PLAIN_ROUNDING 1e-6
#define PLAIN_STEP     5e-2

/* How a row of numbers is kept: as it is, as halves, or as int8 with a scale. */
typedef enum plain_form { PLAIN_EXACT, PLAIN_F16, PLAIN_I8 } plain_form;

typedef struct plain_decoder {
    const tern_weights *weights;
    double (*scale)(const tern_weights *weights, uint32_t layer, tern_matrix matrix, size_t row,
                    size_t column); /* of a single
        weight; NULL: weights->scale() is that of all */
    plain_form table;               /* of embedding and head */
    plain_form kv;                  /* of keys and values */
    uint32_t context;               /* a token sees so many, itself included */
} plain_decoder;

/*
 * Logits (a row of vocabulary of them) after each of the last `rows` of `count` tokens, the first of which is at
 * position 0: a token does not see those after it. Aborts when memory is short.
 */
void plain_decoder_logits(const plain_decoder *decoder, const uint32_t *token, size_t count, size_t rows,
                          double *logits);

/* |got - expected| / |expected|, as roots of sums of squares over the vocabulary. */
double plain_decoder_error(const float *got, const double *expected, size_t vocabulary);

#endif
