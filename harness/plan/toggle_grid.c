#include "plan/toggle_grid.h"

#include <stdbool.h>

typedef struct grid {
    const tern_toggle *toggle;
    int32_t own, *value;
    size_t count;
} grid;

static void add(grid *g, int64_t value)
{
    bool known = value == g->own || value < g->toggle->low || value > g->toggle->high;

    for (size_t i = 0; i < g->count; i++)
        known |= g->value[i] == value;
    if (!known && g->count < TERN_TOGGLE_GRID)
        g->value[g->count++] = (int32_t)value;
}

size_t tern_toggle_grid(const tern_toggle *toggle, int32_t own, int32_t value[TERN_TOGGLE_GRID])
{
    grid g = {toggle, own, value, 0};

    if ((int64_t)toggle->high - toggle->low <= TERN_TOGGLE_GRID) {
        for (int64_t v = toggle->low; v <= toggle->high; v++)
            add(&g, v);
        return g.count;
    }
    if (toggle->low == 0)
        add(&g, 0);
    add(&g, own / 4);
    add(&g, own / 2);
    add(&g, 2 * (int64_t)own);
    add(&g, 4 * (int64_t)own);
    return g.count;
}
