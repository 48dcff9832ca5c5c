/*
 * Kernels that are bound by one thing each, so that it is known what must be said of them: a plug-in for ci/selftest
 * bounds and cli_bounds.sh. All are exact, and hold W in rows.
 *
 *     made.memory         reads two bytes a weight and does little else
 *     made.instructions   adds by masks, one weight at a time, four rows side by side
 *     made.latency        each addition waits for the one before, and for two multiplications by 1
 */
#include "kernel.h"

enum { ROWS = 4 };

/* Hides from the compiler what a value is, and that neighbours could be computed as one vector. */
#define OPAQUE(value) __asm__ volatile("" : "+r"(value))

static size_t packed_bytes16(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.k * sizeof(int16_t);
}

static void pack_rows16(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    int16_t *to = (int16_t *)packed + rows.begin * problem->shape.k;

    for (size_t i = 0; i < (rows.end - rows.begin) * problem->shape.k; i++)
        to[i] = w[i];
}

static size_t packed_bytes8(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.k;
}

/* A byte a weight: bit 0 for +1, bit 1 for -1. */
static void pack_rows8(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    uint8_t *to = (uint8_t *)packed + rows.begin * problem->shape.k;

    for (size_t i = 0; i < (rows.end - rows.begin) * problem->shape.k; i++)
        to[i] = w[i] < 0 ? 2 : (uint8_t)w[i];
}

static size_t scratch_bytes16(const tern_problem *problem)
{
    return problem->shape.n * problem->shape.k * sizeof(int16_t);
}

/* X as int16; units are tokens. */
static void widen(const tern_call *call, tern_slice tokens)
{
    const size_t k = call->problem->shape.k;
    int16_t *to = call->scratch;

    for (size_t i = tokens.begin * k; i < tokens.end * k; i++)
        to[i] = call->x[i];
}

static void run_memory(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const int16_t *x = call->scratch;

    for (size_t m = rows.begin; m < rows.end; m++)
        for (size_t n = 0; n < shape.n; n++) {
            const int16_t *w = (const int16_t *)call->packed + m * shape.k;
            int32_t sum = 0;
            for (size_t k = 0; k < shape.k; k++)
                sum += w[k] * x[n * shape.k + k];
            call->y[n * shape.m + m] = sum;
        }
}

static void run_instructions(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const size_t k = shape.k;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m += ROWS) {
            const uint8_t *w = (const uint8_t *)call->packed + m * k;
            const int8_t *x = call->x + n * k;
            int32_t sum[ROWS] = {0};
            for (size_t c = 0; c < k; c++)
                for (size_t r = 0; r < ROWS; r++) {
                    int32_t code = w[r * k + c];
                    OPAQUE(code);
                    sum[r] += (x[c] & -(code & 1)) - (x[c] & -(code >> 1));
                }
            for (size_t r = 0; r < ROWS; r++)
                call->y[n * shape.m + m + r] = sum[r];
        }
}

static void run_latency(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    int32_t one = 1;

    OPAQUE(one);
    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            const uint8_t *w = (const uint8_t *)call->packed + m * shape.k;
            int32_t sum = 0;
            for (size_t c = 0; c < shape.k; c++) {
                const int32_t code = w[c];
                sum = sum * one;
                OPAQUE(sum);
                sum = sum * one + ((code & 1) - (code >> 1)) * call->x[n * shape.k + c];
                OPAQUE(sum);
            }
            call->y[n * shape.m + m] = sum;
        }
}

static const char *bind_memory(const tern_problem *problem, tern_stages *stages)
{
    *stages = (tern_stages){widen, problem->shape.n, run_memory};
    return NULL;
}

static const char *bind_instructions(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->run = run_instructions;
    return NULL;
}

static const char *bind_latency(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->run = run_latency;
    return NULL;
}

#define KERNEL(its_name, bits, bind_fn, rows, columns, tokens)                                                         \
    TERN_KERNEL_HEAD, .name = (its_name), .summary = "bound by one thing", .bits_per_weight = (bits),                  \
                      .multiple = {rows, columns, tokens}, .tile = {rows, columns, tokens}, .row_step = (rows),        \
                      .packed_align = 64, .x_align = 1, .y_align = 4, .bind = (bind_fn)

static const tern_kernel memory = {KERNEL("made.memory", 16.0, bind_memory, 1, 1, 1), .packed_bytes = packed_bytes16,
                                   .scratch_bytes = scratch_bytes16, .pack_rows = pack_rows16};
static const tern_kernel instructions = {KERNEL("made.instructions", 8.0, bind_instructions, ROWS, 1, 1),
                                         .packed_bytes = packed_bytes8, .pack_rows = pack_rows8};
static const tern_kernel latency = {KERNEL("made.latency", 8.0, bind_latency, 1, 1, 1), .packed_bytes = packed_bytes8,
                                    .pack_rows = pack_rows8};

TERN_PLUGIN(&memory, &instructions, &latency);
