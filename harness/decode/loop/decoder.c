#include "decode/loop/decoder.h"

#include "base/cache_line.h"
#include "base/round.h"
#include "decode/loop/forward.h"
#include "decode/loop/pages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_LIMIT = 1 << 16 };

struct tern_decoder {
    tern_forward forward;
    tern_decoder_options options;
    tern_products *products;
    tern_memory memory; /* of the buffers */
    uint64_t buffer_bytes;
    uint32_t *history; /* without a cache: the tokens of each sequence */
    uint64_t *length;  /* and how many there are */
};

static const char *options_fault(const tern_geometry *g, const tern_decoder_options *o)
{
    if (o->context < 1 || o->context > g->context)
        return "the context must be from 1 to the model's own";
    if (o->sequences < 1 || o->sequences > TERN_DECODE_SEQUENCES)
        return "the number of sequences must be from 1 to 256";
    if (o->block < 1 || o->block > BLOCK_LIMIT)
        return "a block must have from 1 to 65536 tokens";
    if (o->logit_rows < o->sequences)
        return "every sequence needs a row of logits";
    return NULL;
}

/*
 * Binds the kernel to every number of tokens that a block may have, and keeps what is known to occur: a call of one of
 * those allocates nothing. Gives the most scratch that any of them needs.
 */
static tern_status bind_kernel(tern_decoder *d, size_t *scratch_bytes, tern_error *error)
{
    const tern_product *product;
    tern_status status = tern_products_new(&d->products, d->forward.model, d->options.block, error);

    if (status == TERN_OK)
        status = tern_products_try(d->products, scratch_bytes, error);
    for (size_t i = 0; i < d->options.expected_counts && status == TERN_OK; i++)
        if (d->options.expected[i] > 0 && d->options.expected[i] <= d->options.block)
            status = tern_products_get(d->products, d->options.expected[i], &product, error);
    /* Without the cache a sequence is run again at every length. */
    for (size_t i = 1; !d->options.kv_cache && i <= d->options.block && i <= d->options.history && status == TERN_OK;
         i++)
        status = tern_products_get(d->products, i, &product, error);
    return status;
}

/* Of what a linear layer takes. */
static size_t longest_row(const tern_geometry *g)
{
    size_t most = 0;

    for (tern_linear linear = 0; linear < TERN_LINEARS; linear++) {
        const size_t k = tern_linear_shape(g, linear, 1).k;
        most = k > most ? k : most;
    }
    return most;
}

static size_t whole_lines(size_t values)
{
    return tern_round_up(values, TERN_CACHE_LINE / sizeof(float));
}

/*
 * Room for the rows of all parts of a linear layer, `block` tokens each, every part aligned; the most that any linear
 * layer needs.
 */
typedef struct part_room {
    size_t q_bytes, y_bytes;
} part_room;

/* Where the parts begin goes to the forward's q_at and y_at, unless they are not there yet. */
static part_room lay_out_parts(tern_forward *f, size_t block, size_t align)
{
    const tern_parts *parts = &f->model->parts;
    part_room most = {0, 0};

    for (tern_linear linear = 0; linear < TERN_LINEARS; linear++) {
        tern_pages q = {.align = align}, y = {.align = align};
        for (size_t i = parts->first[linear]; i < parts->first[linear + 1]; i++) {
            const tern_shape shape = tern_part_shape(&f->model->geometry, &parts->part[i], block);
            tern_pages_take(&q, shape.k * block);
            tern_pages_take(&y, shape.m * block * sizeof *f->y);
            if (f->q_at == NULL)
                continue;
            f->q_at[i] = q.used - shape.k * block;
            f->y_at[i] = (y.used - shape.m * block * sizeof *f->y) / sizeof *f->y;
        }
        most.q_bytes = q.used > most.q_bytes ? q.used : most.q_bytes;
        most.y_bytes = y.used > most.y_bytes ? y.used : most.y_bytes;
    }
    return most;
}

