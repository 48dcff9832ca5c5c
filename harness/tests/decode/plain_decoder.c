#include "plain_decoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *room(size_t count, size_t bytes)
{
    void *data = calloc(count, bytes);

    if (data == NULL)
        abort();
    return data;
}

static double *doubles(size_t count)
{
    return room(count, sizeof(double));
}

/* The nearest half: 11 significant bits, and none below 2^-24. */
static double half_of(double x)
{
    int exponent;

    frexp(x, &exponent); /* |x| = fraction * 2^exponent, fraction from 0.5 to 1 */
    const int last_bit = exponent - 11 > -24 ? exponent - 11 : -24;
    return ldexp(nearbyint(ldexp(x, -last_bit)), last_bit);
}

/*
 * What one step of int8 is worth, and the row in such steps. The factor is a float: the numbers of a table are on a
 * grid, and many of them in the middle between two steps, where the factor's rounding decides.
 */
static double to_i8(const double *x, size_t n, double *q)
{
    double most = 0.0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(x[i]));
    const float factor = most == 0.0 ? 0.0f : 127.0f / (float)most;
    for (size_t i = 0; i < n; i++)
        q[i] = nearbyintf((float)x[i] * factor);
    return most / 127.0;
}

/* What is left of a row when it is kept in that form. */
static void keep(plain_form form, double *x, size_t n)
{
    if (form == PLAIN_F16)
        for (size_t i = 0; i < n; i++)
            x[i] = half_of(x[i]);
    if (form == PLAIN_I8) {
        const double step = to_i8(x, n, x);
        for (size_t i = 0; i < n; i++)
            x[i] *= step;
    }
}

static void table_row(const plain_decoder *d, tern_table table, uint32_t row, double *x)
{
    const size_t hidden = d->weights->geometry.hidden;
    float *value = room(hidden, sizeof *value);

    d->weights->rows(d->weights, table, row, row + 1, value);
    for (size_t i = 0; i < hidden; i++)
        x[i] = value[i];
    keep(d->table, x, hidden);
    free(value);
}

/* RMSNorm: x / sqrt(mean(x^2) + epsilon) * gain. Without the norms that a model does not have: x. */
static void norm(const plain_decoder *d, uint32_t layer, tern_norm which, const double *x, double *y)
{
    const tern_geometry *g = &d->weights->geometry;
    const size_t n = tern_geometry_norm_size(g, which);
    const bool sub = which == TERN_NORM_ATTENTION_SUB || which == TERN_NORM_FFN_SUB;
    float *gain = room(n, sizeof *gain);
    double squares = 0.0;

    memcpy(y, x, n * sizeof *y);
    if (!sub || g->sub_norms) {
        d->weights->norm(d->weights, layer, which, gain);
        for (size_t i = 0; i < n; i++)
            squares += x[i] * x[i];
        for (size_t i = 0; i < n; i++)
            y[i] = x[i] / sqrt(squares / (double)n + g->epsilon) * gain[i];
    }
    free(gain);
}

/* Of every weight of a matrix. */
static double *scales_of(const plain_decoder *d, uint32_t layer, tern_matrix matrix)
{
    const size_t rows = tern_geometry_rows(&d->weights->geometry, matrix);
    const size_t columns = tern_geometry_columns(&d->weights->geometry, matrix);
    const double of_all = d->scale == NULL ? (double)d->weights->scale(d->weights, layer, matrix) : 0.0;
    double *scale = doubles(rows * columns);

    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            scale[r * columns + c] = d->scale != NULL ? d->scale(d->weights, layer, matrix, r, c) : of_all;
    return scale;
}

