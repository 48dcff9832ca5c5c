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

const tern_sweep_segment tern_sweep_toggles[] = {{count_ends, fill_end, 2e6}, {0}};

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
