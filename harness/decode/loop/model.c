/*
 * One product after the other, each shared by the team just as its threads will run it. The memory for packed W is
 * reserved by the upper bounds that the kernel gives, and used by what it wrote.
 */
#include "decode/loop/model.h"

#include "base/cache_line.h"
#include "base/clock.h"
#include "base/round.h"
#include "check/product.h"
#include "decode/loop/pages.h"
#include "machine/isa.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_BYTES = 256 << 10 };

/* What the threads share while they load. */
typedef struct loader {
    tern_model *model;
    const tern_weights *weights;
    const tern_ops *ops;
    tern_team *team;
    tern_pages pages;
    uint8_t *room; /* of each thread: rows on their way */
    size_t room_bytes;

    /* the product at hand */
    uint32_t layer;
    const tern_part *part;
    tern_product product;
    int8_t *w; /* all of it, for a kernel that packs no rows apart */
    void *packed;

    /* the head */
    void *data;
    float *scale;
} loader;

static uint8_t *room_of(const loader *l, uint32_t thread)
{
    return l->room + thread * l->room_bytes;
}

/* Columns of the part at hand and its neighbours, which are unpacked together. */
static size_t whole_columns(const loader *l)
{
    return tern_linear_shape(&l->model->geometry, l->part->linear, 1).k;
}

/* Rows that are unpacked at a time. */
static size_t chunk_rows(const loader *l)
{
    const size_t step = l->product.kernel->row_step, bytes = step * whole_columns(l);

    return bytes < ROOM_BYTES ? ROOM_BYTES / bytes * step : step;
}

static const char *bind_part(loader *l, const tern_part *part)
{
    tern_case c = l->model->kernel;

    l->part = part;
    c.shape = tern_part_shape(&l->model->geometry, part, 1);
    return tern_product_bind(&l->product, &c, l->model->threads);
}

static void pack_share(void *argument, uint32_t thread, uint32_t threads)
{
    loader *l = argument;
    const tern_slice rows = tern_product_rows(&l->product, thread, threads);
    const size_t chunk = chunk_rows(l);
    int8_t *w = (int8_t *)room_of(l, thread);

    for (size_t begin = rows.begin; begin < rows.end; begin += chunk) {
        const size_t end = begin + chunk < rows.end ? begin + chunk : rows.end;
        tern_part_trits(l->weights, l->layer, l->part, begin, end, w);
        l->product.kernel->pack_rows(&l->product.problem, w, (tern_slice){begin, end, thread}, l->packed);
    }
}

static void unpack_share(void *argument, uint32_t thread, uint32_t threads)
{
    loader *l = argument;
    const tern_shape shape = l->product.problem.shape;
    const tern_slice rows = tern_slice_of(shape.m, thread, threads);
    const size_t chunk = chunk_rows(l);
    int8_t *w = (int8_t *)room_of(l, thread);

    for (size_t begin = rows.begin; begin < rows.end; begin += chunk) {
        const size_t end = begin + chunk < rows.end ? begin + chunk : rows.end;
        tern_part_trits(l->weights, l->layer, l->part, begin, end, w);
        memcpy(l->w + begin * shape.k, w, (end - begin) * shape.k);
    }
}

static tern_status pack(loader *l, uint32_t layer, size_t part, tern_error *error)
{
    tern_model *model = l->model;

    bind_part(l, &model->parts.part[part]);
    const size_t most = l->product.kernel->packed_bytes(&l->product.problem);
    size_t bytes = most;
    l->layer = layer;
    l->packed = tern_pages_take(&l->pages, most);
    if (l->product.kernel->pack_rows != NULL) {
        tern_team_run(l->team, pack_share, l);
    } else {
        tern_team_run(l->team, unpack_share, l);
        bytes = l->product.kernel->pack(&l->product.problem, l->w, l->packed);
        if (bytes == 0)
            return tern_error_memory(error, "packing weights", (double)most);
        l->pages.used -= most - bytes;
    }
    model->layer[layer].packed[part] = l->packed;
    model->packed_bytes += bytes;
    return TERN_OK;
}

static const float *take_norm(loader *l, uint32_t layer, tern_norm norm)
{
    const size_t bytes = tern_geometry_norm_size(&l->model->geometry, norm) * sizeof(float);
    float *gain = tern_pages_take(&l->pages, bytes);

    l->weights->norm(l->weights, layer, norm, gain);
    l->model->norm_bytes += bytes;
    return gain;
}

/* Of each part of a linear layer whose matrices have more than one scale each. */
static void take_scales(loader *l, uint32_t layer)
{
    tern_model *model = l->model;

    for (size_t i = 0; i < model->parts.count; i++) {
        const tern_part *part = &model->parts.part[i];
        const size_t bytes = tern_part_shape(&model->geometry, part, 1).m * sizeof(float);
        if (tern_linear_is_uniform(l->weights, layer, part->linear))
            continue;
        float *scale = tern_pages_take(&l->pages, bytes);
        tern_part_scales(l->weights, layer, part, scale);
        model->layer[layer].row_scale[i] = scale;
        model->packed_bytes += bytes;
    }
}