/* y = W x, of x as int8 and W as trits, both times their scales. Of `tokens` rows of x and y. */
static void linear(const plain_decoder *d, uint32_t layer, tern_matrix matrix, const double *x, size_t tokens,
                   double *y)
{
    const tern_geometry *g = &d->weights->geometry;
    const size_t rows = tern_geometry_rows(g, matrix), columns = tern_geometry_columns(g, matrix);
    double *scale = scales_of(d, layer, matrix);
    int8_t *w = room(rows * columns, 1);
    double *q = doubles(columns);

    d->weights->trits(d->weights, layer, matrix, 0, rows, w);
    for (size_t t = 0; t < tokens; t++) {
        const double step = to_i8(x + t * columns, columns, q);
        for (size_t r = 0; r < rows; r++) {
            double sum = 0.0;
            for (size_t i = 0; i < columns; i++)
                sum += w[r * columns + i] * q[i] * scale[r * columns + i];
            y[t * rows + r] = sum * step;
        }
    }
    free(w);
    free(q);
    free(scale);
}

/* Su et al., RoFormer (2021): pair i of a head turns by position * base^(-2i / head_dim). */
static void active(const tern_geometry *g, size_t position, double *head)
{
    const uint32_t half = g->head_dim / 2;

    for (uint32_t i = 0; i < half; i++) {
        double *a = g->rope == TERN_ROPE_PAIRS ? &head[2 * i] : &head[i];
        double *b = g->rope == TERN_ROPE_PAIRS ? &head[2 * i + 1] : &head[i + half];
        const double angle = (double)position * pow(g->rope_base, -2.0 * i / g->head_dim);
        const double x = *a, y = *b;
        *a = x * cos(angle) - y * sin(angle);
        *b = x * sin(angle) + y * cos(angle);
    }
}

/* softmax(q k / sqrt(head_dim)) v, for one head of one token, over `seen` rows of k and v, which are `stride` apart. */
static void attend(const double *q, const double *k, const double *v, size_t stride, size_t seen, uint32_t head_dim,
                   double *out)
{
    double *weight = doubles(seen), most = -INFINITY, total = 0.0;

    for (size_t p = 0; p < seen; p++) {
        for (uint32_t i = 0; i < head_dim; i++)
            weight[p] += q[i] * k[p * stride + i] / sqrt(head_dim);
        most = fmax(most, weight[p]);
    }
    for (size_t p = 0; p < seen; p++) {
        weight[p] = exp(weight[p] - most);
        total += weight[p];
    }
    memset(out, 0, head_dim * sizeof *out);
    for (size_t p = 0; p < seen; p++)
        for (uint32_t i = 0; i < head_dim; i++)
            out[i] += weight[p] / total * v[p * stride + i];
    free(weight);
}

/* Adds to x, `tokens` rows of hidden, what attention makes of them. */
static void attention(const plain_decoder *d, uint32_t layer, size_t tokens, double *x)
{
    const tern_geometry *g = &d->weights->geometry;
    const size_t dim = g->head_dim, q_size = g->heads * dim, kv_size = g->kv_heads * dim, hidden = g->hidden;
    double *normed = doubles(tokens * hidden), *out = doubles(tokens * q_size), *y = doubles(tokens * hidden);
    double *q = doubles(tokens * q_size), *k = doubles(tokens * kv_size), *v = doubles(tokens * kv_size);

    for (size_t t = 0; t < tokens; t++)
        norm(d, layer, TERN_NORM_ATTENTION, x + t * hidden, normed + t * hidden);
    linear(d, layer, TERN_MATRIX_Q, normed, tokens, q);
    linear(d, layer, TERN_MATRIX_K, normed, tokens, k);
    linear(d, layer, TERN_MATRIX_V, normed, tokens, v);
    for (size_t t = 0; t < tokens; t++) {
        for (size_t head = 0; head < g->heads; head++)
            active(g, t, q + t * q_size + head * dim);
        for (size_t head = 0; head < g->kv_heads; head++) {
            active(g, t, k + t * kv_size + head * dim);
            keep(d->kv, k + t * kv_size + head * dim, dim);
            keep(d->kv, v + t * kv_size + head * dim, dim);
        }
    }
    for (size_t t = 0; t < tokens; t++) {
        const size_t seen = t < d->context ? t + 1 : d->context, first = t + 1 - seen;
        for (size_t head = 0; head < g->heads; head++) {
            const size_t at = first * kv_size + head / (g->heads / g->kv_heads) * dim;
            attend(q + t * q_size + head * dim, k + at, v + at, kv_size, seen, g->head_dim,
                   out + t * q_size + head * dim);
        }
        norm(d, layer, TERN_NORM_ATTENTION_SUB, out + t * q_size, out + t * q_size);
    }
    linear(d, layer, TERN_MATRIX_O, out, tokens, y);
    for (size_t i = 0; i < tokens * hidden; i++)
        x[i] += y[i];
    free(normed);
    free(out);
    free(y);
    free(q);
    free(k);
    free(v);
}

