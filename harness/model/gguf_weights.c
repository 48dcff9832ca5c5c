#include "model/gguf_weights.h"

#include "base/text.h"
#include "model/blocks.h"
#include "model/gguf_map.h"
#include "model/gguf_matrix.h"
#include "model/gguf_model.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A table or vector of floats where it lies in the file. */
typedef struct packed_floats {
    const tern_block_format *format;
    const uint8_t *data;
} packed_floats;

typedef struct packed_layer {
    tern_gguf_matrix matrix[TERN_MATRICES];
    packed_floats norm[TERN_NORMS];
} packed_layer;

typedef struct opened {
    tern_gguf gguf;
    packed_layer *layer;
    packed_floats output_norm, table[2];
    bool reordered; /* rows of q and k, see gguf_model.h */
    size_t page;
    tern_slices slices[TERN_MATRICES];
    bool several;             /* a matrix has several scales */
    bool *used;               /* of each tensor; while it is opened */
    bool *cut[TERN_MATRICES]; /* where scales change in any layer, see gguf_matrix.h; while it is opened */
} opened;

static tern_status wrong_tensor(const tern_gguf *gguf, const char *name, const char *what, tern_error *error)
{
    return tern_error_set(error, TERN_USAGE, "%s: tensor %s %s", gguf->path, name, what);
}

/* NULL when there is none of that name. */
static const tern_gguf_tensor *use(opened *o, const char *name)
{
    const tern_gguf_tensor *t = tern_gguf_tensor_find(&o->gguf, name);

    if (t != NULL)
        o->used[t - o->gguf.tensor] = true;
    return t;
}

/* The tensor of that name and of that many rows and columns. */
static tern_status find(opened *o, const char *name, size_t rows, size_t columns, const tern_gguf_tensor **found,
                        tern_error *error)
{
    const tern_gguf *gguf = &o->gguf;
    const tern_gguf_tensor *t = use(o, name);

    *found = t;
    if (t == NULL)
        return wrong_tensor(gguf, name, "is missing", error);
    if (t->dim[0] != columns || t->dim[1] != rows || t->dim[2] != 1 || t->dim[3] != 1)
        return tern_error_set(error, TERN_USAGE,
                              "%s: tensor %s is %" PRIu64 "x%" PRIu64 ", and the model needs %zux%zu", gguf->path, name,
                              t->dim[1], t->dim[0], rows, columns);
    return TERN_OK;
}

/*
 * Lets pages of the file go again that were read once: they would count as memory of this process. A page that is
 * still wanted comes back.
 */
static void let_go(const opened *o, const uint8_t *begin, const uint8_t *end)
{
    const uintptr_t first = (uintptr_t)begin / o->page * o->page;
    const uintptr_t last = (uintptr_t)end / o->page * o->page;

    if (o->gguf.mapped && first < last)
        madvise((void *)first, last - first, MADV_DONTNEED);
}

/* The factor that a tensor of the matrix's own may add: "blk.0.attn_q.scale". */
static tern_status find_factor(opened *o, const char *name, float *factor, tern_error *error)
{
    char scale[TERN_TENSOR_NAME_BYTES];

    *factor = 1.0F;
    tern_text_copy(scale, sizeof scale, name);
    tern_text_copy(strrchr(scale, '.'), 8, ".scale");
    const tern_gguf_tensor *t = use(o, scale);
    if (t == NULL)
        return TERN_OK;
    if (t->type != TERN_BLOCK_F32 || t->bytes != sizeof *factor)
        return wrong_tensor(&o->gguf, scale, "must be one f32", error);
    *factor = tern_gguf_f32(t->data);
    return TERN_OK;
}

static tern_status take_matrix(opened *o, const tern_geometry *g, uint32_t layer, tern_matrix which, tern_error *error)
{
    tern_gguf_matrix *m = &o->layer[layer].matrix[which];
    char name[TERN_TENSOR_NAME_BYTES];
    const tern_gguf_tensor *t;
    float factor;
    tern_status status = find(o, tern_gguf_matrix_name(layer, which, name), tern_geometry_rows(g, which),
                              tern_geometry_columns(g, which), &t, error);

    if (status == TERN_OK)
        status = find_factor(o, name, &factor, error);
    if (status != TERN_OK)
        return status;
    const char *fault = tern_gguf_matrix_scan(m, t, factor, o->cut[which]);
    if (fault != NULL)
        return wrong_tensor(&o->gguf, name, fault, error);
    o->several |= isnan(m->scale);
    let_go(o, t->data, t->data + t->bytes);
    return TERN_OK;
}

