/*
 * ops_attention.h - softmax(q K^T / sqrt(head_dim)) V over a ring. Included by ops_body.h, once for each instruction
 * set.
 *
 * Visible positions count from 0 for the oldest. Keys give the scores of all of them, softmax makes weights of the
 * scores, and values are added up in order, so that nothing depends on where a tile begins or the ring wraps: a tile
 * ends at the latest there. The queries of a group share what is read of keys and values and, from TILE_X queries on,
 * its conversion to floats.
 */
#ifndef TERN_OPS_ATTENTION_H
#define TERN_OPS_ATTENTION_H

#include "decode/ops/ops_rows.h"

/*
 * Floats of a tile of keys or values; of the queries of a group. Sums of values are loaded and stored once for each
 * tile, so that it has few columns and many rows: 96 rows of 64 took a twentieth less time than 32 of 128, on Zen 4.
 */
enum { TILE_FLOATS = 6144, GROUP_FLOATS = 4096, VALUE_COLUMNS = 16 * TILE_COLUMNS };

/*
 * Rows of values that one query takes at a time where their columns are more than its sums in registers: each of them
 * comes from memory once, and is in cache for the other columns. MIX_AHEAD_BYTES of lanes_*.h: how far ahead they are
 * asked for.
 */
enum { MIX_ROWS = 16 };

/*
 * The first bytes of what is read after the keys, or after the values, are asked for while the last ones are computed:
 * so many bytes, in steps of about so many, since more at a time would hold every miss buffer. Where queries take
 * tiles, a step is a tile.
 */
enum { FOLLOWING_BYTES = 16384, FOLLOWING_STEP_BYTES = 2048, LINE_BYTES = 64 };

typedef struct attention {
    const tern_past *past;
    size_t dim;                                /* head_dim, and zeros up to whole lanes */
    size_t count;                              /* queries of the group */
    size_t seen[TERN_ATTEND_GROUP], most_seen; /* positions that each of them sees */
    uint64_t first;                            /* the oldest */
    const uint8_t *following;                  /* the next line to ask for of what is read after this */
    size_t following_lines;                    /* still to ask for */
    float *scores;                             /* of each query */
    size_t scores_stride;
    float query[GROUP_FLOATS] __attribute__((aligned(64)));
    float out[GROUP_FLOATS] __attribute__((aligned(64)));
    float tile[TILE_FLOATS] __attribute__((aligned(64)));
} attention;

/* Columns [column, column + columns) of the values at visible positions from `begin` on. */
typedef struct values {
    rows_at rows;
    size_t begin, column, columns;
} values;

/* Visible positions [begin, begin + rows.count), in slots that follow one another. */
typedef struct stretch {
    size_t begin;
    rows_at rows;
    const float *scale;
} stretch;

/* Rows of a step: whole tiles of a query alone. */
INLINE size_t rows_of_step(size_t row_bytes)
{
    const size_t rows = FOLLOWING_STEP_BYTES / row_bytes / ALONE_ROWS * ALONE_ROWS;

    return rows > 0 ? rows : ALONE_ROWS;
}

/*
 * Of `left` rows in slots that follow one another. Many queries take a tile of floats. Few take the rows as they are:
 * all of them but for the last FOLLOWING_BYTES, which go step by step while there is something to ask for.
 */
INLINE size_t rows_of_stretch(const attention *a, tern_kv_part part, size_t begin, size_t left)
{
    const size_t last = FOLLOWING_BYTES / a->past->row_bytes, step = rows_of_step(a->past->row_bytes);
    const size_t before = a->most_seen - begin > last ? a->most_seen - begin - last : 0;

    if (a->count >= TILE_X)
        return tern_smaller(left, TILE_FLOATS / (part == TERN_KEY ? a->dim : tern_smaller(a->dim, VALUE_COLUMNS)));
    if (a->following_lines == 0)
        return left;
    return tern_smaller(left, before > step ? before / step * step : step);
}

INLINE stretch stretch_at(const attention *a, tern_kv_part part, size_t begin)
{
    const tern_past *past = a->past;
    const size_t slot = (size_t)((a->first + begin) % past->context);
    const size_t left = tern_smaller(a->most_seen - begin, past->context - slot);
    const float *scale = past->scale[part];

    return (stretch){begin,
                     {.row = past->row[part] + slot * past->row_bytes,
                      .stride_bytes = past->row_bytes,
                      .count = rows_of_stretch(a, part, begin, left),
                      .left = a->count < TILE_X ? left : 0},
                     scale == NULL ? NULL : scale + slot};
}