static double activate(tern_activation activation, double x)
{
    return activation == TERN_SWIGLU ? x / (1.0 + exp(-x)) : fmax(x, 0.0) * fmax(x, 0.0);
}

/* down(activation(gate(x)) * up(x)) */
static void feed_forward(const plain_decoder *d, uint32_t layer, size_t tokens, double *x)
{
    const tern_geometry *g = &d->weights->geometry;
    const size_t hidden = g->hidden, ffn = g->ffn;
    double *normed = doubles(tokens * hidden), *y = doubles(tokens * hidden);
    double *gate = doubles(tokens * ffn), *up = doubles(tokens * ffn);

    for (size_t t = 0; t < tokens; t++)
        norm(d, layer, TERN_NORM_FFN, x + t * hidden, normed + t * hidden);
    linear(d, layer, TERN_MATRIX_GATE, normed, tokens, gate);
    linear(d, layer, TERN_MATRIX_UP, normed, tokens, up);
    for (size_t i = 0; i < tokens * ffn; i++)
        up[i] *= activate(g->activation, gate[i]);
    for (size_t t = 0; t < tokens; t++)
        norm(d, layer, TERN_NORM_FFN_SUB, up + t * ffn, up + t * ffn);
    linear(d, layer, TERN_MATRIX_DOWN, up, tokens, y);
    for (size_t i = 0; i < tokens * hidden; i++)
        x[i] += y[i];
    free(normed);
    free(y);
    free(gate);
    free(up);
}

void plain_decoder_logits(const plain_decoder *d, const uint32_t *token, size_t count, size_t rows, double *logits)
{
    const tern_geometry *g = &d->weights->geometry;
    double *x = doubles(count * g->hidden), *row = doubles(g->hidden);

    for (size_t t = 0; t < count; t++)
        table_row(d, TERN_TABLE_EMBEDDING, token[t], x + t * g->hidden);
    for (uint32_t layer = 0; layer < g->layers; layer++) {
        attention(d, layer, count, x);
        feed_forward(d, layer, count, x);
    }
    double *last = x + (count - rows) * g->hidden;
    for (size_t t = 0; t < rows; t++)
        norm(d, 0, TERN_NORM_OUTPUT, last + t * g->hidden, last + t * g->hidden);
    for (uint32_t id = 0; id < g->vocabulary; id++) {
        table_row(d, TERN_TABLE_HEAD, id, row);
        for (size_t t = 0; t < rows; t++) {
            double sum = 0.0;
            for (size_t i = 0; i < g->hidden; i++)
                sum += row[i] * last[t * g->hidden + i];
            logits[t * g->vocabulary + id] = sum;
        }
    }
    free(x);
    free(row);
}

double plain_decoder_error(const float *got, const double *expected, size_t vocabulary)
{
    double error = 0.0, size = 0.0;

    for (size_t i = 0; i < vocabulary; i++) {
        error += (got[i] - expected[i]) * (got[i] - expected[i]);
        size += expected[i] * expected[i];
    }
    return sqrt(error / size);
}
