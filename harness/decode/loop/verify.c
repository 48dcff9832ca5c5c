#include "decode/loop/verify.h"

#include "base/random.h"
#include "base/text.h"
#include "check/data.h"
#include "decode/loop/pages.h"
#include "decode/loop/products.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COUNTS = 8, CHUNK_ROWS = 16 };

/* One product with one number of tokens. */
typedef struct trial {
    tern_shape shape;
    uint64_t *projected_x; /* u, K values */
    uint64_t *projected_y; /* M values */
} trial;

/* All trials of one linear layer. */
typedef struct proof {
    const tern_model *model;
    const tern_weights *weights;
    tern_products *products;
    tern_team *team;
    uint32_t layer;
    size_t part;
    trial trial[MAX_COUNTS];
    size_t trials;
    int8_t *rows;                 /* CHUNK_ROWS a thread */
    _Atomic uint64_t first_wrong; /* trial << 32 | row, of those seen; UINT64_MAX: none */
} proof;

/* Any fixed sequence of odd numbers that no kernel knows will do. */
static uint64_t random_of(size_t n, size_t tokens)
{
    return tokens == 1 ? 1 : tern_random_number(0, n) | 1;
}

static void project(const tern_shape shape, const int8_t *x, const int32_t *y, trial *t)
{
    memset(t->projected_x, 0, shape.k * sizeof *t->projected_x);
    memset(t->projected_y, 0, shape.m * sizeof *t->projected_y);
    for (size_t n = 0; n < shape.n; n++) {
        const uint64_t r = random_of(n, shape.n);
        for (size_t k = 0; k < shape.k; k++)
            t->projected_x[k] += r * (uint64_t)(int64_t)x[n * shape.k + k];
        for (size_t m = 0; m < shape.m; m++)
            t->projected_y[m] += r * (uint64_t)(int64_t)y[n * shape.m + m];
    }
}

/* What a call of a product needs, each piece aligned as the kernel asks. */
typedef struct room {
    int8_t *x;
    int32_t *y;
    void *scratch;
} room;

static size_t lay_out(room *r, uint8_t *base, const tern_product *product)
{
    const tern_shape shape = product->problem.shape;
    tern_pages pages = {.base = base, .align = tern_pages_alignment(product->kernel)};

    r->x = tern_pages_take(&pages, shape.n * shape.k);
    r->y = tern_pages_take(&pages, shape.n * shape.m * sizeof *r->y);
    r->scratch = tern_pages_take(&pages, tern_product_scratch_bytes(product));
    return pages.used;
}

/* Computes Y with the kernel and leaves both projections. */
static tern_status call(proof *p, trial *t, tern_error *error)
{
    const tern_data data = {.x = TERN_X_RANDOM, .seed = 1 + t->shape.n};
    const tern_product *product;
    tern_memory memory;
    room r;
    tern_status status = tern_products_get(p->products, t->shape.n, &product, error);

    if (status != TERN_OK)
        return status;
    product += p->part;
    status = tern_memory_new(&memory, "a trial of the kernel", lay_out(&r, NULL, product), error);
    if (status != TERN_OK)
        return status;
    lay_out(&r, memory.data, product);
    tern_data_fill_x(&data, t->shape, r.x);
    tern_product_call(product,
                      &(tern_call){.problem = &product->problem,
                                   .packed = p->model->layer[p->layer].packed[p->part],
                                   .x = r.x,
                                   .y = r.y,
                                   .scratch = r.scratch,
                                   .plan = product->plan},
                      p->team);
    project(t->shape, r.x, r.y, t);
    tern_memory_free(&memory);
    return TERN_OK;
}

static uint64_t dot(const int8_t *w, const uint64_t *u, size_t k)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < k; i++)
        sum += (uint64_t)(int64_t)w[i] * u[i];
    return sum;
}

