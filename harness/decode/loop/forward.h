/*
 * forward.h - a block of tokens on its way through the layers. The decoder fills a block and calls these; nobody else
 * does.
 *
 * Rows of different tokens never depend on each other but through keys and values, so that a block of any size gives
 * the same bits.
 */
#ifndef TERN_FORWARD_H
#define TERN_FORWARD_H

#include "decode/loop/kv.h"
#include "decode/loop/products.h"
#include "decode/loop/projections.h"
#include "decode/loop/stopwatch.h"

#define TERN_NO_LOGITS UINT32_MAX

/* Consecutive tokens of one sequence within a block. */
typedef struct tern_stretch {
    uint32_t sequence;
    size_t first, tokens; /* within the block */
    uint64_t position;    /* of the first token */

    /* Attention: how many tokens may be in the ring together, and how the work is cut. */
    size_t together;
    size_t first_unit, chunks; /* a unit is a chunk of tokens of one KV head */
} tern_stretch;

/* Arrays over tokens have a row for each token of a block, rows one after the other. */
typedef struct tern_forward {
    const tern_model *model;
    const tern_ops *ops;
    tern_team *team;
    bool fused; /* norm and quantisation in one pass */
    tern_kv kv;
    tern_projections *answers; /* what products are held against, or NULL */
    tern_stopwatch watch;

    /* the block */
    size_t tokens, stretches;
    uint32_t *token;
    uint32_t *stretch_of; /* index of stretch */
    uint32_t *logits_row; /* where the logits of this token go, or TERN_NO_LOGITS */
    tern_stretch *stretch;
    const tern_product *product; /* by tern_linear, of this number of tokens */
    uint32_t layer;
    size_t units;
    atomic_size_t next_unit;

    float *x;             /* hidden: the residual stream */
    int8_t *q;            /* what the next product takes, part by part; its scale: */
    float *q_scale;       /* 1 */
    int32_t *y;           /* what the last product gave, part by part */
    size_t *q_at, *y_at;  /* where those of each part begin */
    float *qkv;           /* heads of q, k, v, scaled and turned */
    float *attended;      /* heads */
    float *cosine, *sine; /* head_dim / 2 */
    double *frequency;    /* head_dim / 2, of the model */
    void *scratch;        /* of the kernel */

    /* of each thread */
    float *row, *normed; /* the longest input of a product */
    int8_t *whole;       /* likewise, before it is cut into parts */
    float *scores;       /* of TERN_ATTEND_GROUP queries */
    size_t row_stride, scores_stride;

    float *last;   /* logit_rows times hidden, normed */
    float *logits; /* logit_rows times vocabulary */
} tern_forward;

/*
 * Runs the tokens of the block through all layers; appends them to the ring; leaves the last norm of those whose logits
 * are wanted.
 */
void tern_forward_block(tern_forward *f);

/* Logits of the first `rows` rows of `last`. */
void tern_forward_head(tern_forward *f, size_t rows);

/*
 * Whether each matrix of the linear layer has one scale in the layer at hand, so that its products need no
 * tern_forward_scaled().
 */
bool tern_forward_is_uniform(const tern_forward *f, tern_linear linear);

/*
 * Rows [begin, end) of what a linear layer gave for a token, scaled row by row, all parts together: stored, or added to
 * what is there.
 */
void tern_forward_scaled(const tern_forward *f, tern_linear linear, size_t token, size_t begin, size_t end, float *out);
void tern_forward_scaled_add(const tern_forward *f, tern_linear linear, size_t token, size_t begin, size_t end,
                             float *out);

/* From y of the product QKV to `attended`: scales, turns, appends, and attends. */
void tern_forward_attention(tern_forward *f);

#endif
