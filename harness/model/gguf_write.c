#include "model/gguf_write.h"

#include "base/half.h"
#include "base/outfile.h"
#include "base/text.h"
#include "model/gguf_metadata.h"
#include "model/gguf_model.h"
#include "model/gguf_put.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 3 };

/* What is being written. Errors of the stream show in ferror(). */
typedef struct writer {
    FILE *stream;
    const tern_weights *weights;
    const tern_block_format *format;
    tern_gguf_target target;
    uint64_t offset; /* of the next tensor's data */
    void *row;       /* room for a row as numbers, and as it is written */
    uint8_t *packed;
    const char *inexact; /* the first tensor that its form cannot hold to the last bit */
    void (*progress)(void *context, double share);
    void *context;
} writer;

static uint64_t aligned(uint64_t bytes)
{
    return (bytes + TERN_GGUF_ALIGNMENT - 1) / TERN_GGUF_ALIGNMENT * TERN_GGUF_ALIGNMENT;
}

/* One tensor of the model, and what writes its data. */
typedef struct entry {
    char name[TERN_TENSOR_NAME_BYTES];
    uint32_t type, layer, which;
    size_t rows, columns;
    void (*put)(writer *w, const struct entry *item);
} entry;

/* Row `row` of the file is this one of the model. */
static size_t row_of(const writer *w, const entry *item, size_t row)
{
    const bool moved = w->target.reordered && (item->which == TERN_MATRIX_Q || item->which == TERN_MATRIX_K);

    return moved ? tern_gguf_half_row(w->weights->geometry.head_dim, row) : row;
}

static void put_matrix(writer *w, const entry *item)
{
    const tern_block_format *f = w->format;
    const size_t blocks = item->columns / f->weights;
    const float scale = w->weights->scale(w->weights, item->layer, (tern_matrix)item->which);
    const uint16_t half = tern_half_from_float(scale);
    int8_t *trits = w->row;

    if (f->scale_at >= 0 && tern_half_to_float(half) != scale)
        w->inexact = item->name;
    for (size_t i = 0; i < item->rows; i++) {
        const size_t row = row_of(w, item, i);
        w->weights->trits(w->weights, item->layer, (tern_matrix)item->which, row, row + 1, trits);
        for (size_t b = 0; b < blocks; b++) {
            uint8_t *block = w->packed + b * f->bytes;
            f->encode(trits + b * f->weights, block);
            if (f->scale_at >= 0) {
                block[f->scale_at] = (uint8_t)half;
                block[f->scale_at + 1] = (uint8_t)(half >> 8);
            }
        }
        fwrite(w->packed, f->bytes, blocks, w->stream);
    }
    if (f->scale_at < 0) {
        tern_put_f32(w->stream, scale);
        tern_put_zeros(w->stream, f->tail_bytes - sizeof scale);
    }
}

static void put_norm(writer *w, const entry *item)
{
    float *gain = w->row;

    w->weights->norm(w->weights, item->layer, (tern_norm)item->which, gain);
    for (size_t i = 0; i < item->columns; i++)
        tern_put_f32(w->stream, gain[i]);
}

static void put_table(writer *w, const entry *item)
{
    float *value = w->row;

    for (size_t row = 0; row < item->rows; row++) {
        w->weights->rows(w->weights, (tern_table)item->which, row, row + 1, value);
        for (size_t i = 0; i < item->columns; i++) {
            const uint16_t half = tern_half_from_float(value[i]);
            if (tern_half_to_float(half) != value[i])
                w->inexact = item->name;
            w->packed[2 * i] = (uint8_t)half;
            w->packed[2 * i + 1] = (uint8_t)(half >> 8);
        }
        fwrite(w->packed, 2, item->columns, w->stream);
    }
}

/* All tensors, in their order in the file. */
typedef struct list {
    entry *item;
    size_t count;
} list;

static void list_table(list *l, const tern_geometry *g, tern_table table, const char *name)
{
    entry *next = &l->item[l->count++];

    *next =
        (entry){.type = TERN_BLOCK_F16, .which = table, .rows = g->vocabulary, .columns = g->hidden, .put = put_table};
    tern_text_copy(next->name, sizeof next->name, name);
}

static void list_matrix(list *l, const writer *w, uint32_t layer, tern_matrix matrix)
{
    const tern_geometry *g = &w->weights->geometry;
    entry *next = &l->item[l->count++];

    *next = (entry){.type = w->format->type,
                    .layer = layer,
                    .which = matrix,
                    .rows = tern_geometry_rows(g, matrix),
                    .columns = tern_geometry_columns(g, matrix),
                    .put = put_matrix};
    tern_gguf_matrix_name(layer, matrix, next->name);
}

