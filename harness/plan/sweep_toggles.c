#include "base/sanitized.h"
#include "plan/sweep_segments.h"
#include "plan/toggles.h"

#include <string.h>

static const tern_shape shapes[] = {{33, 300, 1}, {64, 512, 1}, {40, 520, 4}, {33, 300, 17}, {64, 512, 32}};

enum { SHAPES = sizeof shapes / sizeof *shapes };

/* Those of the kernel: what the harness adds makes no difference to a check. */
static size_t own_toggles(const tern_kernel *kernel)
{
    size_t count = 0;

    for (const tern_toggle *t = kernel->toggles; t != NULL && t->name != NULL; t++)
        count += strcmp(t->name, TERN_TOGGLE_HUGE_PAGES) != 0;
    return count;
}

/* Each toggle at either end, the others as they are; then all at the low end, and all at the high one. */
static size_t count_ends(const tern_kernel *kernel)
{
    const size_t toggles = own_toggles(kernel);

    return toggles == 0 ? 0 : SHAPES * 2 * (toggles + 1);
}

static bool fill_end(size_t index, tern_sweep_item *item)
{
    const tern_toggle *table = item->c.kernel->toggles;
    const size_t toggles = own_toggles(item->c.kernel), which = index / SHAPES / 2;
    const bool high = index / SHAPES % 2 != 0;

    for (size_t i = 0; i < toggles; i++)
        if (which == i || which == toggles)
            item->c.toggle[i] = high ? table[i].high : table[i].low;
    item->c.shape = shapes[index % SHAPES];
    return true;
}

/* Each value in between, of which there are not too many, the other toggles as they are. */
enum { MOST_VALUES = 64 };

static size_t values_between(const tern_toggle *toggle)
{
    const int64_t values = (int64_t)toggle->high - toggle->low - 1;

    return values < 0 ? 0 : values < MOST_VALUES ? (size_t)values : MOST_VALUES;
}

static size_t count_between(const tern_kernel *kernel)
{
    const size_t toggles = own_toggles(kernel);
    size_t count = 0;

    for (size_t i = 0; i < toggles; i++)
        count += values_between(&kernel->toggles[i]);
    return count;
}

static bool fill_between(size_t index, tern_sweep_item *item)
{
    const tern_toggle *t = item->c.kernel->toggles;
    size_t i = 0;

    for (; index >= values_between(&t[i]); i++)
        index -= values_between(&t[i]);
    const int64_t range = (int64_t)t[i].high - t[i].low, count = (int64_t)values_between(&t[i]);
    item->c.toggle[i] = (int32_t)(t[i].low + ((int64_t)index + 1) * range / (count + 1));
    item->c.shape = shapes[index % SHAPES];
    return true;
}

const tern_sweep_segment tern_sweep_toggles[] = {{count_ends, fill_end, 2e6}, {count_between, fill_between, 2e6}, {0}};

/* More calls than a 16-bit counter takes. */
static const struct {
    tern_shape shape;
    uint32_t calls;
} often[] = {{{5, 33, 1}, 70000}, {{3, 20, 3}, 10000}};

static size_t count_often(const tern_kernel *kernel)
{
    (void)kernel;
    return sizeof often / sizeof *often;
}

static bool fill_often(size_t index, tern_sweep_item *item)
{
    item->c.shape = often[index].shape;
    item->calls = often[index].calls;
    return true;
}

const tern_sweep_segment tern_sweep_calls[] = {{count_often, fill_often, 1e5}, {0}};

/*
 * Code that is taken for some sizes only: tails of M and K, one token and more, whole tiles and more than one. The
 * kernel's own tile comes in multiples and one off.
 */
static const struct {
    tern_shape tiles, more;
} paths[] = {
    {{0, 0, 0}, {1, 1, 1}},    {{0, 0, 0}, {7, 31, 3}},    {{0, 0, 0}, {33, 300, 1}},  {{0, 0, 0}, {64, 512, 1}},
    {{0, 0, 0}, {40, 520, 4}}, {{0, 0, 0}, {33, 300, 17}}, {{0, 0, 0}, {64, 512, 32}}, {{0, 0, 0}, {130, 70, 9}},
    {{0, 0, 0}, {5, 4097, 2}}, {{0, 0, 0}, {600, 20, 1}},  {{0, 0, 0}, {9, 64, 129}},  {{1, 1, 1}, {0, 0, 0}},
    {{1, 1, 1}, {1, 1, 1}},    {{2, 2, 0}, {0, 0, 1}},     {{3, 1, 0}, {0, 7, 2}},
};

static bool can_be_walked(void)
{
#if defined(__x86_64__)
    return !TERN_SANITIZED; /* a sanitizer's own code is among the kernel's */
#else
    return false;
#endif
}

static size_t count_paths(const tern_kernel *kernel)
{
    (void)kernel;
    return can_be_walked() ? sizeof paths / sizeof *paths : 0;
}

static bool fill_path(size_t index, tern_sweep_item *item)
{
    const tern_shape tile = item->c.kernel->tile, tiles = paths[index].tiles, more = paths[index].more;

    item->c.shape = (tern_shape){tiles.m * tile.m + more.m, tiles.k * tile.k + more.k, tiles.n * tile.n + more.n};
    return true;
}

/* Some kernels choose by the work: more than 2^26 multiply-adds. */
static size_t count_large(const tern_kernel *kernel)
{
    (void)kernel;
    return can_be_walked() ? 1 : 0;
}

static bool fill_large(size_t index, tern_sweep_item *item)
{
    (void)index;
    item->c.shape = (tern_shape){300, 1024, 256};
    return true;
}

/* Of the shapes above, those with tails in all sizes and with one token and whole tiles. */
static const size_t shapes_of_ends[] = {3, 1};

enum { SHAPES_OF_ENDS = sizeof shapes_of_ends / sizeof *shapes_of_ends };

static size_t count_ends_of_paths(const tern_kernel *kernel)
{
    return can_be_walked() ? count_ends(kernel) / SHAPES * SHAPES_OF_ENDS : 0;
}

static bool fill_end_of_path(size_t index, tern_sweep_item *item)
{
    return fill_end(index / SHAPES_OF_ENDS * SHAPES + shapes_of_ends[index % SHAPES_OF_ENDS], item);
}

const tern_sweep_segment tern_sweep_isa[] = {
    {count_paths, fill_path, 2e6}, {count_large, fill_large, 1e8}, {count_ends_of_paths, fill_end_of_path, 2e6}, {0}};
