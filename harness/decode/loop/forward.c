/*
 * A layer is four products. What lies between two of them is done token by token, from reading sums to the next int8
 * row, while the row is in cache: by the team when there are several tokens, by thread 0 when there is one, which takes
 * microseconds.
 */
#include "decode/loop/forward.h"

#include <math.h>
#include <string.h>

/* Something done to one token, by any thread. */
typedef void token_fn(tern_forward *f, size_t token, uint32_t thread);

typedef struct shared_tokens {
    tern_forward *f;
    token_fn *fn;
} shared_tokens;

static void tokens_share(void *argument, uint32_t thread, uint32_t threads)
{
    const shared_tokens *shared = argument;
    const tern_slice slice = tern_slice_of(shared->f->tokens, thread, threads);

    for (size_t token = slice.begin; token < slice.end; token++)
        shared->fn(shared->f, token, thread);
}

static void each_token(tern_forward *f, token_fn *fn)
{
    if (f->tokens == 1)
        fn(f, 0, 0);
    else
        tern_team_run(f->team, tokens_share, &(shared_tokens){f, fn});
    tern_stopwatch_cut(&f->watch, TERN_DECODE_NORM);
}

static void multiply_part(tern_forward *f, size_t part)
{
    const tern_product *product = &f->product[part];
    const int8_t *x = f->q + f->q_at[part];
    int32_t *y = f->y + f->y_at[part];

    tern_product_call(product,
                      &(tern_call){.problem = &product->problem,
                                   .packed = f->model->layer[f->layer].packed[part],
                                   .x = x,
                                   .y = y,
                                   .scratch = f->scratch,
                                   .plan = product->plan},
                      f->team);
    tern_stopwatch_cut(&f->watch, TERN_DECODE_GEMM);
    if (f->answers == NULL)
        return;
    tern_projections_look(f->answers, f->layer, part, product->problem.shape, x, y);
    tern_stopwatch_cut(&f->watch, TERN_DECODE_CHECK);
}

static void multiply(tern_forward *f, tern_linear linear)
{
    const tern_parts *parts = &f->model->parts;

    for (size_t part = parts->first[linear]; part < parts->first[linear + 1]; part++)
        multiply_part(f, part);
}

/* A token's row, cut into those of the parts. */
static void cut_row(tern_forward *f, size_t token, tern_linear linear, const int8_t *row)
{
    const tern_parts *parts = &f->model->parts;

    for (size_t part = parts->first[linear]; part < parts->first[linear + 1]; part++) {
        const tern_columns columns = parts->part[part].columns;
        const size_t count = columns.end - columns.first;
        memcpy(f->q + f->q_at[part] + token * count, row + columns.first, count);
    }
}

/* Makes x, n values, the token's row of what the next product takes: normed by gain, unless that is NULL. */
static void quantise(tern_forward *f, size_t token, uint32_t thread, tern_linear next, const float *x,
                     const float *gain, size_t n)
{
    const float epsilon = (float)f->model->geometry.epsilon;
    const bool is_cut = f->model->parts.first[next + 1] - f->model->parts.first[next] > 1;
    int8_t *q = is_cut ? f->whole + thread * f->row_stride : f->q + token * n;
    float *normed = f->normed + thread * f->row_stride;

    if (gain == NULL) {
        f->q_scale[token] = f->ops->quantise(x, n, q);
    } else if (f->fused) {
        f->q_scale[token] = f->ops->norm_quantise(x, gain, n, epsilon, q);
    } else {
        f->ops->norm(x, gain, n, epsilon, normed);
        f->q_scale[token] = f->ops->quantise(normed, n, q);
    }
    if (is_cut)
        cut_row(f, token, next, q);
}

static uint64_t position_of(const tern_forward *f, size_t token)
{
    const tern_stretch *s = &f->stretch[f->stretch_of[token]];

    return s->position + (token - s->first);
}

static void enter(tern_forward *f, size_t token, uint32_t thread)
{
    const tern_geometry *g = &f->model->geometry;
    const size_t half = g->head_dim / 2;
    const double position = (double)position_of(f, token);
    float *x = f->x + token * g->hidden;

    for (size_t i = 0; i < half; i++) {
        f->cosine[token * half + i] = (float)cos(position * f->frequency[i]);
        f->sine[token * half + i] = (float)sin(position * f->frequency[i]);
    }
    tern_model_embed(f->model, f->ops, f->token[token], f->normed + thread * f->row_stride, x);
    quantise(f, token, thread, TERN_LINEAR_QKV, x, f->model->layer[0].norm[TERN_NORM_ATTENTION], g->hidden);
}

static void quantise_attended(tern_forward *f, size_t token, uint32_t thread)
{
    const size_t n = tern_geometry_norm_size(&f->model->geometry, TERN_NORM_ATTENTION_SUB);

    quantise(f, token, thread, TERN_LINEAR_O, f->attended + token * n,
             f->model->layer[f->layer].norm[TERN_NORM_ATTENTION_SUB], n);
}