/* What is read after this: keys or values of a head, or nothing, at the same positions. */
INLINE void set_following(attention *a, const tern_past *past, tern_kv_part part)
{
    a->following_lines = 0;
    if (past == NULL)
        return;
    const size_t slot = (size_t)(a->first % past->context);
    const size_t bytes = tern_smaller(a->most_seen, past->context - slot) * past->row_bytes;
    a->following = past->row[part] + slot * past->row_bytes;
    a->following_lines = tern_smaller(bytes, FOLLOWING_BYTES) / LINE_BYTES;
}

/* Near the end, asks for as many bytes of it as the stretch has. */
INLINE void fetch_following(attention *a, const stretch *s)
{
    const size_t left_bytes = (a->most_seen - s->begin) * s->rows.stride_bytes;
    const size_t lines = tern_smaller(a->following_lines, s->rows.count * s->rows.stride_bytes / LINE_BYTES);

    if (left_bytes > FOLLOWING_BYTES + FOLLOWING_STEP_BYTES)
        return;
    for (size_t i = 0; i < lines; i++)
        fetch_ahead((uintptr_t)a->following + i * LINE_BYTES, false);
    a->following += lines * LINE_BYTES;
    a->following_lines -= lines;
}

/* Columns of its rows as floats: a tile. */
INLINE rows_at to_floats(attention *a, tern_kv_type type, const rows_at *rows, size_t column, size_t columns)
{
    const uint8_t *row = rows->row + column * bytes_of(type);
    float *to = a->tile;

    for (size_t r = 0; r < rows->count; r++, row += rows->stride_bytes, to += columns)
        for (size_t i = 0; i < columns; i += 16)
            lanes_store(to + i, load_as(type, row, i));
    return (rows_at){(const uint8_t *)a->tile, columns * sizeof *a->tile, rows->count, 0};
}

/* x[i] *= scale[i] */
INLINE void times(float *x, const float *scale, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] * scale[i];
}

INLINE size_t seen_of(const attention *a, size_t query, size_t begin)
{
    return a->seen[query] > begin ? a->seen[query] - begin : 0;
}

INLINE float *scores_of(const attention *a, size_t query)
{
    return a->scores + query * a->scores_stride;
}

/* The scores of a stretch, or its weights, times the scales of its rows. */
INLINE void scale_seen(attention *a, const stretch *s)
{
    for (size_t query = 0; s->scale != NULL && query < a->count; query++)
        times(scores_of(a, query) + s->begin, s->scale, tern_smaller(s->rows.count, seen_of(a, query, s->begin)));
}

/* A tile of keys from position `begin` on: a few rows at a time, without the first queries if they do not see them. */
INLINE void score_tile(attention *a, const rows_at *floats, size_t begin)
{
    size_t skipped = 0;

    for (size_t r = 0; r < floats->count; r += ALONE_ROWS) {
        rows_at block = rows_from(floats, r);
        block.count = tern_smaller(block.count, ALONE_ROWS);
        while (a->seen[skipped] <= begin + r)
            skipped++;
        const size_t first = skipped / TILE_X * TILE_X;
        dot_rows(TERN_KV_F32, block, a->dim, a->query + first * a->dim, a->dim, a->count - first,
                 scores_of(a, first) + begin + r, a->scores_stride);
    }
}

INLINE void score(attention *a, tern_kv_type type)
{
    set_following(a, a->past, TERN_VALUE);
    for (size_t begin = 0; begin < a->most_seen;) {
        const stretch s = stretch_at(a, TERN_KEY, begin);
        fetch_following(a, &s);
        if (a->count < TILE_X) {
            dot_rows(type, s.rows, a->dim, a->query, a->dim, a->count, scores_of(a, 0) + begin, a->scores_stride);
        } else {
            const rows_at floats = to_floats(a, type, &s.rows, 0, a->dim);
            score_tile(a, &floats, begin);
        }
        scale_seen(a, &s);
        begin += s.rows.count;
    }
}