static void lay_out(tern_decoder *d, tern_pages *pages, size_t scratch_bytes)
{
    tern_forward *f = &d->forward;
    const tern_geometry *g = &f->model->geometry;
    const tern_decoder_options *o = &d->options;
    const size_t block = o->block, hidden = g->hidden, half = g->head_dim / 2, heads = (size_t)g->heads * g->head_dim;
    const size_t qkv = tern_linear_shape(g, TERN_LINEAR_QKV, 1).m, threads = f->model->threads;

    f->row_stride = whole_lines(longest_row(g));
    f->scores_stride = TERN_ATTEND_GROUP * tern_attend_stride(o->context);
    f->token = tern_pages_take(pages, block * sizeof *f->token);
    f->stretch_of = tern_pages_take(pages, block * sizeof *f->stretch_of);
    f->logits_row = tern_pages_take(pages, block * sizeof *f->logits_row);
    f->stretch = tern_pages_take(pages, block * sizeof *f->stretch);
    f->x = tern_pages_take(pages, block * hidden * sizeof *f->x);
    f->q_at = tern_pages_take(pages, f->model->parts.count * sizeof *f->q_at);
    f->y_at = tern_pages_take(pages, f->model->parts.count * sizeof *f->y_at);
    const part_room parts = lay_out_parts(f, block, pages->align);
    f->q = tern_pages_take(pages, parts.q_bytes);
    f->q_scale = tern_pages_take(pages, block * sizeof *f->q_scale);
    f->y = tern_pages_take(pages, parts.y_bytes);
    f->qkv = tern_pages_take(pages, block * qkv * sizeof *f->qkv);
    f->attended = tern_pages_take(pages, block * heads * sizeof *f->attended);
    f->cosine = tern_pages_take(pages, block * half * sizeof *f->cosine);
    f->sine = tern_pages_take(pages, block * half * sizeof *f->sine);
    f->frequency = tern_pages_take(pages, half * sizeof *f->frequency);
    f->scratch = tern_pages_take(pages, scratch_bytes);
    f->row = tern_pages_take(pages, threads * f->row_stride * sizeof *f->row);
    f->normed = tern_pages_take(pages, threads * f->row_stride * sizeof *f->normed);
    f->whole = tern_pages_take(pages, threads * f->row_stride);
    f->scores = tern_pages_take(pages, threads * f->scores_stride * sizeof *f->scores);
    f->last = tern_pages_take(pages, o->logit_rows * hidden * sizeof *f->last);
    f->logits = tern_pages_take(pages, (size_t)o->logit_rows * g->vocabulary * sizeof *f->logits);
    if (!o->kv_cache) {
        d->length = tern_pages_take(pages, o->sequences * sizeof *d->length);
        d->history = tern_pages_take(pages, (size_t)o->sequences * o->history * sizeof *d->history);
    }
}

static tern_status reserve(tern_decoder *d, tern_error *error)
{
    tern_forward *f = &d->forward;
    const tern_model *model = f->model;
    const tern_geometry *g = &model->geometry;
    tern_pages pages = {.align = tern_pages_alignment(model->kernel.kernel)};
    size_t scratch_bytes;
    tern_status status = bind_kernel(d, &scratch_bytes, error);

    if (status != TERN_OK)
        return status;
    lay_out(d, &pages, scratch_bytes);
    d->buffer_bytes = pages.used;
    status = tern_pages_new(&d->memory, "the buffers of the decode loop", pages.used, model->huge_pages, error);
    if (status == TERN_OK)
        status = tern_kv_new(&f->kv, g, d->options.kv_type, d->options.context, d->options.sequences, error);
    if (status == TERN_OK)
        status = tern_pages_check("the KV ring", f->kv.rows_bytes + f->kv.scale_bytes + d->buffer_bytes, error);
    if (status != TERN_OK)
        return status;
    if (!model->huge_pages)
        tern_memory_small_pages(&f->kv.memory);
    tern_pages_touch(&d->memory, f->team);
    tern_pages_touch(&f->kv.memory, f->team);
    pages.base = d->memory.data;
    pages.used = 0;
    lay_out(d, &pages, scratch_bytes);
    for (uint32_t i = 0; i < g->head_dim / 2; i++)
        f->frequency[i] = pow(g->rope_base, -2.0 * i / g->head_dim);
    return TERN_OK;
}

tern_status tern_decoder_new(tern_decoder **out, const tern_model *model, const tern_decoder_options *options,
                             tern_team *team, tern_error *error)
{
    const char *fault = options_fault(&model->geometry, options);

    *out = NULL;
    if (fault != NULL)
        return tern_error_set(error, TERN_USAGE, "%s", fault);
    tern_decoder *d = calloc(1, sizeof *d);
    if (d == NULL)
        return tern_error_memory(error, "the decode loop", sizeof *d);
    d->forward = (tern_forward){
        .model = model, .ops = options->ops, .team = team, .fused = options->fused, .answers = options->answers};
    d->options = *options;
    if (d->options.history == 0)
        d->options.history = 4 * options->context;
    const tern_status status = reserve(d, error);
    if (status != TERN_OK) {
        tern_decoder_free(d);
        return status;
    }
    tern_stopwatch_reset(&d->forward.watch);
    *out = d;
    return TERN_OK;
}