static void note_wrong(proof *p, size_t trial_index, size_t row)
{
    const uint64_t here = (uint64_t)trial_index << 32 | row;
    uint64_t seen = atomic_load(&p->first_wrong);

    while (here < seen && !atomic_compare_exchange_weak(&p->first_wrong, &seen, here)) {
    }
}

static const tern_part *part_of(const proof *p)
{
    return &p->model->parts.part[p->part];
}

/* Of a thread's room: whole rows, of which the part's columns are taken. */
static size_t chunk_bytes(const proof *p)
{
    return CHUNK_ROWS * tern_linear_shape(&p->model->geometry, part_of(p)->linear, 1).k;
}

static void compare_rows(void *argument, uint32_t thread, uint32_t threads)
{
    proof *p = argument;
    const tern_shape shape = p->trial[0].shape;
    const tern_slice slice = tern_slice_of(shape.m, thread, threads);
    int8_t *w = p->rows + thread * chunk_bytes(p);

    for (size_t begin = slice.begin; begin < slice.end; begin += CHUNK_ROWS) {
        const size_t end = begin + CHUNK_ROWS < slice.end ? begin + CHUNK_ROWS : slice.end;
        tern_part_trits(p->weights, p->layer, part_of(p), begin, end, w);
        for (size_t i = 0; i < p->trials; i++)
            for (size_t m = begin; m < end; m++)
                if (dot(w + (m - begin) * shape.k, p->trial[i].projected_x, shape.k) != p->trial[i].projected_y[m])
                    note_wrong(p, i, m);
    }
}

static tern_status prove(proof *p, tern_finding *finding, tern_error *error)
{
    const tern_shape shape = p->trial[0].shape;
    const size_t values = p->trials * (shape.k + shape.m);
    uint64_t *projections = malloc(values * sizeof *projections);
    tern_status status = TERN_OK;

    p->rows = malloc(tern_team_threads(p->team) * chunk_bytes(p));
    if (projections == NULL || p->rows == NULL)
        status = tern_error_memory(error, "a trial of the kernel", (double)(values * sizeof *projections));
    for (size_t i = 0; i < p->trials && status == TERN_OK; i++) {
        p->trial[i].projected_x = projections + i * (shape.k + shape.m);
        p->trial[i].projected_y = p->trial[i].projected_x + shape.k;
        status = call(p, &p->trial[i], error);
    }
    if (status == TERN_OK) {
        tern_team_run(p->team, compare_rows, p);
        const uint64_t wrong = atomic_load(&p->first_wrong);
        if (wrong != UINT64_MAX) {
            finding->verdict = TERN_MISMATCH;
            tern_text_append(finding->reason, sizeof finding->reason,
                             "Y is wrong for %zux%zux%zu with the weights of layer %" PRIu32 ", from row %" PRIu64
                             " on",
                             shape.m, shape.k, p->trial[wrong >> 32].shape.n, p->layer, wrong & UINT32_MAX);
        }
    }
    free(projections);
    free(p->rows);
    return status;
}

tern_status tern_verify_layer(const tern_model *model, const tern_weights *weights, uint32_t layer,
                              const uint32_t *tokens, size_t counts, tern_team *team, tern_finding *finding,
                              tern_error *error)
{
    tern_products *products;
    uint32_t most = 0;

    memset(finding, 0, sizeof *finding);
    for (size_t i = 0; i < counts; i++)
        most = tokens[i] > most ? tokens[i] : most;
    tern_status status = tern_products_new(&products, model, most, error);
    for (size_t part = 0; part < model->parts.count && status == TERN_OK && finding->verdict == TERN_EXACT; part++) {
        proof p = {.model = model,
                   .weights = weights,
                   .products = products,
                   .team = team,
                   .layer = layer,
                   .part = part,
                   .first_wrong = UINT64_MAX};
        for (; p.trials < counts && p.trials < MAX_COUNTS; p.trials++)
            p.trial[p.trials].shape = tern_part_shape(&model->geometry, part_of(&p), tokens[p.trials]);
        status = prove(&p, finding, error);
    }
    tern_products_free(products);
    return status;
}
