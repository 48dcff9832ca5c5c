/*
 * gguf.h - the container of a GGUF file (versions 2 and 3, little-endian): its metadata and the directory of its
 * tensors, in place in memory.
 *
 * The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Nothing in a file is trusted: every length,
 * offset and type is held against the bytes that are there before it is used.
 */
#ifndef TERN_GGUF_H
#define TERN_GGUF_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Types of metadata, by their numbers in the file. */
typedef enum tern_gguf_type {
    TERN_GGUF_U8,
    TERN_GGUF_I8,
    TERN_GGUF_U16,
    TERN_GGUF_I16,
    TERN_GGUF_U32,
    TERN_GGUF_I32,
    TERN_GGUF_F32,
    TERN_GGUF_BOOL,
    TERN_GGUF_TEXT,
    TERN_GGUF_ARRAY,
    TERN_GGUF_U64,
    TERN_GGUF_I64,
    TERN_GGUF_F64,
    TERN_GGUF_TYPES
} tern_gguf_type;

/* Bytes in the file, not ended by a zero. */
typedef struct tern_gguf_text {
    const char *text;
    size_t length;
} tern_gguf_text;

typedef struct tern_gguf_value {
    tern_gguf_text key;
    tern_gguf_type type, element; /* element: of an array; never an array itself */
    uint64_t count;               /* of an array's elements, else 1 */
    const uint8_t *data;          /* the value, or the first element */
    size_t bytes;
} tern_gguf_value;

enum { TERN_GGUF_DIMS = 4 };

typedef struct tern_gguf_tensor {
    tern_gguf_text name;
    uint32_t type; /* of ggml; see blocks.h */
    uint32_t dims;
    uint64_t dim[TERN_GGUF_DIMS]; /* the fastest first; 1 beyond dims */
    const uint8_t *data;
    uint64_t bytes;
} tern_gguf_tensor;

typedef struct tern_gguf {
    char path[256];
    const uint8_t *base;
    size_t bytes;
    bool mapped;
    tern_gguf_value *value;   /* sorted by key */
    tern_gguf_tensor *tensor; /* sorted by name; of all parts */
    size_t values, tensors;
    struct tern_gguf *part; /* of a model in several files: the others, whose tensors are in this one's list */
    size_t parts;
} tern_gguf;

/* What a file does not say of itself. NULL stands for zeros. */
typedef struct tern_gguf_options {
    bool i2s_of_64;  /* I2_S is packed in blocks of 64 weights, as bitnet.cpp does on ARM, and not of 128 */
    const char *pre; /* how text is cut into words, instead of what the file says; see tern_tokenizer_gguf() */
} tern_gguf_options;

/* Whether that is a file which begins as GGUF does, or a name that ends in .gguf, in capitals or not. */
bool tern_gguf_is_file(const char *path);

/*
 * Maps a file and reads its directory. Of a model in several files (NAME-00001-of-00003.gguf) any may be named; the
 * others lie beside it, and the metadata are those of the first. TERN_USAGE says what is wrong. Close with
 * tern_gguf_close(), whatever is returned.
 */
tern_status tern_gguf_open(tern_gguf *gguf, const char *path, const tern_gguf_options *options, tern_error *error);

/* The same for a single file that is in memory already, which must outlive gguf. */
tern_status tern_gguf_parse(tern_gguf *gguf, const char *path, const uint8_t *base, size_t bytes,
                            const tern_gguf_options *options, tern_error *error);

/* Sorts the list of tensors by name. False when two have the same. For what puts parts together. */
bool tern_gguf_sort_tensors(tern_gguf *gguf);

void tern_gguf_close(tern_gguf *gguf);

/* NULL when there is none. */
const tern_gguf_value *tern_gguf_find(const tern_gguf *gguf, const char *key);
const tern_gguf_tensor *tern_gguf_tensor_find(const tern_gguf *gguf, const char *name);

/*
 * False when value is NULL or of another kind: any integer that is not negative; any number; a text. A float counts
 * as the shortest decimal that rounds to it, since that is what was meant: 1e-5, not 9.99999975e-6.
 */
bool tern_gguf_whole(const tern_gguf_value *value, uint64_t *whole);
bool tern_gguf_real(const tern_gguf_value *value, double *real);
bool tern_gguf_string(const tern_gguf_value *value, tern_gguf_text *text);

/* Whether a text of the file is this one. */
bool tern_gguf_is(tern_gguf_text text, const char *word);

/*
 * Copies what a terminal may be shown of it: ASCII from ' ' to '~', '?' for the rest. What does not fit is cut.
 * Returns out.
 */
char *tern_gguf_printable(tern_gguf_text text, char *out, size_t bytes);

/* Goes through an array of texts: *at begins at value->data. value->count calls are safe, no more. */
tern_gguf_text tern_gguf_next_text(const uint8_t **at);

/* Little-endian numbers at any address. */
uint32_t tern_gguf_u32(const uint8_t *at);
uint64_t tern_gguf_u64(const uint8_t *at);
float tern_gguf_f32(const uint8_t *at);

#endif