void tern_decoder_free(tern_decoder *d)
{
    if (d == NULL)
        return;
    tern_products_free(d->products);
    tern_kv_free(&d->forward.kv);
    tern_memory_free(&d->memory);
    free(d);
}

static void run_block(tern_decoder *d)
{
    tern_forward *f = &d->forward;

    if (f->tokens == 0)
        return;
    tern_products_get(d->products, f->tokens, &f->product, NULL); /* is there: can_run() */
    tern_forward_block(f);
    for (size_t i = 0; i < f->stretches; i++)
        for (size_t token = 0; token < f->stretch[i].tokens; token++)
            tern_kv_commit(&f->kv, f->stretch[i].sequence);
    f->tokens = f->stretches = 0;
}

/* Adds a token to the block, and runs the block when it is full. */
static void put(tern_decoder *d, uint32_t token, uint32_t sequence, uint32_t logits_row)
{
    tern_forward *f = &d->forward;

    if (f->stretches == 0 || f->stretch[f->stretches - 1].sequence != sequence)
        f->stretch[f->stretches++] =
            (tern_stretch){.sequence = sequence, .first = f->tokens, .position = tern_kv_appended(&f->kv, sequence)};
    f->stretch[f->stretches - 1].tokens++;
    f->token[f->tokens] = token;
    f->stretch_of[f->tokens] = (uint32_t)f->stretches - 1;
    f->logits_row[f->tokens++] = logits_row;
    if (f->tokens == d->options.block)
        run_block(d);
}

static bool is_last(const tern_input *input, size_t count, size_t i)
{
    return i + 1 == count || input[i + 1].sequence != input[i].sequence;
}

/* Returns the rows of logits that are wanted. */
static uint32_t run_with_cache(tern_decoder *d, const tern_input *input, size_t count)
{
    uint32_t rows = 0;

    for (size_t i = 0; i < count; i++)
        put(d, input[i].token, input[i].sequence, is_last(input, count, i) ? rows++ : TERN_NO_LOGITS);
    run_block(d);
    return rows;
}

/* Every sequence of the call again from its first token. */
static uint32_t run_without_cache(tern_decoder *d, const tern_input *input, size_t count)
{
    uint32_t rows = 0;

    for (size_t i = 0; i < count; i++) {
        const uint32_t sequence = input[i].sequence;
        uint32_t *history = d->history + (size_t)sequence * d->options.history;
        history[d->length[sequence]++] = input[i].token;
        if (!is_last(input, count, i))
            continue;
        const uint64_t length = d->length[sequence];
        tern_kv_reset(&d->forward.kv, sequence);
        for (uint64_t j = 0; j < length; j++)
            put(d, history[j], sequence, j + 1 == length ? rows : TERN_NO_LOGITS);
        run_block(d);
        rows++;
    }
    return rows;
}

/* Whether the kernel is bound for the blocks that so many tokens make. */
static bool has_products(tern_decoder *d, size_t tokens)
{
    const size_t block = d->options.block, rest = tokens % block;
    const tern_product *product;

    return (tokens < block || tern_products_get(d->products, block, &product, NULL) == TERN_OK) &&
           (rest == 0 || tern_products_get(d->products, rest, &product, NULL) == TERN_OK);
}

/* Whether all that the call will need is there. */
static bool can_run(tern_decoder *d, const tern_input *input, size_t count)
{
    size_t added = 0;

    if (d->options.kv_cache)
        return has_products(d, count);
    for (size_t i = 0; i < count; i++) {
        added++;
        if (!is_last(input, count, i))
            continue;
        const size_t length = d->length[input[i].sequence] + added;
        if (length > d->options.history || !has_products(d, length))
            return false;
        added = 0;
    }
    return true;
}

const float *tern_decoder_run(tern_decoder *d, const tern_input *input, size_t count)
{
    tern_stopwatch_resume(&d->forward.watch);
    if (!can_run(d, input, count))
        return NULL;
    const uint32_t rows = d->options.kv_cache ? run_with_cache(d, input, count) : run_without_cache(d, input, count);
    tern_forward_head(&d->forward, rows);
    return d->forward.logits;
}

void tern_decoder_reset(tern_decoder *d)
{
    for (uint32_t i = 0; i < d->options.sequences; i++) {
        tern_kv_reset(&d->forward.kv, i);
        if (!d->options.kv_cache)
            d->length[i] = 0;
    }
}

tern_split tern_decoder_split(tern_decoder *d)
{
    return tern_stopwatch_read(&d->forward.watch);
}

const tern_kv *tern_decoder_kv(const tern_decoder *d)
{
    return &d->forward.kv;
}

uint64_t tern_decoder_buffer_bytes(const tern_decoder *d)
{
    return d->buffer_bytes;
}
