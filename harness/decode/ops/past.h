/*
 * past.h - keys and values of one head of one sequence, as attention reads them: a ring of slots, from which nothing is
 * known of layers, sequences, or who fills it.
 */
#ifndef TERN_PAST_H
#define TERN_PAST_H

#include <stddef.h>
#include <stdint.h>

typedef enum tern_kv_type { TERN_KV_F32, TERN_KV_F16, TERN_KV_I8 } tern_kv_type;

/* Keys and values are separate arrays of the same form. */
typedef enum tern_kv_part { TERN_KEY, TERN_VALUE, TERN_KV_PARTS } tern_kv_part;

/* Slot position % context holds the token at position. */
typedef struct tern_past {
    tern_kv_type type;
    uint32_t head_dim, context;
    size_t row_bytes;                  /* from slot to slot; what a row has behind head_dim values is zeros */
    const uint8_t *row[TERN_KV_PARTS]; /* context rows */
    const float *scale[TERN_KV_PARTS]; /* one a row; NULL when the type has none */
} tern_past;

#endif
