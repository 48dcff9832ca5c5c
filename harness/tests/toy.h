/*
 * toy.h - a kernel that keeps the contract on paper and refuses to run: for tests of what is known about kernels.
 */
#ifndef TERN_TOY_H
#define TERN_TOY_H

#include "kernel.h"

static inline size_t toy_packed_bytes(const tern_problem *problem)
{
    return problem->shape.m;
}

static inline size_t toy_pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    (void)w;
    (void)packed;
    return problem->shape.m;
}

static inline const char *toy_bind(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    (void)stages;
    return "never";
}

static inline tern_kernel toy_kernel(const char *name, const tern_toggle *toggles)
{
    return (tern_kernel){
        TERN_KERNEL_HEAD,      .name = name,      .summary = "a toy", .bits_per_weight = 8.0,
        .multiple = {1, 1, 1}, .tile = {1, 1, 1}, .row_step = 1,      .packed_align = 1,
        .x_align = 1,          .y_align = 4,      .toggles = toggles, .packed_bytes = toy_packed_bytes,
        .pack = toy_pack,      .bind = toy_bind,
    };
}

#endif
