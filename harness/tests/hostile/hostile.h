/*
 * hostile.h - a right kernel and a table of two, for plug-ins that are wrong in one line (cli/cli_hostile_plugins.sh).
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "kernel.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void crash(void)
{
    volatile int *volatile nowhere = NULL;

    *nowhere = 1;
}

static inline size_t packed_bytes(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.k;
}

static inline size_t pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    memcpy(packed, w, packed_bytes(problem));
    return packed_bytes(problem);
}

static inline void run(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            const int8_t *w = (const int8_t *)call->packed + m * shape.k, *x = call->x + n * shape.k;
            int32_t sum = 0;
            for (size_t k = 0; k < shape.k; k++)
                sum += w[k] * x[k];
            call->y[n * shape.m + m] = sum;
        }
}

static inline const char *bind(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->run = run;
    return NULL;
}

#define RIGHT_FIELDS                                                                                                   \
    TERN_KERNEL_HEAD, .summary = "right", .bits_per_weight = 8.0, .multiple = {1, 1, 1}, .tile = {32, 16, 8},          \
                      .row_step = 1, .packed_align = 1, .x_align = 1, .y_align = 4, .packed_bytes = packed_bytes,      \
                      .pack = pack, .bind = bind

/* The kernel `hostile` with some fields of its own, and `bystander`, which is right and must not suffer. */
#define HOSTILE(...)                                                                                                   \
    static const tern_kernel bystander = {RIGHT_FIELDS, .name = "bystander"};                                          \
    static const tern_kernel hostile = {RIGHT_FIELDS, .name = "hostile", __VA_ARGS__};                                 \
    TERN_PLUGIN(&hostile, &bystander)

/* A right plug-in that does something as it is loaded. */
#define HOSTILE_LOAD(...)                                                                                              \
    __attribute__((constructor)) static void load(void)                                                                \
    {                                                                                                                  \
        __VA_ARGS__;                                                                                                   \
    }                                                                                                                  \
    HOSTILE(.isa = 0)

#endif
