/*
 * fields.h - which member of which struct stands under which key: one table a struct, for reading, writing, copying
 * and freeing. The rows are written with the macros of field_rows.h.
 */
#ifndef TERN_FIELDS_H
#define TERN_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum tern_kind {
    TERN_TEXT, /* char[bytes], ended by 0 */
    TERN_BOOL,
    TERN_I32,
    TERN_U32,
    TERN_U64,
    TERN_REAL,
    TERN_NAME,  /* an enum, as one of names */
    TERN_STRUCT /* of fields */
} tern_kind;

/* How many values a member holds. The length of an array stands in a uint32_t of the same struct. */
typedef enum tern_many {
    TERN_ONE,
    TERN_ROOM, /* an array within the struct, of which the first are used */
    /*
     * A pointer to an allocated array that belongs to the struct, as long as its count says. Where the count has a row
     * of its own it may be NULL.
     */
    TERN_OWNED
} tern_many;

typedef struct tern_field {
    const char *key;
    tern_kind kind;
    tern_many many;
    size_t offset, bytes;            /* of the member; of one value */
    size_t room, count;              /* of an array: values that fit in; offset of its count */
    const char *const *names;        /* TERN_NAME: by value, ends with NULL */
    const struct tern_field *fields; /* TERN_STRUCT */
    size_t only_if;                  /* offset of a bool without which it is not written; 0: always written */
} tern_field;

/* Each ends with a row whose key is NULL. */
extern const tern_field tern_run_fields[], tern_record_fields[], tern_decode_fields[], tern_end_fields[],
    tern_finding_fields[], tern_timing_fields[], tern_compared_fields[], tern_pair_fields[], tern_arm_record_fields[],
    tern_step_fields[], tern_point_fields[], tern_remeasured_fields[], tern_tried_fields[];

/* What value i of an array, or 0 of a single member, is stored at. NULL in an array that is not there. */
void *tern_field_at(const tern_field *field, const void *base, size_t i);

/* 1, or the length of an array. */
size_t tern_field_count(const tern_field *field, const void *base);

/*
 * *to is a copy of another struct, byte by byte: gives it owned arrays of its own. False when memory ran out; it then
 * owns nothing.
 */
bool tern_fields_own(const tern_field *fields, void *to);

/* Frees the owned arrays of a struct and leaves them out of it. */
void tern_fields_free(const tern_field *fields, void *base);

#endif
