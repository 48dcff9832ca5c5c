/*
 * A layer is four products. What lies between two of them is done token by token, from reading sums to the next int8
 * row, while the row is in cache: by the team when there are several tokens, by thread 0 when there is one, which takes
 * microseconds.
 */
#include "decode/loop/forward.h"

#include <math.h>
#include <string.h>

/* Something done to one token, by any thread. */
typedef void token_fn(tern_decoder *d, size_t token, uint32_t thread);

typedef struct shared_tokens {
    tern_decoder *d;
    token_fn *fn;
} shared_tokens;

static void tokens_share(void *argument, uint32_t thread, uint32_t threads)
{
    const shared_tokens *shared = argument;
    const tern_slice slice = tern_slice_of(shared->d->tokens, thread, threads);

    for (size_t token = slice.begin; token < slice.end; token++)
        shared->fn(shared->d, token, thread);
}

static void each_token(tern_decoder *d, token_fn *fn)
{
    if (d->tokens == 1)
        fn(d, 0, 0);
    else
        tern_team_run(d->team, tokens_share, &(shared_tokens){d, fn});
    tern_stopwatch_cut(&d->watch, TERN_DECODE_NORM);
}

static void multiply(tern_decoder *d, tern_linear linear)
{
    const tern_product *product = &d->product[linear];

    tern_product_call(product,
                      &(tern_call){.problem = &product->problem,
                                   .packed = d->model->layer[d->layer].packed[linear],
                                   .x = d->q,
                                   .y = d->y,
                                   .scratch = d->scratch,
                                   .plan = product->plan},
                      d->team);
    tern_stopwatch_cut(&d->watch, TERN_DECODE_GEMM);
}

/* Makes x, n values, the token's row of what the next product takes: normed by gain, unless that is NULL. */
static void quantise(tern_decoder *d, size_t token, uint32_t thread, const float *x, const float *gain, size_t n)
{
    const float epsilon = (float)d->model->geometry.epsilon;
    int8_t *q = d->q + token * n;
    float *normed = d->normed + thread * d->row_stride;

    if (gain == NULL) {
        d->q_scale[token] = d->ops->quantise(x, n, q);
    } else if (d->options.fused) {
        d->q_scale[token] = d->ops->norm_quantise(x, gain, n, epsilon, q);
    } else {
        d->ops->norm(x, gain, n, epsilon, normed);
        d->q_scale[token] = d->ops->quantise(normed, n, q);
    }
}

static void embed(const tern_decoder *d, uint32_t id, float *x)
{
    const tern_rows *table = &d->model->embedding;
    const size_t hidden = d->model->geometry.hidden;

    if (table->type == TERN_HEAD_F16) {
        d->ops->from_f16((const uint16_t *)table->data + id * hidden, hidden, x);
        return;
    }
    const int8_t *row = (const int8_t *)table->data + id * hidden;
    for (size_t i = 0; i < hidden; i++)
        x[i] = table->scale[id] * (float)row[i];
}

static uint64_t position_of(const tern_decoder *d, size_t token)
{
    const tern_stretch *s = &d->stretch[d->stretch_of[token]];

    return s->position + (token - s->first);
}

static void enter(tern_decoder *d, size_t token, uint32_t thread)
{
    const tern_geometry *g = &d->model->geometry;
    const size_t half = g->head_dim / 2;
    const double position = (double)position_of(d, token);
    float *x = d->x + token * g->hidden;

    for (size_t i = 0; i < half; i++) {
        d->cosine[token * half + i] = (float)cos(position * d->frequency[i]);
        d->sine[token * half + i] = (float)sin(position * d->frequency[i]);
    }
    embed(d, d->token[token], x);
    quantise(d, token, thread, x, d->model->layer[0].norm[TERN_NORM_ATTENTION], g->hidden);
}

static void quantise_attended(tern_decoder *d, size_t token, uint32_t thread)
{
    const size_t n = tern_geometry_norm_size(&d->model->geometry, TERN_NORM_ATTENTION_SUB);

    quantise(d, token, thread, d->attended + token * n, d->model->layer[d->layer].norm[TERN_NORM_ATTENTION_SUB], n);
}

