#include "model/gguf.h"

#include "base/round.h"
#include "base/text.h"
#include "model/blocks.h"
#include "model/gguf_map.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_ALIGNMENT = 32,
    MAX_ALIGNMENT = 1 << 20,
    LEAST_VALUE_BYTES = 8 + 4 + 1,
    LEAST_TENSOR_BYTES = 8 + 4 + 8 + 4 + 8,
    SHOWN_BYTES = 65 /* of a name in a message */
};

static const uint8_t type_bytes[TERN_GGUF_TYPES] = {
    [TERN_GGUF_U8] = 1,  [TERN_GGUF_I8] = 1,  [TERN_GGUF_U16] = 2, [TERN_GGUF_I16] = 2,
    [TERN_GGUF_U32] = 4, [TERN_GGUF_I32] = 4, [TERN_GGUF_F32] = 4, [TERN_GGUF_BOOL] = 1,
    [TERN_GGUF_U64] = 8, [TERN_GGUF_I64] = 8, [TERN_GGUF_F64] = 8,
};

/* Where the reader stands. Once something did not fit, everything it gives is empty. */
typedef struct cursor {
    const uint8_t *base;
    size_t bytes, at;
    bool short_of; /* more was wanted than there is */
} cursor;

static const uint8_t *take(cursor *c, uint64_t bytes)
{
    static const uint8_t nothing[8];
    const uint8_t *here = c->base + c->at;

    if (c->short_of || bytes > c->bytes - c->at) {
        c->short_of = true;
        return nothing;
    }
    c->at += (size_t)bytes;
    return here;
}

static uint32_t take_u32(cursor *c)
{
    return tern_gguf_u32(take(c, 4));
}

static uint64_t take_u64(cursor *c)
{
    return tern_gguf_u64(take(c, 8));
}

static tern_gguf_text take_text(cursor *c)
{
    const uint64_t length = take_u64(c);
    const uint8_t *text = take(c, length);

    return (tern_gguf_text){(const char *)text, c->short_of ? 0 : (size_t)length};
}

static tern_status wrong(const tern_gguf *gguf, tern_error *error, const char *what)
{
    return tern_error_set(error, TERN_USAGE, "%s: %s; the file is damaged or no GGUF model", gguf->path, what);
}

static tern_status cut_off(const tern_gguf *gguf, tern_error *error, const char *where)
{
    return tern_error_set(error, TERN_USAGE, "%s: the file ends in the middle of %s; it was cut off", gguf->path,
                          where);
}

static void take_payload(cursor *c, tern_gguf_type type, uint64_t count)
{
    if (type != TERN_GGUF_TEXT) {
        take(c, count > c->bytes ? UINT64_MAX : count * type_bytes[type]);
        return;
    }
    for (uint64_t i = 0; i < count && !c->short_of; i++)
        take_text(c);
}

/* Returns what is wrong, or NULL. */
static const char *take_value(cursor *c, tern_gguf_value *value)
{
    *value = (tern_gguf_value){.key = take_text(c), .count = 1};
    uint32_t type = take_u32(c);
    if (type >= TERN_GGUF_TYPES)
        return "a metadata value has an unknown type";
    value->type = value->element = (tern_gguf_type)type;
    if (type == TERN_GGUF_ARRAY) {
        type = take_u32(c);
        if (type >= TERN_GGUF_TYPES || type == TERN_GGUF_ARRAY)
            return "an array in the metadata has elements of an unknown type, or arrays";
        value->element = (tern_gguf_type)type;
        value->count = take_u64(c);
    }
    value->data = c->base + c->at;
    take_payload(c, value->element, value->count);
    value->bytes = (size_t)(c->base + c->at - value->data);
    return NULL;
}

