#include "decode/gguf_write.h"

#include "decode/gguf.h"
#include "decode/gguf_model.h"
#include "decode/gguf_weights.h"
#include "decode/half.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 32, VERSION = 3, TOKEN_NORMAL = 1, FILE_TYPE_TQ1_0 = 36, FILE_TYPE_TQ2_0 = 37, FILE_TYPE_I2_S = 40 };

/* What is being written. Errors of the stream show in ferror(). */
typedef struct writer {
    FILE *stream;
    const tern_weights *weights;
    const tern_block_format *format;
    const tern_architecture *architecture;
    uint64_t offset; /* of the next tensor's data */
    void *row;       /* room for a row as numbers, and as it is written */
    uint8_t *packed;
    void (*progress)(void *context, double share);
    void *context;
} writer;

static void put_u32(writer *w, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};

    fwrite(bytes, 1, sizeof bytes, w->stream);
}

static void put_u64(writer *w, uint64_t value)
{
    put_u32(w, (uint32_t)value);
    put_u32(w, (uint32_t)(value >> 32));
}

static void put_f32(writer *w, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    put_u32(w, bits);
}

static void put_text(writer *w, const char *text)
{
    put_u64(w, strlen(text));
    fwrite(text, 1, strlen(text), w->stream);
}

/* The key of a value; one that begins with '.' gets the architecture before it. */
static void put_key(writer *w, const char *key, tern_gguf_type type)
{
    char full[96];

    snprintf(full, sizeof full, "%s%s", key[0] == '.' ? w->architecture->name : "", key);
    put_text(w, full);
    put_u32(w, type);
}

static void put_text_value(writer *w, const char *key, const char *text)
{
    put_key(w, key, TERN_GGUF_TEXT);
    put_text(w, text);
}

static void put_count_value(writer *w, const char *key, uint32_t value)
{
    put_key(w, key, TERN_GGUF_U32);
    put_u32(w, value);
}

static void put_real_value(writer *w, const char *key, double value)
{
    put_key(w, key, TERN_GGUF_F32);
    put_f32(w, (float)value);
}

static void put_array(writer *w, const char *key, tern_gguf_type element, uint64_t count)
{
    put_key(w, key, TERN_GGUF_ARRAY);
    put_u32(w, element);
    put_u64(w, count);
}

/* Of a vocabulary of placeholders: every token has a text of its own, and nothing is merged. */
static void put_vocabulary(writer *w, uint32_t vocabulary)
{
    put_text_value(w, "tokenizer.ggml.model", "llama");
    put_array(w, "tokenizer.ggml.tokens", TERN_GGUF_TEXT, vocabulary);
    for (uint32_t i = 0; i < vocabulary; i++) {
        char text[24];
        snprintf(text, sizeof text, "<%" PRIu32 ">", i);
        put_text(w, text);
    }
    put_array(w, "tokenizer.ggml.scores", TERN_GGUF_F32, vocabulary);
    for (uint32_t i = 0; i < vocabulary; i++)
        put_f32(w, 0.0F);
    put_array(w, "tokenizer.ggml.token_type", TERN_GGUF_I32, vocabulary);
    for (uint32_t i = 0; i < vocabulary; i++)
        put_u32(w, TOKEN_NORMAL);
    put_count_value(w, "tokenizer.ggml.bos_token_id", 1 % vocabulary);
    put_count_value(w, "tokenizer.ggml.eos_token_id", 2 % vocabulary);
}

enum { METADATA = 22 };

