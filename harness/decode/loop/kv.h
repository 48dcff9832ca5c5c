/*
 * kv.h - the keys and values of past tokens: a ring of `context` slots for each sequence, so that an append costs the
 * same at every position, and token p overwrites token p - context (a sliding window).
 *
 * All memory is reserved at the start. Every row (the head_dim values of one head at one position) begins at a multiple
 * of 64 bytes and the rows of one head follow one another, so that attention streams them.
 */
#ifndef TERN_KV_H
#define TERN_KV_H

#include "decode/ops/ops.h"
#include "machine/memory.h"
#include "model/geometry.h"

#include <stdatomic.h>

/* Largest head_dim. */
enum { TERN_KV_HEAD_DIM = 1024 };

typedef struct tern_kv {
    tern_kv_type type;
    uint32_t layers, kv_heads, head_dim, context, sequences;
    size_t row_bytes;     /* head_dim values, rounded up to 64 bytes */
    uint64_t rows_bytes;  /* 2 * sequences * layers * kv_heads * context * row_bytes */
    uint64_t scale_bytes; /* i8: one float a row, else 0 */
    tern_memory memory;   /* of rows_bytes + scale_bytes */
    float *scale;
    const tern_ops *ops;        /* converts what is appended */
    _Atomic uint64_t *appended; /* of each sequence: the producer's release, the consumer's acquire */
} tern_kv;

/*
 * TERN_USAGE when a head is larger than TERN_KV_HEAD_DIM, TERN_ENVIRONMENT when memory is short. Free with
 * tern_kv_free().
 */
tern_status tern_kv_new(tern_kv *kv, const tern_geometry *geometry, tern_kv_type type, uint32_t context,
                        uint32_t sequences, tern_error *error);
void tern_kv_free(tern_kv *kv);

/*
 * Writes one head's key and value (head_dim floats each, converted: f16 rounds to nearest even, i8 by the row's
 * absolute maximum) at that position. O(1), allocates nothing. Different heads may be written by different threads.
 */
void tern_kv_append(tern_kv *kv, uint32_t layer, uint32_t sequence, uint32_t kv_head, uint64_t position,
                    const float *key, const float *value);

/* After all layers and heads of a token are written: readers of tern_kv_appended() may use it. */
void tern_kv_commit(tern_kv *kv, uint32_t sequence);
uint64_t tern_kv_appended(const tern_kv *kv, uint32_t sequence);

/* Forgets a sequence. */
void tern_kv_reset(tern_kv *kv, uint32_t sequence);

/* The slots of one head, for as long as the ring lives. */
tern_past tern_kv_past(const tern_kv *kv, uint32_t layer, uint32_t sequence, uint32_t kv_head);

#endif