/* A NaN among them is found here and not in every token. */
static tern_status take_floats(opened *o, const char *name, size_t rows, size_t columns, packed_floats *floats,
                               tern_error *error)
{
    const tern_gguf_tensor *t;
    const tern_status status = find(o, name, rows, columns, &t, error);

    if (status != TERN_OK)
        return status;
    floats->format = tern_block_format_of(t->type);
    floats->data = t->data;
    if (floats->format->ternary)
        return wrong_tensor(&o->gguf, name, "is ternary, and must be f32, f16, bf16, q8_0, q4_k or q6_k", error);
    if (!tern_block_tame(floats->format, t->data, t->bytes))
        return wrong_tensor(&o->gguf, name, "holds something that is no number up to 65504", error);
    let_go(o, t->data, t->data + t->bytes);
    return TERN_OK;
}

static void unpack(const packed_floats *floats, size_t first, size_t count, float *value)
{
    const tern_block_format *format = floats->format;

    format->floats(floats->data + first / format->weights * format->bytes, count / format->weights, value);
}

static tern_status take_norm(opened *o, const tern_geometry *g, uint32_t layer, tern_norm norm, packed_floats *floats,
                             tern_error *error)
{
    char name[TERN_TENSOR_NAME_BYTES];

    return take_floats(o, tern_gguf_norm_name(layer, norm, name), 1, tern_geometry_norm_size(g, norm), floats, error);
}

static tern_status take_tensors(opened *o, const tern_geometry *g, tern_error *error)
{
    tern_status status = take_norm(o, g, 0, TERN_NORM_OUTPUT, &o->output_norm, error);

    for (uint32_t layer = 0; layer < g->layers; layer++) {
        for (tern_matrix matrix = 0; matrix < TERN_MATRICES && status == TERN_OK; matrix++)
            status = take_matrix(o, g, layer, matrix, error);
        for (tern_norm norm = 0; norm < TERN_NORM_OUTPUT && status == TERN_OK; norm++)
            if (g->sub_norms || (norm != TERN_NORM_ATTENTION_SUB && norm != TERN_NORM_FFN_SUB))
                status = take_norm(o, g, layer, norm, &o->layer[layer].norm[norm], error);
    }
    if (status == TERN_OK)
        status = take_floats(o, "token_embd.weight", g->vocabulary, g->hidden, &o->table[TERN_TABLE_EMBEDDING], error);
    o->table[TERN_TABLE_HEAD] = o->table[TERN_TABLE_EMBEDDING];
    if (status == TERN_OK && !g->tied_head)
        status = take_floats(o, "output.weight", g->vocabulary, g->hidden, &o->table[TERN_TABLE_HEAD], error);
    return status;
}

/* Row `row` of the model is this one of the file. */
static size_t file_row(const opened *o, const tern_geometry *g, tern_matrix matrix, size_t row)
{
    const bool moved = o->reordered && (matrix == TERN_MATRIX_Q || matrix == TERN_MATRIX_K);

    return moved ? tern_gguf_pair_row(g->head_dim, row) : row;
}

static void trits(const tern_weights *weights, uint32_t layer, tern_matrix matrix, size_t begin, size_t end, int8_t *w)
{
    const opened *o = weights->state;
    const tern_gguf_matrix *m = &o->layer[layer].matrix[matrix];
    const size_t row_bytes = tern_gguf_matrix_row_bytes(m);

    for (size_t row = begin; row < end; row++, w += m->columns)
        tern_gguf_matrix_trits(m, file_row(o, &weights->geometry, matrix, row), w);
    let_go(o, m->data + begin * row_bytes, m->data + end * row_bytes);
}

static void scales(const tern_weights *weights, uint32_t layer, tern_matrix matrix, tern_columns columns, size_t begin,
                   size_t end, float *scale)
{
    const opened *o = weights->state;
    const tern_gguf_matrix *m = &o->layer[layer].matrix[matrix];

    for (size_t row = begin; row < end; row++)
        *scale++ = tern_gguf_matrix_scale(m, file_row(o, &weights->geometry, matrix, row), columns.first, columns.end);
}

static float scale(const tern_weights *weights, uint32_t layer, tern_matrix matrix)
{
    const opened *o = weights->state;

    return o->layer[layer].matrix[matrix].scale;
}

static void norm(const tern_weights *weights, uint32_t layer, tern_norm which, float *gain)
{
    const opened *o = weights->state;

    unpack(which == TERN_NORM_OUTPUT ? &o->output_norm : &o->layer[layer].norm[which], 0,
           tern_geometry_norm_size(&weights->geometry, which), gain);
}

static void rows(const tern_weights *weights, tern_table table, size_t begin, size_t end, float *value)
{
    const opened *o = weights->state;
    const packed_floats *floats = &o->table[table];
    const size_t hidden = weights->geometry.hidden;
    const size_t row_bytes = hidden / floats->format->weights * floats->format->bytes;

    unpack(floats, begin * hidden, (end - begin) * hidden, value);
    let_go(o, floats->data + begin * row_bytes, floats->data + end * row_bytes);
}

