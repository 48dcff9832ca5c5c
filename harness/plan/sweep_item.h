/*
 * sweep_item.h - one of the small cases of a sweep.
 */
#ifndef TERN_SWEEP_ITEM_H
#define TERN_SWEEP_ITEM_H

#include "plan/case.h"

typedef struct tern_sweep_item {
    tern_case c;    /* check-only, with an id of its own */
    uint32_t calls; /* how often it is to be called */
} tern_sweep_item;

#endif