/* out[i] += weight[position] * value[position][i] for x_count queries and `columns` times 16 elements. */
INLINE void mix_tile(tern_kv_type type, int x_count, int columns, const float *weight, size_t weight_stride,
                     const rows_at *rows, size_t first, float *out, size_t out_stride)
{
    const size_t ahead_rows = MIX_AHEAD_BYTES / rows->stride_bytes, ahead_bytes = ahead_rows * rows->stride_bytes;
    const size_t fetches = x_count == 1 && rows->left > ahead_rows ? rows->left - ahead_rows : 0;
    const uint8_t *row = rows->row + first * bytes_of(type);
    lanes total[16], factor[4];

    out += first;
    for (int k = 0; k < x_count; k++)
        for (int c = 0; c < columns; c++)
            total[k * columns + c] = lanes_load(out + (size_t)k * out_stride + 16 * c);
    for (size_t r = 0; r < rows->count; r++, row += rows->stride_bytes) {
        for (int k = 0; k < x_count; k++)
            factor[k] = lanes_set(weight[(size_t)k * weight_stride + r]);
        for (int c = 0; c < columns; c++) { /* as in dot_step() */
            const size_t byte = 16 * (size_t)c * bytes_of(type);
            const lanes value = load_as(type, row, 16 * (size_t)c);
            if (byte % 64 == 0 && r < fetches)
                fetch_ahead((uintptr_t)row + byte + ahead_bytes, false);
            for (int k = 0; k < x_count; k++)
                total[k * columns + c] = lanes_fma(factor[k], value, total[k * columns + c]);
        }
    }
    for (int k = 0; k < x_count; k++)
        for (int c = 0; c < columns; c++)
            lanes_store(out + (size_t)k * out_stride + 16 * c, total[k * columns + c]);
}

/* All TILE_X queries from `first` on over the first `count` rows, of floats. */
INLINE void mix_together(attention *a, const values *v, size_t count, size_t first)
{
    const rows_at rows = {v->rows.row, v->rows.stride_bytes, count, 0};
    const float *weight = scores_of(a, first) + v->begin;
    float *out = a->out + first * a->dim + v->column;
    size_t i = 0;

    for (; i + 16 * TILE_COLUMNS <= v->columns; i += 16 * TILE_COLUMNS)
        mix_tile(TERN_KV_F32, TILE_X, TILE_COLUMNS, weight, a->scores_stride, &rows, i, out, a->dim);
    for (; i < v->columns; i += 16)
        mix_tile(TERN_KV_F32, TILE_X, 1, weight, a->scores_stride, &rows, i, out, a->dim);
}

/* Rows of one query. */
INLINE void mix_rows(tern_kv_type type, const float *weight, const rows_at *rows, size_t columns, float *out)
{
    size_t i = 0;

    for (; i + 16 * ALONE_COLUMNS <= columns; i += 16 * ALONE_COLUMNS)
        mix_tile(type, 1, ALONE_COLUMNS, weight, 0, rows, i, out, 0);
    for (; i + 8 * ALONE_COLUMNS <= columns; i += 8 * ALONE_COLUMNS)
        mix_tile(type, 1, ALONE_COLUMNS / 2, weight, 0, rows, i, out, 0);
    for (; i < columns; i += 16)
        mix_tile(type, 1, 1, weight, 0, rows, i, out, 0);
}

/* Rows [from, ...), as far as the query sees them. */
INLINE void mix_alone(attention *a, tern_kv_type type, const values *v, size_t from, size_t query)
{
    const size_t to = tern_smaller(v->rows.count, seen_of(a, query, v->begin));
    const size_t most = v->columns > 16 * ALONE_COLUMNS ? MIX_ROWS : v->rows.count;
    const float *weight = scores_of(a, query) + v->begin;
    float *out = a->out + query * a->dim + v->column;

    for (size_t r = from, count; r < to; r += count) {
        rows_at rows = rows_from(&v->rows, r);
        count = tern_smaller(to - r, most);
        rows.count = count;
        mix_rows(type, weight + r, &rows, v->columns, out);
    }
}