/* METADATA values. */
static void put_metadata(writer *w)
{
    const tern_geometry *g = &w->weights->geometry;

    put_text_value(w, "general.architecture", w->architecture->name);
    put_text_value(w, "general.name", g->name);
    put_count_value(w, "general.alignment", ALIGNMENT);
    put_count_value(w, "general.file_type",
                    w->format->type == TERN_BLOCK_TQ1_0   ? FILE_TYPE_TQ1_0
                    : w->format->type == TERN_BLOCK_TQ2_0 ? FILE_TYPE_TQ2_0
                                                          : FILE_TYPE_I2_S);
    put_count_value(w, ".vocab_size", g->vocabulary);
    put_count_value(w, ".block_count", g->layers);
    put_count_value(w, ".context_length", g->context);
    put_count_value(w, ".embedding_length", g->hidden);
    put_count_value(w, ".feed_forward_length", g->ffn);
    put_count_value(w, ".attention.head_count", g->heads);
    put_count_value(w, ".attention.head_count_kv", g->kv_heads);
    put_count_value(w, ".attention.key_length", g->head_dim);
    put_count_value(w, ".attention.value_length", g->head_dim);
    put_count_value(w, ".rope.dimension_count", g->head_dim);
    put_real_value(w, ".rope.freq_base", g->rope_base);
    put_real_value(w, ".attention.layer_norm_rms_epsilon", g->epsilon);
    put_vocabulary(w, g->vocabulary);
}