/* Adds a product, of one matrix, to the residual stream. */
static float *add(tern_forward *f, size_t token, tern_linear linear, tern_matrix matrix)
{
    const size_t hidden = f->model->geometry.hidden;
    float *x = f->x + token * hidden;

    if (!tern_forward_is_uniform(f, linear))
        tern_forward_scaled_add(f, linear, token, 0, hidden, x);
    else
        f->ops->scale_add(f->y + token * hidden, f->q_scale[token] * f->model->layer[f->layer].scale[matrix], hidden,
                          x);
    return x;
}

static void add_attention(tern_forward *f, size_t token, uint32_t thread)
{
    const float *x = add(f, token, TERN_LINEAR_O, TERN_MATRIX_O);

    quantise(f, token, thread, TERN_LINEAR_GATE_UP, x, f->model->layer[f->layer].norm[TERN_NORM_FFN],
             f->model->geometry.hidden);
}

static void activate(tern_forward *f, size_t token, uint32_t thread)
{
    const tern_geometry *g = &f->model->geometry;
    const tern_layer *layer = &f->model->layer[f->layer];
    const size_t ffn = g->ffn;
    const int32_t *gate = f->y + token * 2 * ffn;
    const float scale = f->q_scale[token];
    float *row = f->row + thread * f->row_stride, *up = f->normed + thread * f->row_stride;

    if (tern_forward_is_uniform(f, TERN_LINEAR_GATE_UP)) {
        f->ops->gate(g->activation, gate, scale * layer->scale[TERN_MATRIX_GATE], gate + ffn,
                     scale * layer->scale[TERN_MATRIX_UP], ffn, row);
    } else {
        tern_forward_scaled(f, TERN_LINEAR_GATE_UP, token, 0, ffn, row);
        tern_forward_scaled(f, TERN_LINEAR_GATE_UP, token, ffn, 2 * ffn, up);
        f->ops->gate_floats(g->activation, row, up, ffn, row);
    }
    quantise(f, token, thread, TERN_LINEAR_DOWN, row, layer->norm[TERN_NORM_FFN_SUB], ffn);
}

/* The end of a layer, and the beginning of the next. */
static void add_ffn(tern_forward *f, size_t token, uint32_t thread)
{
    const tern_geometry *g = &f->model->geometry;
    const float *x = add(f, token, TERN_LINEAR_DOWN, TERN_MATRIX_DOWN);

    if (f->layer + 1 < g->layers)
        quantise(f, token, thread, TERN_LINEAR_QKV, x, f->model->layer[f->layer + 1].norm[TERN_NORM_ATTENTION],
                 g->hidden);
    else if (f->logits_row[token] != TERN_NO_LOGITS)
        f->ops->norm(x, f->model->output_norm, g->hidden, (float)g->epsilon,
                     f->last + f->logits_row[token] * (size_t)g->hidden);
}

void tern_forward_block(tern_forward *f)
{
    tern_stopwatch_cut(&f->watch, TERN_DECODE_OTHER);
    each_token(f, enter);
    for (f->layer = 0; f->layer < f->model->geometry.layers; f->layer++) {
        multiply(f, TERN_LINEAR_QKV);
        tern_forward_attention(f);
        tern_stopwatch_cut(&f->watch, TERN_DECODE_ATTENTION);
        each_token(f, quantise_attended);
        multiply(f, TERN_LINEAR_O);
        each_token(f, add_attention);
        multiply(f, TERN_LINEAR_GATE_UP);
        each_token(f, activate);
        multiply(f, TERN_LINEAR_DOWN);
        each_token(f, add_ffn);
    }
}

typedef struct shared_head {
    tern_forward *f;
    size_t rows;
} shared_head;

static void head_share(void *argument, uint32_t thread, uint32_t threads)
{
    const shared_head *shared = argument;
    tern_forward *f = shared->f;
    const tern_rows *head = &f->model->head;
    const size_t hidden = f->model->geometry.hidden, vocabulary = f->model->geometry.vocabulary;
    const tern_slice slice = tern_slice_of(vocabulary, thread, threads);
    const size_t offset = slice.begin * hidden, count = slice.end - slice.begin;
    float *logits = f->logits + slice.begin;

    if (head->type == TERN_HEAD_I8)
        f->ops->rows_i8((const int8_t *)head->data + offset, head->scale + slice.begin, count, hidden, f->last,
                        shared->rows, logits, vocabulary);
    else
        f->ops->rows_f16((const uint16_t *)head->data + offset, count, hidden, f->last, shared->rows, logits,
                         vocabulary);
}

void tern_forward_head(tern_forward *f, size_t rows)
{
    tern_stopwatch_cut(&f->watch, TERN_DECODE_OTHER);
    tern_team_run(f->team, head_share, &(shared_head){f, rows});
    tern_stopwatch_cut(&f->watch, TERN_DECODE_HEAD);
}
