/*
 * First every thread scales and turns its share of heads and puts their keys and values in the ring; then, past a
 * barrier, threads take units, a KV head with some tokens, until there are none left, since a later token sees more.
 * Where each sequence has one token, a thread does all of its heads without a barrier.
 *
 * A token may take the slot of one that an earlier token of the block still has to see. From the first such token on,
 * keys and values wait until what is before them has attended: the thread that has the KV head appends and attends
 * token by token. Heads do not depend on each other, so that no thread waits for another.
 */
#include "decode/loop/forward.h"

#include "base/cache_line.h"
#include "base/round.h"
#include "check/product.h"

/* Query heads that share a KV head. */
static uint32_t group_of(const tern_forward *f)
{
    return f->model->geometry.heads / f->model->geometry.kv_heads;
}

static size_t chunk_tokens(const tern_forward *f)
{
    const size_t group = group_of(f);

    return group < TERN_ATTEND_GROUP ? TERN_ATTEND_GROUP / group : 1;
}

/* Of a token's row of qkv: where the heads of q, k and v begin. */
typedef struct heads {
    float *q, *k, *v;
} heads;

static heads heads_of(const tern_forward *f, size_t token, uint32_t kv_head)
{
    const tern_geometry *g = &f->model->geometry;
    const size_t q_size = (size_t)g->heads * g->head_dim, kv_size = (size_t)g->kv_heads * g->head_dim;
    float *row = f->qkv + token * (q_size + 2 * kv_size);

    return (heads){.q = row + (size_t)kv_head * group_of(f) * g->head_dim,
                   .k = row + q_size + (size_t)kv_head * g->head_dim,
                   .v = row + q_size + kv_size + (size_t)kv_head * g->head_dim};
}

static void append(tern_forward *f, const tern_stretch *s, size_t token, uint32_t kv_head)
{
    const heads h = heads_of(f, token, kv_head);

    tern_kv_append(&f->kv, f->layer, s->sequence, kv_head, s->position + (token - s->first), h.k, h.v);
}

/* `count` values of a token's row of qkv; scale: of all of them, where that is known. */
static void scale_heads(tern_forward *f, size_t token, float scale, size_t count, float *out)
{
    const size_t at = (size_t)(out - f->qkv);

    if (tern_forward_is_uniform(f, TERN_LINEAR_QKV)) {
        f->ops->scale(f->y + at, scale, count, out);
        return;
    }
    const size_t row = at - token * tern_linear_shape(&f->model->geometry, TERN_LINEAR_QKV, 1).m;
    tern_forward_scaled(f, TERN_LINEAR_QKV, token, row, row + count, out);
}

/* Scales and turns the heads of one token that belong to one KV head. */
static void turn(tern_forward *f, size_t token, uint32_t kv_head)
{
    const tern_geometry *g = &f->model->geometry;
    const tern_layer *layer = &f->model->layer[f->layer];
    const heads h = heads_of(f, token, kv_head);
    const uint32_t dim = g->head_dim, group = group_of(f);
    const float *cosine = f->cosine + token * (dim / 2), *sine = f->sine + token * (dim / 2);
    const float scale = f->q_scale[token];

    scale_heads(f, token, scale * layer->scale[TERN_MATRIX_Q], (size_t)group * dim, h.q);
    scale_heads(f, token, scale * layer->scale[TERN_MATRIX_K], dim, h.k);
    scale_heads(f, token, scale * layer->scale[TERN_MATRIX_V], dim, h.v);
    for (uint32_t i = 0; i < group; i++)
        f->ops->rope(g->rope, cosine, sine, dim, h.q + (size_t)i * dim);
    f->ops->rope(g->rope, cosine, sine, dim, h.k);
}

/* The queries of tokens [begin, end) of the block, a few at a time. next: of the head that comes then, or NULL. */
static void attend(tern_forward *f, const tern_stretch *s, uint32_t kv_head, size_t begin, size_t end,
                   const tern_past *next, uint32_t thread)
{
    const tern_geometry *g = &f->model->geometry;
    const size_t q_size = (size_t)g->heads * g->head_dim;
    const uint32_t group = group_of(f);
    const size_t queries = (end - begin) * group;
    const tern_past past = tern_kv_past(&f->kv, f->layer, s->sequence, kv_head);
    float *scores = f->scores + thread * f->scores_stride;
    tern_attend query[TERN_ATTEND_GROUP];

    for (size_t done = 0, count; done < queries; done += count) {
        count = tern_smaller(queries - done, TERN_ATTEND_GROUP);
        for (size_t i = 0; i < count; i++) {
            const size_t token = begin + (done + i) / group;
            const size_t head = (size_t)kv_head * group + (done + i) % group;
            query[i] = (tern_attend){.query = heads_of(f, token, 0).q + head * g->head_dim,
                                     .out = f->attended + token * q_size + head * g->head_dim,
                                     .position = s->position + (token - s->first)};
        }
        f->ops->attend(&past, query, count, done + count < queries ? NULL : next, scores);
    }
}