static void take_layer(loader *l, uint32_t index)
{
    const bool sub_norms = l->model->geometry.sub_norms;
    tern_layer *layer = &l->model->layer[index];

    for (tern_matrix matrix = 0; matrix < TERN_MATRICES; matrix++)
        layer->scale[matrix] = l->weights->scale(l->weights, index, matrix);
    take_scales(l, index);
    layer->norm[TERN_NORM_ATTENTION] = take_norm(l, index, TERN_NORM_ATTENTION);
    layer->norm[TERN_NORM_FFN] = take_norm(l, index, TERN_NORM_FFN);
    if (sub_norms) {
        layer->norm[TERN_NORM_ATTENTION_SUB] = take_norm(l, index, TERN_NORM_ATTENTION_SUB);
        layer->norm[TERN_NORM_FFN_SUB] = take_norm(l, index, TERN_NORM_FFN_SUB);
    }
}

static void head_share(void *argument, uint32_t thread, uint32_t threads)
{
    loader *l = argument;
    const tern_slice rows = tern_slice_of(l->model->geometry.vocabulary, thread, threads);
    const size_t hidden = l->model->geometry.hidden;
    float *value = (float *)(void *)room_of(l, thread);

    for (size_t row = rows.begin; row < rows.end; row++) {
        l->weights->rows(l->weights, TERN_TABLE_HEAD, row, row + 1, value);
        if (l->scale != NULL)
            l->scale[row] = l->ops->quantise(value, hidden, (int8_t *)l->data + row * hidden);
        else
            l->ops->to_f16(value, hidden, (uint16_t *)l->data + row * hidden);
    }
}

/* Returns its bytes. */
static uint64_t take_head(loader *l, tern_head_type type, tern_rows *rows)
{
    const size_t vocabulary = l->model->geometry.vocabulary;
    const size_t values = vocabulary * l->model->geometry.hidden;
    const bool i8 = type == TERN_HEAD_I8;
    const size_t data_bytes = i8 ? values : 2 * values, scale_bytes = i8 ? vocabulary * sizeof(float) : 0;

    l->data = tern_pages_take(&l->pages, data_bytes);
    l->scale = i8 ? tern_pages_take(&l->pages, scale_bytes) : NULL;
    tern_team_run(l->team, head_share, l);
    *rows = (tern_rows){.type = type, .data = l->data, .scale = l->scale};
    return data_bytes + scale_bytes;
}

/* Upper bounds of what is needed: of the model, of a thread's room, and of W for a kernel that needs a whole one. */
typedef struct needs {
    size_t model, room, w;
} needs;

static tern_status add_up(loader *l, const tern_model_options *options, needs *n, tern_error *error)
{
    const tern_geometry *g = &l->model->geometry;
    const tern_kernel *kernel = l->model->kernel.kernel;
    const size_t layers = g->layers, piece = l->pages.align;
    size_t values = g->hidden;

    *n = (needs){.room = g->hidden * sizeof(float)};
    for (size_t i = 0; i < l->model->parts.count; i++) {
        const tern_part *part = &l->model->parts.part[i];
        const tern_shape shape = tern_part_shape(g, part, 1);
        const char *refusal = bind_part(l, part);
        if (refusal != NULL)
            return tern_error_set(error, TERN_USAGE, "kernel '%s' cannot do %zux%zux1: %s", kernel->name, shape.m,
                                  shape.k, refusal);
        n->model += layers * (kernel->packed_bytes(&l->product.problem) + piece);
        n->model += l->weights->scales == NULL ? 0 : layers * (shape.m * sizeof(float) + piece);
        n->room = tern_larger(n->room, chunk_rows(l) * whole_columns(l));
        n->w = tern_larger(n->w, shape.m * shape.k);
    }
    for (tern_norm norm = 0; norm < TERN_NORM_OUTPUT; norm++)
        values += layers * (tern_geometry_norm_size(g, norm) + piece);
    n->model += values * sizeof(float);
    n->model += g->vocabulary * (g->hidden + (size_t)4) * (options->head == TERN_HEAD_I8 ? 1 : 2) + 2 * piece;
    n->room = tern_round_up(n->room, TERN_CACHE_LINE);
    if (kernel->pack_rows != NULL)
        n->w = 0;
    return TERN_OK;
}