static void close_opened(tern_weights *weights)
{
    opened *o = weights->state;

    tern_gguf_close(&o->gguf);
    for (tern_matrix matrix = 0; matrix < TERN_MATRICES; matrix++) {
        free(o->cut[matrix]);
        free((void *)(uintptr_t)o->slices[matrix].first);
    }
    free(o->layer);
    free(o->used);
    free(o);
}

/* Biases, experts, factors of the rotation: the model would run without them, and give other logits than it should. */
static tern_status refuse_unused(const opened *o, tern_error *error)
{
    char name[TERN_TENSOR_NAME_BYTES];

    for (size_t i = 0; i < o->gguf.tensors; i++)
        if (!o->used[i])
            return wrong_tensor(&o->gguf, tern_gguf_printable(o->gguf.tensor[i].name, name, sizeof name),
                                "is none that this program knows what to do with", error);
    return TERN_OK;
}

/* One slice more than there are cuts. */
static bool make_slices(opened *o, const tern_geometry *g, tern_matrix matrix)
{
    const size_t places = tern_geometry_columns(g, matrix) / TERN_GGUF_PIECE + 1;
    uint32_t *first = malloc((places + 1) * sizeof *first);
    size_t count = 0;

    if (first == NULL)
        return false;
    first[count++] = 0;
    for (size_t i = 1; i < places; i++)
        if (o->cut[matrix][i])
            first[count++] = (uint32_t)(i * TERN_GGUF_PIECE);
    o->slices[matrix] = (tern_slices){count, first};
    return true;
}

static bool make_room(opened *o, const tern_geometry *g)
{
    o->layer = calloc(g->layers, sizeof *o->layer);
    o->used = calloc(o->gguf.tensors + 1, sizeof *o->used);
    for (tern_matrix matrix = 0; matrix < TERN_MATRICES; matrix++) {
        o->cut[matrix] = calloc(tern_geometry_columns(g, matrix) / TERN_GGUF_PIECE + 1, sizeof *o->cut[matrix]);
        if (o->cut[matrix] == NULL)
            return false;
    }
    return o->layer != NULL && o->used != NULL;
}

/* Fewer tensors than the layers need cannot make it take memory for all these layers. */
static tern_status open_tensors(opened *o, const tern_geometry *g, tern_error *error)
{
    if (o->gguf.tensors < (size_t)g->layers * TERN_MATRICES)
        return tern_error_set(error, TERN_USAGE, "%s: %zu tensors are too few for %" PRIu32 " layer%s", o->gguf.path,
                              o->gguf.tensors, g->layers, tern_text_plural(g->layers));
    if (!make_room(o, g))
        return tern_error_memory(error, "a model", (double)(g->layers * sizeof *o->layer));
    const tern_status status = take_tensors(o, g, error);
    for (tern_matrix matrix = 0; status == TERN_OK && matrix < TERN_MATRICES; matrix++)
        if (!make_slices(o, g, matrix))
            return tern_error_memory(error, "a model", (double)tern_geometry_columns(g, matrix));
    return status == TERN_OK ? refuse_unused(o, error) : status;
}

tern_status tern_gguf_weights(tern_weights *weights, tern_gguf *gguf, tern_error *error)
{
    opened *o = calloc(1, sizeof *o);
    tern_geometry geometry;

    memset(weights, 0, sizeof *weights);
    if (o == NULL) {
        tern_gguf_close(gguf);
        return tern_error_memory(error, "a model", sizeof *o);
    }
    o->gguf = *gguf;
    memset(gguf, 0, sizeof *gguf);
    o->page = (size_t)sysconf(_SC_PAGESIZE);
    *weights =
        (tern_weights){.state = o, .trits = trits, .scale = scale, .norm = norm, .rows = rows, .close = close_opened};
    tern_status status = tern_gguf_geometry(&o->gguf, &geometry, &o->reordered, error);
    if (status == TERN_OK)
        status = open_tensors(o, &geometry, error);
    if (status != TERN_OK) {
        tern_weights_close(weights);
        return status;
    }
    weights->geometry = geometry;
    weights->slices = o->several ? o->slices : NULL;
    weights->scales = o->several ? scales : NULL;
    tern_text_copy(weights->source, sizeof weights->source, o->gguf.path);
    return TERN_OK;
}

tern_status tern_weights_gguf(tern_weights *weights, const char *path, const tern_gguf_options *options,
                              tern_error *error)
{
    tern_gguf gguf;
    tern_status status = tern_gguf_open(&gguf, path, options, error);

    if (status == TERN_OK) {
        status = tern_gguf_weights(weights, &gguf, error);
        return tern_gguf_map_whole(error) == TERN_OK ? status : TERN_USAGE;
    }
    tern_gguf_close(&gguf);
    memset(weights, 0, sizeof *weights);
    return status;
}