/* The last stretch that begins at this unit or before. */
static const tern_stretch *stretch_at(const tern_forward *f, size_t unit)
{
    size_t low = 0, high = f->stretches;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (f->stretch[middle].first_unit <= unit)
            low = middle;
        else
            high = middle;
    }
    return &f->stretch[low];
}

static void run_unit(tern_forward *f, size_t unit, uint32_t thread)
{
    const tern_stretch *s = stretch_at(f, unit);
    const size_t chunk = chunk_tokens(f);
    const uint32_t kv_head = (uint32_t)((unit - s->first_unit) / s->chunks);
    const size_t first = s->first, end = first + s->together, last = first + s->tokens;
    if (s->together == s->tokens) {
        const size_t begin = first + (s->chunks - 1 - (unit - s->first_unit) % s->chunks) * chunk;
        attend(f, s, kv_head, begin, tern_smaller(begin + chunk, end), NULL, thread);
        return;
    }
    for (size_t begin = first; begin < end; begin += chunk)
        attend(f, s, kv_head, begin, tern_smaller(begin + chunk, end), NULL, thread);
    for (size_t token = end; token < last; token++) {
        append(f, s, token, kv_head);
        attend(f, s, kv_head, token, token + 1, NULL, thread);
    }
}

/* Asks for the slot that a token writes. */
static void fetch_slot(const tern_past *past, uint64_t position)
{
    const size_t at = (size_t)(position % past->context) * past->row_bytes;

    for (tern_kv_part part = 0; part < TERN_KV_PARTS; part++)
        for (size_t i = 0; i < past->row_bytes; i += TERN_CACHE_LINE)
            __builtin_prefetch(past->row[part] + at + i, 1, 3);
}

/* One token of each sequence: a thread's heads need nothing of what others append, so that nobody waits. */
static void run_alone(tern_forward *f, tern_slice slice)
{
    const uint32_t kv_heads = f->model->geometry.kv_heads;

    for (size_t i = slice.begin; i < slice.end; i++) {
        const size_t token = i / kv_heads, after = i + 1;
        const uint32_t kv_head = (uint32_t)(i % kv_heads);
        const tern_stretch *s = &f->stretch[token];
        tern_past next_past, *next = NULL;
        if (after < slice.end) {
            const tern_stretch *of = &f->stretch[after / kv_heads];
            next_past = tern_kv_past(&f->kv, f->layer, of->sequence, (uint32_t)(after % kv_heads));
            next = &next_past;
            fetch_slot(next, of->position);
        }
        turn(f, token, kv_head);
        append(f, s, token, kv_head);
        attend(f, s, kv_head, token, token + 1, next, slice.thread);
    }
}

static void run_share(void *argument, uint32_t thread, uint32_t threads)
{
    tern_forward *f = argument;
    const uint32_t kv_heads = f->model->geometry.kv_heads;
    const tern_slice slice = tern_slice_of(f->tokens * kv_heads, thread, threads);

    if (f->stretches == f->tokens) {
        run_alone(f, slice);
        return;
    }
    for (size_t i = slice.begin; i < slice.end; i++) {
        const size_t token = i / kv_heads;
        const uint32_t kv_head = (uint32_t)(i % kv_heads);
        const tern_stretch *s = &f->stretch[f->stretch_of[token]];
        turn(f, token, kv_head);
        if (token - s->first < s->together)
            append(f, s, token, kv_head);
    }
    if (threads > 1)
        tern_team_barrier(f->team);
    for (;;) {
        const size_t unit = atomic_fetch_add_explicit(&f->next_unit, 1, memory_order_relaxed);
        if (unit >= f->units)
            return;
        run_unit(f, unit, thread);
    }
}

/*
 * How many tokens may be in the ring before the first of them attends: at least one, which no other token of the
 * stretch precedes.
 */
static size_t together(const tern_forward *f, const tern_stretch *s)
{
    const uint64_t room = s->position < f->kv.context ? f->kv.context - s->position : 1;

    return room < s->tokens ? (size_t)room : s->tokens;
}

void tern_forward_attention(tern_forward *f)
{
    const size_t chunk = chunk_tokens(f);

    f->units = 0;
    for (size_t i = 0; i < f->stretches; i++) {
        tern_stretch *s = &f->stretch[i];
        s->together = together(f, s);
        s->chunks = s->together < s->tokens ? 1 : (s->tokens + chunk - 1) / chunk;
        s->first_unit = f->units;
        f->units += s->chunks * f->model->geometry.kv_heads;
    }
    atomic_store_explicit(&f->next_unit, 0, memory_order_relaxed);
    tern_team_run(f->team, run_share, f);
}
