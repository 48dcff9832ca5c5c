/*
 * sweep_segments.h - what the sweeps are put together from.
 */
#ifndef TERN_SWEEP_SEGMENTS_H
#define TERN_SWEEP_SEGMENTS_H

#include "plan/sweep_item.h"

typedef struct tern_sweep_segment {
    size_t (*count)(const tern_kernel *kernel);        /* NULL ends a list */
    bool (*fill)(size_t index, tern_sweep_item *item); /* of the item's kernel; false: empty */
    double most_macs;                                  /* multiply-adds of one item; above, it is left out */
} tern_sweep_segment;

extern const tern_sweep_segment tern_sweep_sizes[], tern_sweep_contents[], tern_sweep_widths[], tern_sweep_toggles[],
    tern_sweep_calls[], tern_sweep_isa[], tern_sweep_deep[];

/* The place of a size in a shape: 0 is M, 1 is K, 2 is N. */
static inline size_t *tern_shape_size(tern_shape *shape, size_t dimension)
{
    return dimension == 0 ? &shape->m : dimension == 1 ? &shape->k : &shape->n;
}

#endif
