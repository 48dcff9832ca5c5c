/*
 * Four lists, cut to what is different: shapes without a pattern; each size in turn at its edges, the other two
 * staying at a small one that has tails of its own; as many one-hot tokens as columns, so that Y is W again and shows
 * any weight that packing lost; then data that overflows, at sums long enough for it.
 */
#include "plan/edges.h"

#include "base/round.h"
#include "plan/sweep.h"

#include <string.h>

/* Multiply-adds of one case, so that even a slow kernel answers at once. */
static const double MAX_MACS = 4e6;

/* A size is near this, times the kernel's tile, plus that; without a tile, just that. */
static const struct {
    size_t tiles;
    int offset;
} edge_sizes[] = {{1, -1}, {1, 0}, {1, 1}, {2, -1}, {2, 1},   {3, 0},
                  {0, 1},  {0, 2}, {0, 7}, {0, 31}, {0, 127}, {0, 257}};

/* These get all passes. The last two have rows for slices on pages of their own, and weights for pages of packed W. */
static const tern_shape plain_shapes[] = {
    {1, 1, 1},   {1, 1, 7},   {1, 257, 1},  {7, 1, 1},    {7, 31, 1},   {31, 127, 1}, {127, 257, 1}, {257, 7, 1},
    {9, 64, 17}, {64, 64, 8}, {31, 127, 7}, {7, 257, 31}, {257, 31, 7}, {33, 129, 9}, {3072, 24, 2}, {512, 2048, 1},
};

/* Sums of 2048 and 8192 terms of 127 or 128 pass the ranges of 16-bit accumulators; one of 150,001 passes a float's. */
static const tern_shape long_shapes[] = {{9, 2048, 2}, {5, 8192, 2}, {1, 150001, 1}};

static const struct {
    tern_w_pattern w;
    tern_x_pattern x;
} extreme_data[] = {
    {TERN_W_PLUS, TERN_X_MIN},      {TERN_W_PLUS, TERN_X_MAX},
    {TERN_W_MINUS, TERN_X_MIN},     {TERN_W_MINUS, TERN_X_MAX},
    {TERN_W_RANDOM, TERN_X_MIN},    {TERN_W_RANDOM, TERN_X_MAX},
    {TERN_W_PLUS, TERN_X_RANDOM},   {TERN_W_ALTERNATING, TERN_X_ALTERNATING},
    {TERN_W_RANDOM, TERN_X_ONEHOT}, {TERN_W_RANDOM, TERN_X_ZERO},
    {TERN_W_ZERO, TERN_X_RANDOM},
};

typedef struct list {
    const tern_case *of;
    tern_case *edge;
    size_t count;
} list;

static bool same(const tern_case *a, const tern_case *b)
{
    return a->shape.m == b->shape.m && a->shape.k == b->shape.k && a->shape.n == b->shape.n && a->data.w == b->data.w &&
           a->data.x == b->data.x;
}

static void add(list *l, tern_shape shape, tern_w_pattern w, tern_x_pattern x, bool brief)
{
    const tern_shape multiple = l->of->kernel->multiple;
    tern_case c = *l->of;

    shape.m = tern_round_up(shape.m, multiple.m);
    shape.k = tern_round_up(shape.k, multiple.k);
    shape.n = tern_round_up(shape.n, multiple.n);
    if (shape.k > TERN_MAX_K || tern_shape_macs(shape) > MAX_MACS)
        return;
    c.shape = shape;
    c.data = (tern_data){.w = w, .x = x, .p0 = 0.42, .seed = 1};
    c.threads = 0;
    c.cache = TERN_CHECK_ONLY;
    c.brief = brief;
    for (size_t i = 0; i < l->count; i++)
        if (same(&l->edge[i], &c))
            return;
    if (l->count < TERN_EDGES_MAX)
        l->edge[l->count++] = c;
}

/* A tail beyond one tile, unless the tile is so large that cases would be. */
static size_t tail_size(size_t tile, size_t largest)
{
    return tile + 1 < largest ? tile + 1 : largest;
}

static size_t *size_at(tern_shape *shape, int dimension)
{
    return dimension == 0 ? &shape->m : dimension == 1 ? &shape->k : &shape->n;
}

static void add_around_tiles(list *l)
{
    tern_shape tile = l->of->kernel->tile;
    const tern_shape others = {tail_size(tile.m, 33), tail_size(tile.k, 257), tail_size(tile.n, 9)};

    for (int dimension = 0; dimension < 3; dimension++)
        for (size_t i = 0; i < sizeof edge_sizes / sizeof *edge_sizes; i++) {
            const long long size = (long long)(edge_sizes[i].tiles * *size_at(&tile, dimension)) + edge_sizes[i].offset;
            tern_shape shape = others;
            if (size < 1)
                continue;
            *size_at(&shape, dimension) = (size_t)size;
            add(l, shape, TERN_W_RANDOM, TERN_X_RANDOM, true);
        }
}

static void add_unpacking(list *l)
{
    const tern_shape tile = l->of->kernel->tile;
    const size_t columns[] = {tile.k - 1, tile.k, tile.k + 1, 2 * tile.k + 1, 31, 257};

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const size_t k = tern_round_up(columns[i], l->of->kernel->multiple.k);
        const size_t rows = k == 0 ? 0 : (size_t)(MAX_MACS / (double)k / (double)k);
        if (rows > 0)
            add(l, (tern_shape){tail_size(tile.m, rows < 33 ? rows : 33), k, k}, TERN_W_RANDOM, TERN_X_ONEHOT, true);
    }
}

static void add_sweeps(list *l)
{
    for (tern_sweep sweep = TERN_SWEEP_NONE + 1; sweep < TERN_SWEEP_DEEP; sweep++) {
        const tern_case c = tern_sweep_case(l->of, sweep);
        if (tern_sweep_count(&c) > 0 && l->count < TERN_EDGES_MAX)
            l->edge[l->count++] = c;
    }
}

size_t tern_edges_list(const tern_case *of, tern_case edge[TERN_EDGES_MAX])
{
    list l = {.of = of, .edge = edge};

    for (size_t i = 0; i < sizeof plain_shapes / sizeof *plain_shapes; i++)
        add(&l, plain_shapes[i], TERN_W_RANDOM, TERN_X_RANDOM, false);
    add_around_tiles(&l);
    add_unpacking(&l);
    for (size_t i = 0; i < sizeof long_shapes / sizeof *long_shapes; i++)
        for (size_t j = 0; j < sizeof extreme_data / sizeof *extreme_data; j++)
            add(&l, long_shapes[i], extreme_data[j].w, extreme_data[j].x, true);
    add_sweeps(&l);
    return l.count;
}
