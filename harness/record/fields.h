/*
 * fields.h - which member of which struct stands under which key. One table a struct, read in both directions.
 */
#ifndef TERN_FIELDS_H
#define TERN_FIELDS_H

#include <stddef.h>

typedef enum tern_kind {
    TERN_TEXT,
    TERN_BOOL,
    TERN_I32,
    TERN_U32,
    TERN_U64,
    TERN_REAL,
    TERN_VERDICT,
    TERN_STOP,
    TERN_REALS,
    TERN_I32S,
    TERN_TEXTS
} tern_kind;

/* An array (REALS, I32S, TEXTS) has its uint32_t count at count. bytes is the size of the member. */
typedef struct tern_field {
    const char *key;
    tern_kind kind;
    size_t offset, bytes, count;
} tern_field;

/* Each ends with a row whose key is NULL. */
extern const tern_field tern_record_fields[], tern_finding_fields[], tern_difference_fields[], tern_timing_fields[],
    tern_disturbance_fields[], tern_counter_fields[], tern_fact_fields[], tern_run_fields[], tern_end_fields[],
    tern_decode_fields[], tern_phase_fields[];

/* Bytes of one element of an array. */
size_t tern_field_element_bytes(const tern_field *field);

#endif
