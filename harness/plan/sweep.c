/*
 * A sweep is a list of segments, and a segment a function from an index to a case. Most of them are a few lines of
 * arithmetic on the index; what cannot be computed stands in a table.
 */
#include "plan/sweep.h"

#include "base/round.h"
#include "plan/sweep_segments.h"

static const tern_sweep_segment *const sweeps[TERN_SWEEPS] = {
    [TERN_SWEEP_SIZES] = tern_sweep_sizes,   [TERN_SWEEP_CONTENTS] = tern_sweep_contents,
    [TERN_SWEEP_WIDTHS] = tern_sweep_widths, [TERN_SWEEP_TOGGLES] = tern_sweep_toggles,
    [TERN_SWEEP_CALLS] = tern_sweep_calls,   [TERN_SWEEP_ISA] = tern_sweep_isa,
    [TERN_SWEEP_DEEP] = tern_sweep_deep,
};

size_t tern_sweep_count(const tern_case *of)
{
    size_t count = 0;

    for (const tern_sweep_segment *s = sweeps[of->data.sweep]; s->count != NULL; s++)
        count += s->count(of->kernel);
    return count;
}

bool tern_sweep_at(const tern_case *of, size_t index, tern_sweep_item *item)
{
    const tern_sweep_segment *s = sweeps[of->data.sweep];
    const tern_shape multiple = of->kernel->multiple;

    for (size_t count; index >= (count = s->count(of->kernel)); s++)
        index -= count;
    *item = (tern_sweep_item){.c = *of, .calls = 1};
    item->c.data = (tern_data){.w = TERN_W_RANDOM, .x = TERN_X_RANDOM, .p0 = 0.42, .seed = 1};
    if (!s->fill(index, item))
        return false;
    tern_shape *shape = &item->c.shape;
    shape->m = tern_round_up(shape->m, multiple.m);
    shape->k = tern_round_up(shape->k, multiple.k);
    shape->n = tern_round_up(shape->n, multiple.n);
    return shape->k <= TERN_MAX_K && tern_shape_macs(*shape) <= s->most_macs;
}

double tern_sweep_macs(const tern_case *of)
{
    tern_sweep_item item;
    double macs = 0.0;

    if (of->data.sweep == TERN_SWEEP_NONE)
        return tern_shape_macs(of->shape);
    const size_t places = tern_sweep_count(of);
    for (size_t i = 0; i < places; i++)
        if (tern_sweep_at(of, i, &item))
            macs += (double)item.calls * tern_shape_macs(item.c.shape);
    return macs;
}

tern_case tern_sweep_case(const tern_case *c, tern_sweep sweep)
{
    tern_case of = *c;

    of.shape = (tern_shape){tern_round_up(64, c->kernel->multiple.m), tern_round_up(64, c->kernel->multiple.k),
                            tern_round_up(64, c->kernel->multiple.n)};
    of.data = (tern_data){.w = TERN_W_RANDOM, .x = TERN_X_RANDOM, .p0 = 0.42, .seed = 1, .sweep = sweep};
    of.threads = 0;
    of.cache = TERN_CHECK_ONLY;
    return of;
}
