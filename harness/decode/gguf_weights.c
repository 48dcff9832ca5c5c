#include "decode/gguf_weights.h"

#include "base/text.h"
#include "decode/blocks.h"
#include "decode/gguf_model.h"
#include "decode/half.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A ternary matrix where it lies in the file. */
typedef struct packed_matrix {
    const tern_block_format *format;
    const uint8_t *data;
    float scale;
} packed_matrix;

/* A table or vector of floats where it lies in the file. */
typedef struct packed_floats {
    const tern_block_format *format;
    const uint8_t *data;
} packed_floats;

typedef struct packed_layer {
    packed_matrix matrix[TERN_MATRICES];
    packed_floats norm[TERN_NORMS];
} packed_layer;

typedef struct opened {
    tern_gguf gguf;
    packed_layer *layer;
    packed_floats output_norm, table[2];
    size_t page;
} opened;

char *tern_gguf_matrix_name(uint32_t layer, tern_matrix matrix, char name[TERN_TENSOR_NAME_BYTES])
{
    static const char *const names[TERN_MATRICES] = {"attn_q",   "attn_k", "attn_v",  "attn_output",
                                                     "ffn_gate", "ffn_up", "ffn_down"};

    name[0] = '\0';
    tern_text_append(name, TERN_TENSOR_NAME_BYTES, "blk.%" PRIu32 ".%s.weight", layer, names[matrix]);
    return name;
}

char *tern_gguf_norm_name(uint32_t layer, tern_norm norm, char name[TERN_TENSOR_NAME_BYTES])
{
    static const char *const names[TERN_NORMS] = {"attn_norm", "attn_sub_norm", "ffn_norm", "ffn_sub_norm",
                                                  "output_norm"};

    name[0] = '\0';
    if (norm == TERN_NORM_OUTPUT)
        tern_text_append(name, TERN_TENSOR_NAME_BYTES, "%s.weight", names[norm]);
    else
        tern_text_append(name, TERN_TENSOR_NAME_BYTES, "blk.%" PRIu32 ".%s.weight", layer, names[norm]);
    return name;
}

static tern_status wrong_tensor(const tern_gguf *gguf, const char *name, const char *what, tern_error *error)
{
    return tern_error_set(error, TERN_USAGE, "%s: tensor %s %s", gguf->path, name, what);
}

/* The tensor of that name and of that many rows and columns. */
static tern_status find(const tern_gguf *gguf, const char *name, size_t rows, size_t columns,
                        const tern_gguf_tensor **found, tern_error *error)
{
    const tern_gguf_tensor *t = tern_gguf_tensor_find(gguf, name);

    *found = t;
    if (t == NULL)
        return wrong_tensor(gguf, name, "is missing", error);
    if (t->dim[0] != columns || t->dim[1] != rows || t->dim[2] != 1 || t->dim[3] != 1)
        return tern_error_set(error, TERN_USAGE,
                              "%s: tensor %s is %" PRIu64 "x%" PRIu64 ", and the model needs %zux%zu", gguf->path, name,
                              t->dim[1], t->dim[0], rows, columns);
    return TERN_OK;
}

/* Lets pages of the file go again that were read once: they would count as memory of this process. A page that is still wanted comes back. */
static void let_go(const opened *o, const uint8_t *begin, const uint8_t *end)
{
    const uintptr_t first = (uintptr_t)begin / o->page * o->page;
    const uintptr_t last = (uintptr_t)end / o->page * o->page;

    if (o->gguf.mapped && first < last)
        madvise((void *)first, last - first, MADV_DONTNEED);
}

/* The factor that a tensor of the matrix's own may add: "blk.0.attn_q.scale". */
static tern_status find_factor(const tern_gguf *gguf, const char *name, float *factor, tern_error *error)
{
    char scale[TERN_TENSOR_NAME_BYTES];

    *factor = 1.0F;
    tern_text_copy(scale, sizeof scale, name);
    tern_text_copy(strrchr(scale, '.'), 8, ".scale");
    const tern_gguf_tensor *t = tern_gguf_tensor_find(gguf, scale);
    if (t == NULL)
        return TERN_OK;
    if (t->type != TERN_BLOCK_F32 || t->bytes != sizeof *factor)
        return wrong_tensor(gguf, scale, "must be one f32", error);
    *factor = tern_gguf_f32(t->data);
    return TERN_OK;
}

static float block_scale(const tern_block_format *format, const uint8_t *block)
{
    return tern_half_to_float((uint16_t)(block[format->scale_at] | block[format->scale_at + 1] << 8));
}