/* Adds a product to the residual stream. */
static float *add(tern_decoder *d, size_t token, tern_matrix matrix)
{
    const size_t hidden = d->model->geometry.hidden;
    float *x = d->x + token * hidden;

    d->ops->scale_add(d->y + token * hidden, d->q_scale[token] * d->model->layer[d->layer].scale[matrix], hidden, x);
    return x;
}

static void add_attention(tern_decoder *d, size_t token, uint32_t thread)
{
    const float *x = add(d, token, TERN_MATRIX_O);

    quantise(d, token, thread, x, d->model->layer[d->layer].norm[TERN_NORM_FFN], d->model->geometry.hidden);
}

static void activate(tern_decoder *d, size_t token, uint32_t thread)
{
    const tern_geometry *g = &d->model->geometry;
    const tern_layer *layer = &d->model->layer[d->layer];
    const size_t ffn = g->ffn;
    const int32_t *gate = d->y + token * 2 * ffn;
    const float scale = d->q_scale[token];
    float *row = d->row + thread * d->row_stride;

    d->ops->gate(g->activation, gate, scale * layer->scale[TERN_MATRIX_GATE], gate + ffn,
                 scale * layer->scale[TERN_MATRIX_UP], ffn, row);
    quantise(d, token, thread, row, layer->norm[TERN_NORM_FFN_SUB], ffn);
}

/* The end of a layer, and the beginning of the next. */
static void add_ffn(tern_decoder *d, size_t token, uint32_t thread)
{
    const tern_geometry *g = &d->model->geometry;
    const float *x = add(d, token, TERN_MATRIX_DOWN);

    if (d->layer + 1 < g->layers)
        quantise(d, token, thread, x, d->model->layer[d->layer + 1].norm[TERN_NORM_ATTENTION], g->hidden);
    else if (d->logits_row[token] != TERN_NO_LOGITS)
        d->ops->norm(x, d->model->output_norm, g->hidden, (float)g->epsilon,
                     d->last + d->logits_row[token] * (size_t)g->hidden);
}

void tern_forward_block(tern_decoder *d)
{
    tern_stopwatch_cut(&d->watch, TERN_DECODE_OTHER);
    each_token(d, enter);
    for (d->layer = 0; d->layer < d->model->geometry.layers; d->layer++) {
        multiply(d, TERN_LINEAR_QKV);
        tern_forward_attention(d);
        tern_stopwatch_cut(&d->watch, TERN_DECODE_ATTENTION);
        each_token(d, quantise_attended);
        multiply(d, TERN_LINEAR_O);
        each_token(d, add_attention);
        multiply(d, TERN_LINEAR_GATE_UP);
        each_token(d, activate);
        multiply(d, TERN_LINEAR_DOWN);
        each_token(d, add_ffn);
    }
}

typedef struct shared_head {
    tern_decoder *d;
    size_t rows;
} shared_head;

static void head_share(void *argument, uint32_t thread, uint32_t threads)
{
    const shared_head *shared = argument;
    tern_decoder *d = shared->d;
    const tern_rows *head = &d->model->head;
    const size_t hidden = d->model->geometry.hidden, vocabulary = d->model->geometry.vocabulary;
    const tern_slice slice = tern_slice_of(vocabulary, thread, threads);
    const size_t offset = slice.begin * hidden, count = slice.end - slice.begin;
    float *logits = d->logits + slice.begin;

    if (head->type == TERN_HEAD_I8)
        d->ops->rows_i8((const int8_t *)head->data + offset, head->scale + slice.begin, count, hidden, d->last,
                        shared->rows, logits, vocabulary);
    else
        d->ops->rows_f16((const uint16_t *)head->data + offset, count, hidden, d->last, shared->rows, logits,
                         vocabulary);
}

void tern_forward_head(tern_decoder *d, size_t rows)
{
    tern_stopwatch_cut(&d->watch, TERN_DECODE_OTHER);
    tern_team_run(d->team, head_share, &(shared_head){d, rows});
    tern_stopwatch_cut(&d->watch, TERN_DECODE_HEAD);
}