static int compare_texts(tern_gguf_text a, tern_gguf_text b)
{
    const int order = memcmp(a.text, b.text, a.length < b.length ? a.length : b.length);

    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int by_key(const void *a, const void *b)
{
    return compare_texts(((const tern_gguf_value *)a)->key, ((const tern_gguf_value *)b)->key);
}

static int by_name(const void *a, const void *b)
{
    return compare_texts(((const tern_gguf_tensor *)a)->name, ((const tern_gguf_tensor *)b)->name);
}

static tern_status read_values(tern_gguf *gguf, cursor *c, uint64_t count, tern_error *error)
{
    if (count > (c->bytes - c->at) / LEAST_VALUE_BYTES)
        return wrong(gguf, error, "it claims more metadata than it has bytes");
    gguf->value = calloc(count + 1, sizeof *gguf->value);
    if (gguf->value == NULL)
        return tern_error_memory(error, "metadata", (double)(count * sizeof *gguf->value));
    for (; gguf->values < count; gguf->values++) {
        const char *fault = take_value(c, &gguf->value[gguf->values]);
        if (c->short_of)
            return cut_off(gguf, error, "its metadata");
        if (fault != NULL)
            return wrong(gguf, error, fault);
    }
    qsort(gguf->value, gguf->values, sizeof *gguf->value, by_key);
    for (size_t i = 1; i < gguf->values; i++)
        if (by_key(&gguf->value[i - 1], &gguf->value[i]) == 0)
            return wrong(gguf, error, "a metadata key is there twice");
    return TERN_OK;
}

/* Returns what is wrong, or NULL. Leaves the offset in bytes, for the time being. */
static const char *take_tensor(cursor *c, tern_gguf_tensor *tensor, uint64_t alignment, bool i2s_of_64)
{
    *tensor = (tern_gguf_tensor){.name = take_text(c), .dims = take_u32(c), .dim = {1, 1, 1, 1}};
    if (tensor->dims < 1 || tensor->dims > TERN_GGUF_DIMS)
        return "a tensor has no dimension, or more than four";
    for (uint32_t i = 0; i < tensor->dims; i++) {
        tensor->dim[i] = take_u64(c);
        /* So that their product is looked at only after each of them: see tern_block_tensor_bytes(). */
        if (tensor->dim[i] == 0 || tensor->dim[i] > UINT64_C(1) << 40)
            return "a dimension of a tensor is zero or absurd";
    }
    tensor->type = take_u32(c);
    if (tensor->type == TERN_BLOCK_I2_S && i2s_of_64)
        tensor->type = TERN_BLOCK_I2_S_OF_64;
    if (tensor->type > UINT16_MAX && tensor->type != TERN_BLOCK_I2_S_OF_64)
        return "a tensor has an absurd type";
    tensor->bytes = take_u64(c);
    return tensor->bytes % alignment != 0 ? "the data of a tensor are not aligned" : NULL;
}

static uint64_t alignment_of(const tern_gguf *gguf)
{
    uint64_t alignment = DEFAULT_ALIGNMENT;
    const tern_gguf_value *value = tern_gguf_find(gguf, "general.alignment");

    if (value != NULL && (!tern_gguf_whole(value, &alignment) || alignment < 1 || alignment > MAX_ALIGNMENT ||
                          (alignment & (alignment - 1)) != 0))
        return 0;
    return alignment;
}

static tern_status refuse_type(const tern_gguf *gguf, const char *name, uint32_t type, tern_error *error)
{
    const char *known = tern_block_type_name(type);

    return tern_error_set(error, TERN_USAGE,
                          "%s: tensor '%s' is of type %" PRIu32 "%s%s%s, which this program does not read: embedding "
                          "and head may be f32, f16, bf16, q8_0, q4_k or q6_k; the other matrices tq1_0, tq2_0, i2_s, "
                          "or f16 as convert_hf_to_gguf.py leaves them",
                          gguf->path, name, type, known == NULL ? "" : " (", known == NULL ? "" : known,
                          known == NULL ? "" : ")");
}

static tern_status wrong_shape(const tern_gguf *gguf, const tern_gguf_tensor *t, tern_error *error)
{
    const tern_block_format *format = tern_block_format_of(t->type);
    const tern_block_format *smaller = tern_block_format_of(TERN_BLOCK_I2_S_OF_64);
    char name[SHOWN_BYTES];

    tern_gguf_printable(t->name, name, sizeof name);
    if (format == NULL)
        return refuse_type(gguf, name, t->type, error);
    if (t->dim[0] % format->weights == 0)
        return tern_error_set(error, TERN_USAGE, "%s: tensor '%s' of type %s claims more than any memory holds",
                              gguf->path, name, format->name);
    const bool other = format->type == TERN_BLOCK_I2_S && t->dim[0] % smaller->weights == 0;
    return tern_error_set(error, TERN_USAGE,
                          "%s: tensor '%s' of type %s has rows of %" PRIu64 ", which is no multiple of %" PRIu32 ": %s",
                          gguf->path, name, format->name, t->dim[0], format->weights,
                          other ? "if bitnet.cpp made the file on ARM, say --i2s-block 64"
                                : "the file is damaged; a matrix of such rows is kept as f16");
}

static int by_place(const void *a, const void *b)
{
    const tern_gguf_tensor *const *left = a, *const *right = b;

    return ((*left)->data > (*right)->data) - ((*left)->data < (*right)->data);
}

/* No byte belongs to two tensors. */
static tern_status keep_apart(const tern_gguf *gguf, tern_error *error)
{
    const tern_gguf_tensor **place = malloc((gguf->tensors + 1) * sizeof *place);
    tern_status status = TERN_OK;

    if (place == NULL)
        return tern_error_memory(error, "a directory of tensors", (double)(gguf->tensors * sizeof *place));
    for (size_t i = 0; i < gguf->tensors; i++)
        place[i] = &gguf->tensor[i];
    qsort(place, gguf->tensors, sizeof *place, by_place);
    for (size_t i = 1; i < gguf->tensors && status == TERN_OK; i++)
        if (place[i]->data < place[i - 1]->data + place[i - 1]->bytes)
            status = wrong(gguf, error, "tensors share bytes");
    free(place);
    return status;
}

/*
 * Finds the data of every tensor and holds its size against the file's. Together they are no larger than the file, so
 * that reading all of them is bounded by it.
 */
static tern_status place_tensors(tern_gguf *gguf, size_t data_at, tern_error *error)
{
    const uint64_t room = gguf->bytes - data_at;
    uint64_t total = 0;

    for (size_t i = 0; i < gguf->tensors; i++) {
        tern_gguf_tensor *t = &gguf->tensor[i];
        const uint64_t offset = t->bytes;
        if (!tern_block_tensor_bytes(t->type, t->dim, &t->bytes))
            return wrong_shape(gguf, t, error);
        if (offset > room || t->bytes > room - offset)
            return cut_off(gguf, error, "the data of a tensor");
        t->data = gguf->base + data_at + offset;
        total += t->bytes;
        if (total > room)
            return wrong(gguf, error, "tensors share bytes");
    }
    return keep_apart(gguf, error);
}

bool tern_gguf_sort_tensors(tern_gguf *gguf)
{
    if (gguf->tensors > 0)
        qsort(gguf->tensor, gguf->tensors, sizeof *gguf->tensor, by_name);
    for (size_t i = 1; i < gguf->tensors; i++)
        if (by_name(&gguf->tensor[i - 1], &gguf->tensor[i]) == 0)
            return false;
    return true;
}

static tern_status read_tensors(tern_gguf *gguf, cursor *c, uint64_t count, bool i2s_of_64, tern_error *error)
{
    const uint64_t alignment = alignment_of(gguf);

    if (alignment == 0)
        return wrong(gguf, error, "general.alignment is no power of two");
    if (count > (c->bytes - c->at) / LEAST_TENSOR_BYTES)
        return wrong(gguf, error, "it claims more tensors than it has bytes");
    gguf->tensor = calloc(count + 1, sizeof *gguf->tensor);
    if (gguf->tensor == NULL)
        return tern_error_memory(error, "a directory of tensors", (double)(count * sizeof *gguf->tensor));
    for (; gguf->tensors < count; gguf->tensors++) {
        const char *fault = take_tensor(c, &gguf->tensor[gguf->tensors], alignment, i2s_of_64);
        if (c->short_of)
            return cut_off(gguf, error, "its list of tensors");
        if (fault != NULL)
            return wrong(gguf, error, fault);
    }
    if (!tern_gguf_sort_tensors(gguf))
        return wrong(gguf, error, "a tensor is there twice");
    const uint64_t data_at = tern_round_up(c->at, alignment);
    if (count > 0 && data_at > gguf->bytes)
        return cut_off(gguf, error, "its list of tensors");
    return count == 0 ? TERN_OK : place_tensors(gguf, (size_t)data_at, error);
}

/* What a number reads as when its bytes are the other way round. */
static uint32_t backwards(uint32_t number)
{
    return number >> 24 | (number >> 8 & 0xFF00) | (number << 8 & 0xFF0000) | number << 24;
}

static tern_status refuse_version(const char *path, uint32_t version, tern_error *error)
{
    if (version != 0 && backwards(version) < 256)
        return tern_error_set(error, TERN_USAGE,
                              "%s: GGUF version %" PRIu32 " for big-endian machines; this program reads little-endian "
                              "files: convert it with gguf_convert_endian.py of llama.cpp",
                              path, backwards(version));
    return tern_error_set(error, TERN_USAGE, "%s: GGUF version %" PRIu32 ", this program reads 2 and 3%s", path,
                          version, version == 1 ? ": quantise the model again with a newer llama.cpp" : "");
}

tern_status tern_gguf_parse(tern_gguf *gguf, const char *path, const uint8_t *base, size_t bytes,
                            const tern_gguf_options *options, tern_error *error)
{
    cursor c = {.base = base, .bytes = bytes};

    memset(gguf, 0, sizeof *gguf);
    tern_text_copy(gguf->path, sizeof gguf->path, path);
    gguf->base = base;
    gguf->bytes = bytes;
    if (bytes < 24 || memcmp(take(&c, 4), "GGUF", 4) != 0)
        return tern_error_set(error, TERN_USAGE, "%s: not a GGUF file: it does not begin with GGUF", path);
    const uint32_t version = take_u32(&c);
    if (version != 2 && version != 3)
        return refuse_version(path, version, error);
    const uint64_t tensors = take_u64(&c), values = take_u64(&c);
    const tern_status status = read_values(gguf, &c, values, error);
    return status != TERN_OK ? status : read_tensors(gguf, &c, tensors, options != NULL && options->i2s_of_64, error);
}

void tern_gguf_close(tern_gguf *gguf)
{
    for (size_t i = 0; i < gguf->parts; i++)
        tern_gguf_close(&gguf->part[i]);
    free(gguf->part);
    free(gguf->value);
    free(gguf->tensor);
    if (gguf->mapped)
        tern_gguf_unmap(gguf->base);
    memset(gguf, 0, sizeof *gguf);
}

const tern_gguf_value *tern_gguf_find(const tern_gguf *gguf, const char *key)
{
    const tern_gguf_value wanted = {.key = {key, strlen(key)}};

    return gguf->values == 0 ? NULL : bsearch(&wanted, gguf->value, gguf->values, sizeof wanted, by_key);
}

const tern_gguf_tensor *tern_gguf_tensor_find(const tern_gguf *gguf, const char *name)
{
    const tern_gguf_tensor wanted = {.name = {name, strlen(name)}};

    return gguf->tensors == 0 ? NULL : bsearch(&wanted, gguf->tensor, gguf->tensors, sizeof wanted, by_name);
}