/* Looks at every block. A block of scale 0 holds zeros whatever its codes say; all others must agree. Returns what is wrong, or NULL. */
static const char *scan(const tern_gguf_tensor *t, packed_matrix *m)
{
    const tern_block_format *format = m->format;
    const uint8_t *end = t->data + t->bytes - format->tail_bytes;

    m->scale = format->scale_at < 0 ? tern_gguf_f32(end) : 0.0F;
    for (const uint8_t *block = t->data; block < end; block += format->bytes) {
        if (format->legal != NULL && !format->legal(block))
            return "holds the code 3, which is no trit";
        const float scale = format->scale_at < 0 ? m->scale : block_scale(format, block);
        if (!isfinite(scale))
            return "has a scale that is no number";
        if (scale != 0.0F && m->scale != 0.0F && scale != m->scale)
            return "has blocks of different scales; a ternary product needs one scale for the whole matrix";
        m->scale = scale != 0.0F ? scale : m->scale;
    }
    return NULL;
}

static tern_status take_matrix(opened *o, const tern_geometry *g, uint32_t layer, tern_matrix which, tern_error *error)
{
    packed_matrix *m = &o->layer[layer].matrix[which];
    char name[TERN_TENSOR_NAME_BYTES];
    const tern_gguf_tensor *t;
    float factor;
    tern_status status = find(&o->gguf, tern_gguf_matrix_name(layer, which, name), tern_geometry_rows(g, which),
                              tern_geometry_columns(g, which), &t, error);

    if (status == TERN_OK)
        status = find_factor(&o->gguf, name, &factor, error);
    if (status != TERN_OK)
        return status;
    m->format = tern_block_format_of(t->type);
    m->data = t->data;
    if (!m->format->ternary)
        return wrong_tensor(&o->gguf, name, "is not ternary: it must be TQ1_0, TQ2_0 or I2_S", error);
    const char *fault = scan(t, m);
    if (fault != NULL)
        return wrong_tensor(&o->gguf, name, fault, error);
    m->scale *= factor;
    if (!isfinite(m->scale))
        return wrong_tensor(&o->gguf, name, "has a scale that is no number", error);
    let_go(o, t->data, t->data + t->bytes);
    return TERN_OK;
}

/* Norms must be numbers: a NaN among them is found here and not in every token. */
static tern_status take_floats(opened *o, const char *name, size_t rows, size_t columns, packed_floats *floats,
                               tern_error *error)
{
    const tern_gguf_tensor *t;
    const tern_status status = find(&o->gguf, name, rows, columns, &t, error);

    if (status != TERN_OK)
        return status;
    floats->format = tern_block_format_of(t->type);
    floats->data = t->data;
    if (floats->format->ternary)
        return wrong_tensor(&o->gguf, name, "is ternary, and must be F32, F16, BF16, Q8_0 or Q6_K", error);
    return TERN_OK;
}

static void unpack(const packed_floats *floats, size_t first, size_t count, float *value)
{
    const tern_block_format *format = floats->format;

    for (size_t block = first / format->weights; block < (first + count) / format->weights;
         block++, value += format->weights)
        format->floats(floats->data + block * format->bytes, value);
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

static void trits(const tern_weights *weights, uint32_t layer, tern_matrix matrix, size_t begin, size_t end, int8_t *w)
{
    const opened *o = weights->state;
    const packed_matrix *m = &o->layer[layer].matrix[matrix];
    const size_t row_blocks = tern_geometry_columns(&weights->geometry, matrix) / m->format->weights;
    const uint8_t *first = m->data + begin * row_blocks * m->format->bytes;
    const uint8_t *last = m->data + end * row_blocks * m->format->bytes;

    for (const uint8_t *block = first; block < last; block += m->format->bytes, w += m->format->weights)
        if (m->format->scale_at >= 0 && block_scale(m->format, block) == 0.0F)
            memset(w, 0, m->format->weights);
        else
            m->format->trits(block, w);
    let_go(o, first, last);
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
    free(o->layer);
    free(o);
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
    tern_status status = tern_gguf_geometry(&o->gguf, &geometry, error);
    if (status == TERN_OK) {
        o->layer = calloc(geometry.layers, sizeof *o->layer);
        status = o->layer != NULL ? take_tensors(o, &geometry, error)
                                  : tern_error_memory(error, "a model", (double)(geometry.layers * sizeof *o->layer));
    }
    if (status != TERN_OK) {
        tern_weights_close(weights);
        return status;
    }
    weights->geometry = geometry;
    tern_text_copy(weights->source, sizeof weights->source, o->gguf.path);
    return TERN_OK;
}

tern_status tern_weights_gguf(tern_weights *weights, const char *path, tern_error *error)
{
    tern_gguf gguf;
    const tern_status status = tern_gguf_open(&gguf, path, error);

    if (status == TERN_OK)
        return tern_gguf_weights(weights, &gguf, error);
    tern_gguf_close(&gguf);
    memset(weights, 0, sizeof *weights);
    return status;
}