/* First the rows of a tile that TILE_X queries all see, then what is left to some of them. */
INLINE void mix_group(attention *a, const values *v)
{
    for (size_t first = 0; first < a->count; first += TILE_X) {
        const size_t end = tern_smaller(first + TILE_X, a->count);
        size_t all = end - first == TILE_X ? v->rows.count : 0;
        for (size_t query = first; query < end; query++)
            all = tern_smaller(all, seen_of(a, query, v->begin));
        if (all > 0)
            mix_together(a, v, all, first);
        for (size_t query = first; query < end; query++)
            mix_alone(a, TERN_KV_F32, v, all, query);
    }
}

INLINE void mix_stretch(attention *a, tern_kv_type type, const stretch *s)
{
    if (a->count < TILE_X) {
        const values v = {s->rows, s->begin, 0, a->dim};
        for (size_t query = 0; query < a->count; query++)
            mix_alone(a, type, &v, 0, query);
        return;
    }
    for (size_t column = 0; column < a->dim; column += VALUE_COLUMNS) {
        const size_t columns = tern_smaller(VALUE_COLUMNS, a->dim - column);
        const values v = {to_floats(a, type, &s->rows, column, columns), s->begin, column, columns};
        mix_group(a, &v);
    }
}

INLINE void mix(attention *a, tern_kv_type type, const tern_past *next)
{
    set_following(a, next, TERN_KEY);
    for (size_t begin = 0; begin < a->most_seen;) {
        const stretch s = stretch_at(a, TERN_VALUE, begin);
        fetch_following(a, &s);
        scale_seen(a, &s);
        mix_stretch(a, type, &s);
        begin += s.rows.count;
    }
}

/*
 * What the queries see. Those that see past the ring's first round are all at one position, so that the oldest is the
 * same for all.
 */
INLINE void look(attention *a, const tern_attend *query)
{
    uint64_t last = 0;

    for (size_t i = 0; i < a->count; i++)
        last = query[i].position > last ? query[i].position : last;
    a->first = last < a->past->context ? 0 : last + 1 - a->past->context;
    a->most_seen = (size_t)(last - a->first) + 1;
    for (size_t i = 0; i < a->count; i++)
        a->seen[i] = (size_t)(query[i].position - a->first) + 1;
}

/* A group of a->count queries. */
INLINE void attend_group(attention *a, tern_kv_type type, const tern_attend *query, const tern_past *next)
{
    const uint32_t head_dim = a->past->head_dim;
    const float root = 1.0f / sqrtf((float)head_dim);
    float total[TERN_ATTEND_GROUP];

    look(a, query);
    memset(a->query, 0, a->count * a->dim * sizeof *a->query);
    memset(a->out, 0, a->count * a->dim * sizeof *a->out);
    for (size_t i = 0; i < a->count; i++)
        for (uint32_t j = 0; j < head_dim; j++)
            a->query[i * a->dim + j] = query[i].query[j] * root;
    score(a, type);
    for (size_t i = 0; i < a->count; i++) {
        const float top = top_of(scores_of(a, i), a->seen[i]);
        total[i] = exps(scores_of(a, i), top, 1.0f, a->seen[i], scores_of(a, i));
    }
    mix(a, type, next);
    for (size_t i = 0; i < a->count; i++)
        for (uint32_t j = 0; j < head_dim; j++)
            /* cppcheck-suppress uninitvar ; the loop before fills as many as this one reads */
            query[i].out[j] = a->out[i * a->dim + j] * (1.0f / total[i]);
}

static void attend(const tern_past *past, const tern_attend *query, size_t count, const tern_past *next, float *scores)
{
    attention a; /* most of it need not be zeros */

    a.past = past;
    a.scores = scores;
    a.scores_stride = tern_attend_stride(past->context);
    a.dim = (past->head_dim + (size_t)15) / 16 * 16;
    for (size_t i = 0; i < count; i += a.count) {
        a.count = tern_smaller(count - i, tern_smaller(TERN_ATTEND_GROUP, GROUP_FLOATS / a.dim));
        const tern_past *after = i + a.count == count ? next : NULL;
        if (past->type == TERN_KV_F32)
            attend_group(&a, TERN_KV_F32, query + i, after);
        else if (past->type == TERN_KV_F16)
            attend_group(&a, TERN_KV_F16, query + i, after);
        else
            attend_group(&a, TERN_KV_I8, query + i, after);
    }
}

#endif