static tern_status fill(loader *l, const tern_model_options *options, tern_error *error)
{
    tern_model *model = l->model;
    const tern_geometry *g = &model->geometry;
    const size_t parts = model->parts.count;
    const double products = (double)g->layers * (double)parts;
    tern_status status = TERN_OK;

    for (uint32_t layer = 0; layer < g->layers; layer++)
        for (size_t part = 0; part < parts; part++) {
            if ((status = pack(l, layer, part, error)) != TERN_OK)
                return status;
            if (options->progress != NULL)
                options->progress(options->context, ((double)(layer * parts + part) + 1.0) / (products + 1.0));
        }
    for (uint32_t layer = 0; layer < g->layers; layer++)
        take_layer(l, layer);
    model->output_norm = take_norm(l, 0, TERN_NORM_OUTPUT);
    model->head_bytes = take_head(l, options->head, &model->head);
    model->weights = g->tied_head ? NULL : l->weights;
    if (options->progress != NULL)
        options->progress(options->context, 1.0);
    return TERN_OK;
}

static bool make_layers(tern_model *model)
{
    const size_t layers = model->geometry.layers, parts = model->parts.count;

    model->layer = calloc(layers, sizeof *model->layer);
    model->packed = calloc(layers * parts, sizeof *model->packed);
    model->row_scale = calloc(layers * parts, sizeof *model->row_scale);
    if (model->layer == NULL || model->packed == NULL || model->row_scale == NULL)
        return false;
    for (size_t layer = 0; layer < layers; layer++) {
        model->layer[layer].packed = model->packed + layer * parts;
        model->layer[layer].row_scale = model->row_scale + layer * parts;
    }
    return true;
}

static tern_status reserve(loader *l, const needs *n, const tern_model_options *options, tern_memory *w,
                           tern_error *error)
{
    const size_t room_bytes = n->room * l->model->threads;
    tern_status status = tern_pages_new(&l->model->memory, "the packed model", n->model, options->huge_pages, error);

    if (status == TERN_OK && n->w > 0)
        status = tern_pages_new(w, "a matrix on its way to the kernel", n->w, true, error);
    if (status != TERN_OK)
        return status;
    l->room = aligned_alloc(TERN_CACHE_LINE, room_bytes);
    if (!make_layers(l->model) || l->room == NULL)
        return tern_error_memory(error, "loading a model", (double)room_bytes);
    l->room_bytes = n->room;
    l->pages.base = l->model->memory.data;
    l->w = (int8_t *)w->data;
    return TERN_OK;
}

tern_status tern_model_load(tern_model *model, const tern_weights *weights, const tern_case *kernel, tern_team *team,
                            const tern_model_options *options, tern_error *error)
{
    const double start_ns = tern_clock_ns();
    loader l = {.model = model, .weights = weights, .ops = tern_ops_for(tern_isa_detect()), .team = team};
    tern_memory w = {0};
    needs n;

    *model = (tern_model){.geometry = weights->geometry,
                          .kernel = *kernel,
                          .threads = tern_team_threads(team),
                          .huge_pages = options->huge_pages};
    l.pages.align = tern_larger(TERN_CACHE_LINE, kernel->kernel->packed_align);
    tern_status status = tern_parts_new(&model->parts, weights, error);
    if (status == TERN_OK)
        status = add_up(&l, options, &n, error);
    if (status == TERN_OK)
        status = reserve(&l, &n, options, &w, error);
    if (status == TERN_OK)
        status = fill(&l, options, error);
    free(l.room);
    tern_memory_free(&w);
    if (status != TERN_OK) {
        tern_model_free(model);
        return status;
    }
    tern_pages_trim(&model->memory, l.pages.used);
    model->load_s = 1e-9 * (tern_clock_ns() - start_ns);
    return TERN_OK;
}

static void from_i8(const int8_t *row, float scale, size_t n, float *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = scale * (float)row[i];
}

static void embed_of_head(const tern_model *model, const tern_ops *ops, uint32_t id, float *x)
{
    const size_t hidden = model->geometry.hidden;

    if (model->head.type == TERN_HEAD_F16)
        ops->from_f16((const uint16_t *)model->head.data + id * hidden, hidden, x);
    else
        from_i8((const int8_t *)model->head.data + id * hidden, model->head.scale[id], hidden, x);
}

void tern_model_embed(const tern_model *model, const tern_ops *ops, uint32_t id, void *room, float *x)
{
    const size_t hidden = model->geometry.hidden;

    if (model->weights == NULL) {
        embed_of_head(model, ops, id, x);
        return;
    }
    model->weights->rows(model->weights, TERN_TABLE_EMBEDDING, id, id + (size_t)1, x);
    if (model->head.type == TERN_HEAD_F16) {
        ops->to_f16(x, hidden, room);
        ops->from_f16(room, hidden, x);
    } else {
        from_i8(room, ops->quantise(x, hidden, room), hidden, x);
    }
}

void tern_model_free(tern_model *model)
{
    tern_parts_free(&model->parts);
    free(model->layer);
    free(model->packed);
    free(model->row_scale);
    tern_memory_free(&model->memory);
    memset(model, 0, sizeof *model);
}
