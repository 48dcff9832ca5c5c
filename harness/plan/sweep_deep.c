/*
 * What is worth minutes, not seconds: pairs of residues up to two tiles, a million calls, the longest K there is.
 */
#include "plan/sweep_segments.h"

enum { LARGEST_TILE = 512 };

static size_t range(size_t tile)
{
    return tile < 32 ? 64 : tile < LARGEST_TILE ? 2 * tile : 2 * LARGEST_TILE;
}

static size_t count_pairs(const tern_kernel *kernel)
{
    return range(kernel->tile.m) * range(kernel->tile.k) + range(kernel->tile.k) * range(kernel->tile.n) +
           range(kernel->tile.n) * range(kernel->tile.m);
}

/* M with K, then K with N, then N with M; the third size goes from 1 to 5. */
static bool fill_pair(size_t index, tern_sweep_item *item)
{
    tern_shape tile = item->c.kernel->tile;
    size_t first = 0;

    for (size_t count;
         index >= (count = range(*tern_shape_size(&tile, first)) * range(*tern_shape_size(&tile, (first + 1) % 3)));
         first++)
        index -= count;
    const size_t others = range(*tern_shape_size(&tile, (first + 1) % 3));
    *tern_shape_size(&item->c.shape, first) = index / others + 1;
    *tern_shape_size(&item->c.shape, (first + 1) % 3) = index % others + 1;
    *tern_shape_size(&item->c.shape, (first + 2) % 3) = index % 5 + 1;
    return true;
}

static const struct {
    tern_shape shape;
    tern_w_pattern w;
    tern_x_pattern x;
    uint32_t calls;
} heavy[] = {
    {{5, 33, 1}, TERN_W_RANDOM, TERN_X_RANDOM, 1000000}, {{9, 20, 7}, TERN_W_RANDOM, TERN_X_RANDOM, 1000000},
    {{1, TERN_MAX_K, 1}, TERN_W_PLUS, TERN_X_MIN, 1},    {{1, TERN_MAX_K, 2}, TERN_W_MINUS, TERN_X_MAX, 1},
    {{70001, 70, 33}, TERN_W_RANDOM, TERN_X_RANDOM, 1},  {{33, 70, 70001}, TERN_W_RANDOM, TERN_X_RANDOM, 1},
    {{33, 70001, 70}, TERN_W_RANDOM, TERN_X_RANDOM, 1},
};

static size_t count_heavy(const tern_kernel *kernel)
{
    (void)kernel;
    return sizeof heavy / sizeof *heavy;
}

static bool fill_heavy(size_t index, tern_sweep_item *item)
{
    item->c.shape = heavy[index].shape;
    item->c.data.w = heavy[index].w;
    item->c.data.x = heavy[index].x;
    item->calls = heavy[index].calls;
    return true;
}

const tern_sweep_segment tern_sweep_deep[] = {{count_pairs, fill_pair, 4e6}, {count_heavy, fill_heavy, 3e8}, {0}};
