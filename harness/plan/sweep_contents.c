#include "plan/sweep_segments.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Vector and matrix paths, with and without tails. */
static const tern_shape shapes[] = {{40, 300, 1}, {64, 512, 1}, {40, 300, 4}, {33, 520, 17}, {64, 256, 16}};

static const struct {
    tern_w_pattern w;
    double p0;
} weights[] = {
    {TERN_W_RANDOM, 0.02}, {TERN_W_RANDOM, 0.42}, {TERN_W_RANDOM, 0.9}, {TERN_W_RANDOM, 0.97}, {TERN_W_RANDOM, 0.999},
    {TERN_W_BLOCKS, 0.42}, {TERN_W_MIXED, 0.42},  {TERN_W_NEAR, 0.42},  {TERN_W_COUNT, 0.42},
};

static const tern_x_pattern activations[] = {
    TERN_X_RANDOM, TERN_X_RELU2,    TERN_X_SPARSE,   TERN_X_BLOCKS,
    TERN_X_NEAR,   TERN_X_POSITIVE, TERN_X_NEGATIVE, TERN_X_EXTREME,
};

static size_t count_mixtures(const tern_kernel *kernel)
{
    (void)kernel;
    return COUNT(shapes) * COUNT(weights) * COUNT(activations);
}

static bool fill_mixture(size_t index, tern_sweep_item *item)
{
    const size_t w = index / COUNT(activations) % COUNT(weights);

    item->c.shape = shapes[index / COUNT(activations) / COUNT(weights)];
    item->c.data.w = weights[w].w;
    item->c.data.p0 = weights[w].p0;
    item->c.data.x = activations[index % COUNT(activations)];
    item->c.data.seed = 1 + index;
    return true;
}

/* All 6561 patterns of 8 neighbours, all 531441 of 12, and W read back out of Y with either extreme. */
static const struct {
    tern_shape shape;
    tern_w_pattern w;
    tern_x_pattern x;
} others[] = {
    {{81, 648, 1}, TERN_W_COUNT, TERN_X_RANDOM},      {{81, 648, 8}, TERN_W_COUNT, TERN_X_RANDOM},
    {{1664, 3840, 1}, TERN_W_COUNT12, TERN_X_RANDOM}, {{600, 300, 1}, TERN_W_ONEHOT, TERN_X_RANDOM},
    {{1040, 520, 3}, TERN_W_ONEHOT, TERN_X_RANDOM},   {{33, 256, 512}, TERN_W_COUNT, TERN_X_ONEHOT},
    {{33, 256, 512}, TERN_W_BLOCKS, TERN_X_ONEHOT},   {{64, 256, 1}, TERN_W_ZERO, TERN_X_RELU2},
    {{64, 256, 8}, TERN_W_ZERO, TERN_X_SPARSE},       {{64, 256, 1}, TERN_W_BLOCKS, TERN_X_ZERO},
    {{64, 256, 8}, TERN_W_BLOCKS, TERN_X_ZERO},
};

static size_t count_others(const tern_kernel *kernel)
{
    (void)kernel;
    return COUNT(others);
}

static bool fill_other(size_t index, tern_sweep_item *item)
{
    item->c.shape = others[index].shape;
    item->c.data.w = others[index].w;
    item->c.data.x = others[index].x;
    return true;
}

const tern_sweep_segment tern_sweep_contents[] = {
    {count_mixtures, fill_mixture, 1e6}, {count_others, fill_other, 7e6}, {0}};

/* What K and N make of extreme data, by the paths for one token, few and many. */
static const tern_shape long_shapes[] = {
    {33, 2048, 1}, {33, 4096, 1}, {17, 8200, 1}, {33, 2048, 4}, {17, 8200, 4}, {33, 4096, 17}, {16, 8192, 16},
};