static uint64_t aligned(uint64_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* One tensor of the model; what writes its data. rows of 1 and a dims of 1: a vector. */
typedef struct entry {
    char name[TERN_TENSOR_NAME_BYTES];
    uint32_t type, layer, which;
    size_t rows, columns;
    void (*put)(writer *w, const struct entry *item);
} entry;

static void put_padding(writer *w, uint64_t bytes)
{
    for (uint64_t i = bytes; i < aligned(bytes); i++)
        fputc(0, w->stream);
}

static void put_matrix(writer *w, const entry *item)
{
    const tern_block_format *f = w->format;
    const size_t blocks = item->columns / f->weights;
    const float scale = w->weights->scale(w->weights, item->layer, (tern_matrix)item->which);
    const uint16_t half = tern_half_from_float(scale);
    int8_t *trits = w->row;

    for (size_t row = 0; row < item->rows; row++) {
        w->weights->trits(w->weights, item->layer, (tern_matrix)item->which, row, row + 1, trits);
        for (size_t i = 0; i < blocks; i++) {
            uint8_t *block = w->packed + i * f->bytes;
            f->encode(trits + i * f->weights, block);
            if (f->scale_at >= 0) {
                block[f->scale_at] = (uint8_t)half;
                block[f->scale_at + 1] = (uint8_t)(half >> 8);
            }
        }
        fwrite(w->packed, f->bytes, blocks, w->stream);
    }
    if (f->scale_at < 0) {
        put_f32(w, scale);
        for (uint32_t i = 4; i < f->tail_bytes; i++)
            fputc(0, w->stream);
    }
}

static void put_norm(writer *w, const entry *item)
{
    float *gain = w->row;

    w->weights->norm(w->weights, item->layer, (tern_norm)item->which, gain);
    for (size_t i = 0; i < item->columns; i++)
        put_f32(w, gain[i]);
}

static void put_table(writer *w, const entry *item)
{
    float *value = w->row;

    for (size_t row = 0; row < item->rows; row++) {
        w->weights->rows(w->weights, (tern_table)item->which, row, row + 1, value);
        for (size_t i = 0; i < item->columns; i++) {
            const uint16_t half = tern_half_from_float(value[i]);
            w->packed[2 * i] = (uint8_t)half;
            w->packed[2 * i + 1] = (uint8_t)(half >> 8);
        }
        fwrite(w->packed, 2, item->columns, w->stream);
    }
}

/* Fills the list of all tensors, in their order in the file, or counts them when items is NULL. */
static size_t list_items(const writer *w, entry *items)
{
    const tern_geometry *g = &w->weights->geometry;
    size_t count = 0;
    entry next;

    for (uint32_t table = 0; table < (g->tied_head ? 1U : 2U); table++, count++) {
        next = (entry){
            .type = TERN_BLOCK_F16, .which = table, .rows = g->vocabulary, .columns = g->hidden, .put = put_table};
        snprintf(next.name, sizeof next.name, "%s",
                 table == TERN_TABLE_EMBEDDING ? "token_embd.weight" : "output.weight");
        if (items != NULL)
            items[count] = next;
    }
    for (uint32_t layer = 0; layer < g->layers; layer++) {
        for (tern_matrix m = 0; m < TERN_MATRICES; m++, count++) {
            next = (entry){.type = w->format->type,
                           .layer = layer,
                           .which = m,
                           .rows = tern_geometry_rows(g, m),
                           .columns = tern_geometry_columns(g, m),
                           .put = put_matrix};
            tern_gguf_matrix_name(layer, m, next.name);
            if (items != NULL)
                items[count] = next;
        }
        for (tern_norm n = 0; n < TERN_NORMS; n++) {
            const bool sub = n == TERN_NORM_ATTENTION_SUB || n == TERN_NORM_FFN_SUB;
            if ((sub && !g->sub_norms) || (n == TERN_NORM_OUTPUT && layer > 0))
                continue;
            next = (entry){.type = TERN_BLOCK_F32,
                           .layer = layer,
                           .which = n,
                           .rows = 1,
                           .columns = tern_geometry_norm_size(g, n),
                           .put = put_norm};
            tern_gguf_norm_name(layer, n, next.name);
            if (items != NULL)
                items[count] = next;
            count++;
        }
    }
    return count;
}

static uint64_t bytes_of(const entry *item)
{
    const uint64_t dim[4] = {item->columns, item->rows, 1, 1};
    uint64_t bytes = 0;

    tern_block_tensor_bytes(item->type, dim, &bytes);
    return bytes;
}

static void put_entry(writer *w, const entry *item)
{
    const bool vector = item->put == put_norm;

    put_text(w, item->name);
    put_u32(w, vector ? 1 : 2);
    put_u64(w, item->columns);
    if (!vector)
        put_u64(w, item->rows);
    put_u32(w, item->type);
    put_u64(w, w->offset);
    w->offset += aligned(bytes_of(item));
}

static tern_status put_all(writer *w, const entry *items, size_t count, tern_error *error)
{
    fwrite("GGUF", 1, 4, w->stream);
    put_u32(w, VERSION);
    put_u64(w, count);
    put_u64(w, METADATA);
    put_metadata(w);
    for (size_t i = 0; i < count; i++)
        put_entry(w, &items[i]);
    const long at = ftell(w->stream);
    put_padding(w, at < 0 ? 0 : (uint64_t)at);
    for (size_t i = 0; i < count && !ferror(w->stream); i++) {
        items[i].put(w, &items[i]);
        put_padding(w, bytes_of(&items[i]));
        if (w->progress != NULL)
            w->progress(w->context, (double)(i + 1) / (double)count);
    }
    if (fflush(w->stream) != 0 || ferror(w->stream))
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot write the model: %s; make room", strerror(errno));
    return TERN_OK;
}

static size_t longest_row(const tern_geometry *g)
{
    size_t longest = g->hidden;

    for (tern_matrix m = 0; m < TERN_MATRICES; m++)
        longest = tern_geometry_columns(g, m) > longest ? tern_geometry_columns(g, m) : longest;
    return longest;
}

tern_status tern_gguf_write(FILE *stream, const tern_weights *weights, const tern_block_format *format,
                            void (*progress)(void *context, double share), void *context, tern_error *error)
{
    const tern_geometry *g = &weights->geometry;
    writer w = {.stream = stream,
                .weights = weights,
                .format = format,
                .architecture = tern_gguf_architecture(g),
                .progress = progress,
                .context = context};

    if (w.architecture == NULL)
        return tern_error_set(error, TERN_USAGE,
                              "no architecture of GGUF has the activation and the rotation of model %s", g->name);
    for (tern_matrix m = 0; m < TERN_MATRICES; m++)
        if (tern_geometry_columns(g, m) % format->weights != 0)
            return tern_error_set(
                error, TERN_USAGE,
                "the rows of matrix %s of model %s are no whole blocks of %s: %zu is no multiple of %" PRIu32,
                tern_matrix_name(m), g->name, format->name, tern_geometry_columns(g, m), format->weights);
    const size_t count = list_items(&w, NULL), longest = longest_row(g);
    entry *items = calloc(count, sizeof *items);
    tern_status status = TERN_OK;
    w.row = malloc(longest * sizeof(float));
    w.packed = malloc(longest * 2);
    if (items == NULL || w.row == NULL || w.packed == NULL) {
        status = tern_error_memory(error, "a list of tensors", (double)(count * sizeof *items));
    } else {
        list_items(&w, items);
        status = put_all(&w, items, count, error);
    }
    free(items);
    free(w.row);
    free(w.packed);
    return status;
}