static void list_norm(list *l, const tern_geometry *g, uint32_t layer, tern_norm norm)
{
    entry *next = &l->item[l->count];

    if (!g->sub_norms && (norm == TERN_NORM_ATTENTION_SUB || norm == TERN_NORM_FFN_SUB))
        return;
    l->count++;
    *next = (entry){.type = TERN_BLOCK_F32,
                    .layer = layer,
                    .which = norm,
                    .rows = 1,
                    .columns = tern_geometry_norm_size(g, norm),
                    .put = put_norm};
    tern_gguf_norm_name(layer, norm, next->name);
}

static size_t most_items(const tern_geometry *g)
{
    return 3 + (size_t)g->layers * (TERN_MATRICES + TERN_NORM_OUTPUT);
}

static void list_items(list *l, const writer *w)
{
    const tern_geometry *g = &w->weights->geometry;

    list_table(l, g, TERN_TABLE_EMBEDDING, "token_embd.weight");
    for (uint32_t layer = 0; layer < g->layers; layer++) {
        for (tern_matrix m = 0; m < TERN_MATRICES; m++)
            list_matrix(l, w, layer, m);
        for (tern_norm n = 0; n < TERN_NORM_OUTPUT; n++)
            list_norm(l, g, layer, n);
    }
    list_norm(l, g, 0, TERN_NORM_OUTPUT);
    if (!g->tied_head)
        list_table(l, g, TERN_TABLE_HEAD, "output.weight");
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

    tern_put_text(w->stream, item->name);
    tern_put_u32(w->stream, vector ? 1 : 2);
    tern_put_u64(w->stream, item->columns);
    if (!vector)
        tern_put_u64(w->stream, item->rows);
    tern_put_u32(w->stream, item->type);
    tern_put_u64(w->stream, w->offset);
    w->offset += aligned(bytes_of(item));
}

/* Padded. It is made in memory, since a pipe does not say where it is. */
static tern_status put_header(writer *w, const list *l, tern_error *error)
{
    FILE *const out = w->stream;
    char *header = NULL;
    size_t bytes = 0;

    w->stream = open_memstream(&header, &bytes);
    if (w->stream != NULL) {
        fwrite("GGUF", 1, 4, w->stream);
        tern_put_u32(w->stream, VERSION);
        tern_put_u64(w->stream, l->count);
        tern_gguf_put_metadata(w->stream, &w->target, &w->weights->geometry, w->format, w->weights->source);
        for (size_t i = 0; i < l->count; i++)
            put_entry(w, &l->item[i]);
    }
    bool whole = w->stream != NULL && !ferror(w->stream);
    if (w->stream != NULL)
        whole &= fclose(w->stream) == 0;
    w->stream = out;
    if (whole) {
        fwrite(header, 1, bytes, out);
        tern_put_zeros(out, aligned(bytes) - bytes);
    }
    free(header);
    return whole ? TERN_OK : tern_error_memory(error, "the list of tensors", (double)bytes);
}

static tern_status put_all(writer *w, const list *l, tern_error *error)
{
    const tern_status status = put_header(w, l, error);

    for (size_t i = 0; i < l->count && status == TERN_OK && !ferror(w->stream); i++) {
        l->item[i].put(w, &l->item[i]);
        tern_put_zeros(w->stream, aligned(bytes_of(&l->item[i])) - bytes_of(&l->item[i]));
        if (w->inexact != NULL)
            return tern_error_set(error, TERN_USAGE, "%s has a number that is no half, so that %s would change it",
                                  w->inexact, w->format->name);
        if (w->progress != NULL)
            w->progress(w->context, (double)(i + 1) / (double)l->count);
    }
    if (status == TERN_OK && !tern_outfile_flush(w->stream))
        return tern_outfile_failed("the model", error);
    return status;
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
                .target = tern_gguf_target_of(g, format),
                .progress = progress,
                .context = context};

    for (tern_matrix m = 0; m < TERN_MATRICES; m++)
        if (tern_geometry_columns(g, m) % format->weights != 0)
            return tern_error_set(
                error, TERN_USAGE,
                "the rows of matrix %s of model %s are no whole blocks of %s: %zu is no multiple of %" PRIu32,
                tern_matrix_name(m), g->name, format->name, tern_geometry_columns(g, m), format->weights);
    const size_t longest = longest_row(g);
    list items = {.item = calloc(most_items(g), sizeof *items.item)};
    tern_status status = TERN_OK;
    w.row = malloc(longest * sizeof(float));
    w.packed = malloc(longest * 2);
    if (items.item == NULL || w.row == NULL || w.packed == NULL) {
        status = tern_error_memory(error, "a list of tensors", (double)(most_items(g) * sizeof *items.item));
    } else {
        list_items(&items, &w);
        status = put_all(&w, &items, error);
    }
    free(items.item);
    free(w.row);
    free(w.packed);
    return status;
}