static const struct {
    tern_w_pattern w;
    tern_x_pattern x;
} extremes[] = {
    {TERN_W_PLUS, TERN_X_MIN},      {TERN_W_PLUS, TERN_X_MAX},   {TERN_W_MINUS, TERN_X_MIN},
    {TERN_W_MINUS, TERN_X_MAX},     {TERN_W_RANDOM, TERN_X_MIN}, {TERN_W_ALTERNATING, TERN_X_ALTERNATING},
    {TERN_W_BLOCKS, TERN_X_MAX},    {TERN_W_PLUS, TERN_X_RELU2}, {TERN_W_PLUS, TERN_X_POSITIVE},
    {TERN_W_MIXED, TERN_X_EXTREME},
};

static size_t count_extremes(const tern_kernel *kernel)
{
    (void)kernel;
    return COUNT(long_shapes) * COUNT(extremes);
}

static bool fill_extreme(size_t index, tern_sweep_item *item)
{
    item->c.shape = long_shapes[index / COUNT(extremes)];
    item->c.data.w = extremes[index % COUNT(extremes)].w;
    item->c.data.x = extremes[index % COUNT(extremes)].x;
    return true;
}

/*
 * Sizes above 65,536 leave a 16-bit row number, stride or count. Sums of more than 132,104 terms of 127 leave the whole
 * numbers of a float; so do those of each of sixteen lanes of 2,200,001 terms. Offsets into W of more than 2^24 do,
 * too.
 */
static const struct {
    tern_shape shape;
    tern_w_pattern w;
    tern_x_pattern x;
} vast[] = {
    {{70001, 3, 1}, TERN_W_RANDOM, TERN_X_RANDOM},   {{70001, 16, 16}, TERN_W_RANDOM, TERN_X_RANDOM},
    {{3, 5, 70001}, TERN_W_RANDOM, TERN_X_RANDOM},   {{16, 16, 70001}, TERN_W_RANDOM, TERN_X_RANDOM},
    {{3, 70001, 1}, TERN_W_RANDOM, TERN_X_RANDOM},   {{16, 70001, 1}, TERN_W_RANDOM, TERN_X_RANDOM},
    {{5, 70001, 4}, TERN_W_RANDOM, TERN_X_RANDOM},   {{16, 70001, 16}, TERN_W_RANDOM, TERN_X_RANDOM},
    {{1, 150001, 1}, TERN_W_PLUS, TERN_X_MAX},       {{16, 150001, 1}, TERN_W_MINUS, TERN_X_MAX},
    {{4, 150001, 4}, TERN_W_PLUS, TERN_X_MAX},       {{16, 150001, 16}, TERN_W_PLUS, TERN_X_MAX},
    {{1, 2200001, 1}, TERN_W_PLUS, TERN_X_MAX},      {{70016, 32, 1}, TERN_W_RANDOM, TERN_X_RANDOM},
    {{70016, 32, 8}, TERN_W_RANDOM, TERN_X_RANDOM},  {{1, 340001, 3}, TERN_W_PLUS, TERN_X_MIN},
    {{1, TERN_MAX_K, 1}, TERN_W_MINUS, TERN_X_MIN},  {{2080, 8200, 1}, TERN_W_RANDOM, TERN_X_RANDOM},
    {{4096, 4096, 1}, TERN_W_RANDOM, TERN_X_RANDOM}, {{1, 2200001, 1}, TERN_W_RANDOM, TERN_X_RANDOM},
    {{2, 1100001, 3}, TERN_W_RANDOM, TERN_X_RANDOM}, {{300001, 5, 1}, TERN_W_RANDOM, TERN_X_RANDOM},
    {{300001, 16, 2}, TERN_W_RANDOM, TERN_X_RANDOM},
};

static size_t count_vast(const tern_kernel *kernel)
{
    (void)kernel;
    return COUNT(vast);
}

static bool fill_vast(size_t index, tern_sweep_item *item)
{
    item->c.shape = vast[index].shape;
    item->c.data.w = vast[index].w;
    item->c.data.x = vast[index].x;
    return true;
}

const tern_sweep_segment tern_sweep_widths[] = {{count_extremes, fill_extreme, 4e6}, {count_vast, fill_vast, 5e7}, {0}};
