/*
 * mutant.h - a small right kernel, and what is needed to make it wrong in one place.
 *
 * Each mutant is wrong as a real engine was, or could be. The checker must reject every one; test_mutants.c says with
 * which verdict and which words. They are a plug-in, so that the program can be shown them:
 *
 *     ternbench check suites/seed.suite --plugin mutants.so --filter seed-tmac
 */
#ifndef TERN_MUTANT_H
#define TERN_MUTANT_H

#include "kernel.h"

#include <stdbool.h>

/* Their tails: M in blocks of 32, K in groups of 16, N in blocks of 8. */
enum { MUTANT_ROWS = 32, MUTANT_GROUP = 16, MUTANT_TOKENS = 8 };

/* The right kernel: int8 weights, and the value of one element of Y. */
size_t mutant_packed_bytes(const tern_problem *problem);
size_t mutant_pack(const tern_problem *problem, const int8_t *w, void *packed);
int32_t mutant_value(const tern_call *call, size_t m, size_t n);
void mutant_run(const tern_call *call, tern_slice rows);

/* The value without the last column's product. */
int32_t mutant_value_short(const tern_call *call, size_t m, size_t n);

/*
 * Whether it is one of the calls that run together, before it writes to Y: its bytes are 0x5A then. The check makes
 * more of them the busier the machine is.
 */
static inline bool mutant_runs_together(const tern_call *call, tern_slice rows)
{
    return rows.begin < rows.end && call->y[rows.begin] == 0x5A5A5A5A;
}

/* Starts a thread that computes half of the slice, and joins it. */
void mutant_run_with_helper(const tern_call *call, tern_slice rows);

/* Starts a thread that waits for ever. */
void mutant_leave_thread(void);

static inline const int8_t *mutant_w(const tern_call *call, size_t m)
{
    return (const int8_t *)call->packed + m * call->problem->shape.k;
}

static inline const int8_t *mutant_x(const tern_call *call, size_t n)
{
    return call->x + n * call->problem->shape.k;
}

#define MUTANT_FRAME(align_of_packed, align_of_y)                                                                      \
    TERN_KERNEL_HEAD, .bits_per_weight = 8.0, .multiple = {1, 1, 1},                                                   \
                      .tile = {MUTANT_ROWS, MUTANT_GROUP, MUTANT_TOKENS}, .row_step = 1, .x_align = 1,                 \
                      .packed_align = align_of_packed, .y_align = align_of_y

#define MUTANT_BIND(symbol, prepare_function, run_function)                                                            \
    static const char *bind_##symbol(const tern_problem *problem, tern_stages *stages)                                 \
    {                                                                                                                  \
        stages->prepare = prepare_function;                                                                            \
        stages->prepare_units = problem->shape.n;                                                                      \
        stages->run = run_function;                                                                                    \
        return NULL;                                                                                                   \
    }

/* A mutant of run(). */
#define MUTANT(symbol, its_name, its_summary, run_function)                                                            \
    MUTANT_BIND(symbol, NULL, run_function)                                                                            \
    const tern_kernel mutant_##symbol = {MUTANT_FRAME(1, 4),     .name = its_name,                                     \
                                         .summary = its_summary, .packed_bytes = mutant_packed_bytes,                  \
                                         .pack = mutant_pack,    .bind = bind_##symbol}

/* A run() that computes value(call, m, n) for each element. */
#define MUTANT_RUN(symbol, value)                                                                                      \
    static void run_##symbol(const tern_call *call, tern_slice rows)                                                   \
    {                                                                                                                  \
        const tern_shape shape = call->problem->shape;                                                                 \
        for (size_t n = 0; n < shape.n; n++)                                                                           \
            for (size_t m = rows.begin; m < rows.end; m++)                                                             \
                call->y[n * shape.m + m] = value(call, m, n);                                                          \
    }

/* A mutant of one element. */
#define MUTANT_VALUE(symbol, its_name, its_summary, value)                                                             \
    MUTANT_RUN(symbol, value)                                                                                          \
    MUTANT(symbol, its_name, its_summary, run_##symbol)

/* A mutant that loses the last column of those elements for which the condition holds, of shape, m, n and call. */
#define MUTANT_LOSES(symbol, its_name, its_summary, condition)                                                         \
    static int32_t value_##symbol(const tern_call *call, size_t m, size_t n)                                           \
    {                                                                                                                  \
        const tern_shape shape = call->problem->shape;                                                                 \
        (void)shape;                                                                                                   \
        return (condition) ? mutant_value_short(call, m, n) : mutant_value(call, m, n);                                \
    }                                                                                                                  \
    MUTANT_VALUE(symbol, its_name, its_summary, value_##symbol)

/* A mutant with scratch, and a prepare() that has one unit a token. */
#define MUTANT_PREPARED(symbol, its_name, its_summary, scratch_function, prepare_function, run_function)               \
    MUTANT_BIND(symbol, prepare_function, run_function)                                                                \
    const tern_kernel mutant_##symbol = {MUTANT_FRAME(1, 4),     .name = its_name,                                     \
                                         .summary = its_summary, .packed_bytes = mutant_packed_bytes,                  \
                                         .pack = mutant_pack,    .scratch_bytes = scratch_function,                    \
                                         .bind = bind_##symbol}

/* A mutant of pack(). */
#define MUTANT_PACKED(symbol, its_name, its_summary, bytes_function, pack_function, run_function)                      \
    MUTANT_BIND(symbol, NULL, run_function)                                                                            \
    const tern_kernel mutant_##symbol = {MUTANT_FRAME(1, 4),     .name = its_name,                                     \
                                         .summary = its_summary, .packed_bytes = bytes_function,                       \
                                         .pack = pack_function,  .bind = bind_##symbol}

#endif
