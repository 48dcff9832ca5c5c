/*
 * ops.h - the floating-point work of a token, in one fixed order: the same bits whatever the instruction set, the
 * thread count or the block size.
 *
 * Element by element, every product that is added is one fused multiply-add; sums run in 16 lanes (lane l adds
 * elements l, l + 16, ...), which are then added in pairs: l with l + 8, l + 4, l + 2, l + 1. Attention adds the rows
 * of V one after the other, oldest first. One body is compiled for each instruction set. The same bits are promised
 * for all that is a number: of not-a-numbers, bits differ.
 */
#ifndef TERN_OPS_H
#define TERN_OPS_H

#include "decode/ops/past.h"
#include "model/geometry.h"

/* Queries that share what is read of keys and values, at most. */
enum { TERN_ATTEND_GROUP = 32 };

/* One query head of one token against the past of its sequence. */
typedef struct tern_attend {
    const float *query; /* head_dim, rotated */
    float *out;         /* head_dim */
    uint64_t position;  /* of the query: it sees positions max(0, position + 1 - context) .. position, in that order */
} tern_attend;

typedef struct tern_ops {
    const char *name; /* "portable", "avx2", "avx512" */
    uint32_t isa;     /* TERN_ISA_ bits */

    /* out[i] = x[i] * gain[i] / sqrt(mean(x^2) + epsilon) */
    void (*norm)(const float *x, const float *gain, size_t n, float epsilon, float *out);

    /*
     * q[i] = x[i] * (127 / max|x|), rounded to nearest even. Returns max|x| / 127, what q is to be multiplied by. A
     * maximum below 2^-100 counts as zero: all q are, and so is what it returns.
     */
    float (*quantise)(const float *x, size_t n, int8_t *q);

    /* Both in one pass over memory; the same bits. */
    float (*norm_quantise)(const float *x, const float *gain, size_t n, float epsilon, int8_t *q);

    /* out[i] = sum[i] * scale */
    void (*scale)(const int32_t *sum, float scale, size_t n, float *out);

    /* x[i] += sum[i] * scale */
    void (*scale_add)(const int32_t *sum, float scale, size_t n, float *x);

    /* out[i] = silu(gate[i] * gate_scale) * (up[i] * up_scale), or max(0, gate)^2 * up */
    void (*gate)(tern_activation activation, const int32_t *gate, float gate_scale, const int32_t *up, float up_scale,
                 size_t n, float *out);

    /*
     * The same where each sum has a scale of its own: out[i] = sum[i] * (scale * rows[i]); added to x; gate and up as
     * floats.
     */
    void (*scale_rows)(const int32_t *sum, float scale, const float *rows, size_t n, float *out);
    void (*scale_add_rows)(const int32_t *sum, float scale, const float *rows, size_t n, float *x);
    void (*gate_floats)(tern_activation activation, const float *gate, const float *up, size_t n, float *out);

    /* Turns one head in place: angle i has cosine[i], sine[i], i < head_dim / 2. */
    void (*rope)(tern_rope rope, const float *cosine, const float *sine, uint32_t head_dim, float *x);

    /*
     * Attention of `count` query heads that share one KV head (several tokens of a sequence, several heads of a
     * group, or both), where the ring holds every position that any of them sees: past its end, one token's. Softmax
     * with the maximum subtracted; each query's result does not depend on the others in the call. Keys and values are
     * read once for up to TERN_ATTEND_GROUP queries; scores: room for tern_attend_stride() floats for each of so many.
     * next: the head of the next call, whose keys at the same positions are asked for meanwhile, or NULL.
     */
    void (*attend)(const tern_past *past, const tern_attend *query, size_t count, const tern_past *next, float *scores);

    /*
     * y[r] = scale[r] * sum over i of row[r][i] * x[i], for int8 and for IEEE half rows of n values; tokens x: x + t
     * * n, y + t * y_stride.
     */
    void (*rows_i8)(const int8_t *row, const float *scale, size_t rows, size_t n, const float *x, size_t tokens,
                    float *y, size_t y_stride);
    void (*rows_f16)(const uint16_t *row, size_t rows, size_t n, const float *x, size_t tokens, float *y,
                     size_t y_stride);

    /* Conversions, round to nearest even. */
    void (*to_f16)(const float *x, size_t n, uint16_t *half);
    void (*from_f16)(const uint16_t *half, size_t n, float *x);

    /*
     * out[i] = e^((x[i] - top) * scale), for x[i] <= top and scale > 0; 0 where the exponent is below -87. Relative
     * error below 2e-7 for the exponent as rounded. Returns their sum.
     */
    float (*exps)(const float *x, float top, float scale, size_t n, float *out);
} tern_ops;

/*
 * From the scores of a query to those of the next, in floats. An odd number of cache lines: with a power of two, all
 * queries would compete for the same sets of a cache.
 */
static inline size_t tern_attend_stride(uint32_t context)
{
    return ((context + (size_t)15) / 16 | 1) * 16;
}

/* All of this build, the best first, ends with NULL. */
extern const tern_ops *const tern_ops_list[];
extern const tern_ops tern_ops_portable, tern_ops_avx2, tern_ops_avx512;

/* The best that runs on these instruction sets (TERN_ISA_ bits); 0 gives the portable one. */
const tern_ops *tern_ops_for(uint32_t isa);

#endif
