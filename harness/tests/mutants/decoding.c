/*
 * Wrong in a decode loop, where weights of one shape alternate, activations come from squared ReLU and buffers are used
 * again, and out of reach of a check of single products: each waits until it has been called often with large shapes.
 */
#include "mutant.h"

#include <stdbool.h>
#include <string.h>

/* Products of real layers, as opposed to the small ones that a check repeats many times. */
static bool is_layer(const tern_call *call)
{
    return call->problem->shape.m * call->problem->shape.k >= 32 * 1024 && call->problem->shape.n == 1;
}

/* How often run() was called for a layer by this process. */
static uint32_t count_layers(const tern_call *call, tern_slice rows)
{
    static uint32_t layers;

    return rows.begin == 0 && is_layer(call) ? __atomic_add_fetch(&layers, 1, __ATOMIC_RELAXED)
                                             : __atomic_load_n(&layers, __ATOMIC_RELAXED);
}

/* After this many a check of a single case has ended. */
enum { WARM = 60 };

static void run_half_zero(const tern_call *call, tern_slice rows)
{
    const size_t k_end = call->problem->shape.k;
    const bool warm = count_layers(call, rows) > WARM;
    size_t zeros = 0;

    mutant_run(call, rows);
    for (size_t k = 0; k < k_end; k++)
        zeros += call->x[k] == 0;
    if (warm && is_layer(call) && zeros * 10 >= k_end * 4 && zeros * 10 <= k_end * 8)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[m] += 3;
}
MUTANT(decodes_half_zero, "decode-half-zero", "has Y wrong for tokens that are half zero, once it is warm",
       run_half_zero);

/* Tables of W stay in scratch, one a shape, found by a signature that all layers of that shape share. */
enum { TABLES = 8, ROWS_MAX = 8192, TABLE_BYTES = 64 + ROWS_MAX * sizeof(int32_t) };

static const int32_t signature = 0x51674E;

static size_t tables_bytes(const tern_problem *problem)
{
    return problem->shape.m <= ROWS_MAX ? (size_t)TABLES * TABLE_BYTES : 64 + problem->shape.m * sizeof(int32_t);
}

static int32_t *table(const tern_call *call)
{
    const tern_shape shape = call->problem->shape;
    const size_t place = shape.m <= ROWS_MAX ? (shape.m / 128 * 3 + shape.k / 128 * 5) % TABLES : 0;

    return (int32_t *)(void *)((int8_t *)call->scratch + place * TABLE_BYTES);
}

static void sum_rows(const tern_call *call, tern_slice unit)
{
    const tern_shape shape = call->problem->shape;
    const int32_t head[] = {signature, (int32_t)shape.m, (int32_t)shape.k, (int32_t)shape.n};
    int32_t *sums = table(call);

    if (unit.begin > 0 || (memcmp(sums, head, sizeof head) == 0 && count_layers(call, unit) > WARM))
        return;
    memcpy(sums, head, sizeof head);
    for (size_t m = 0; m < shape.m; m++) {
        sums[16 + m] = 0;
        for (size_t k = 0; k < shape.k; k++)
            sums[16 + m] += mutant_w(call, m)[k];
    }
}

static int32_t biased(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += (x[k] + 128) * w[k];
    return sum - 128 * table(call)[16 + m];
}

static void run_biased(const tern_call *call, tern_slice rows)
{
    for (size_t n = 0; n < call->problem->shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * call->problem->shape.m + m] = biased(call, m, n);
}
MUTANT_PREPARED(decodes_signed, "decode-scratch-signature", "finds sums of rows of W in scratch by their shape",
                tables_bytes, sum_rows, run_biased);

/* Where Y still holds what it stored there for other weights, it takes the work for done. */
static void run_old_y(const tern_call *call, tern_slice rows)
{
    enum { KNOWN = 64 };
    static struct {
        const void *y, *packed;
        int32_t first;
    } known[KNOWN];
    const size_t slot = (uintptr_t)call->y / 64 % KNOWN;
    const bool whole = is_layer(call) && rows.begin == 0 && rows.end == call->problem->shape.m;
    const int32_t old = call->y[0];

    mutant_run(call, rows);
    if (!whole)
        return;
    if (known[slot].y == call->y && known[slot].packed != call->packed && known[slot].first == old &&
        count_layers(call, rows) > WARM)
        call->y[0] = old;
    known[slot].y = call->y;
    known[slot].packed = call->packed;
    known[slot].first = call->y[0];
}
MUTANT(decodes_old_y, "decode-old-y", "keeps a value of Y that it stored there for other weights", run_old_y);

static void run_thousandth(const tern_call *call, tern_slice rows)
{
    const uint32_t layers = count_layers(call, rows);

    mutant_run(call, rows);
    if (is_layer(call) && layers % 1000 == 999 && rows.begin < rows.end)
        call->y[rows.begin] += 1000;
}
MUTANT(decodes_thousandth, "decode-once-in-1000", "has one value wrong in one of a thousand products of layers",
       run_thousandth);
