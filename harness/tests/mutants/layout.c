/*
 * Right sums of wrong elements: orders, strides, tails, and slots that are used twice.
 */
#include "mutant.h"

#include <string.h>

/* The value as it is when only columns before end count. */
static int32_t value_until(const tern_call *call, size_t m, size_t n, size_t end)
{
    int32_t sum = 0;

    for (size_t k = 0; k < end; k++)
        sum += mutant_x(call, n)[k] * mutant_w(call, m)[k];
    return sum;
}

static void mn_output(const tern_call *call, tern_slice rows)
{
    for (size_t n = 0; n < call->problem->shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[m * call->problem->shape.n + n] = mutant_value(call, m, n);
}
MUTANT(mn_output, "mn-output", "writes Y as [M][N]", mn_output);

static int32_t shared_activation(const tern_call *call, size_t m, size_t n)
{
    return mutant_value(call, m, n - n % 4);
}
MUTANT_VALUE(shared_activation, "shared-activation", "uses one token's activations for four", shared_activation);

static int32_t only_first_token(const tern_call *call, size_t m, size_t n)
{
    return n == 0 ? mutant_value(call, m, n) : value_until(call, m, n, call->problem->shape.k - 1);
}
MUTANT_VALUE(only_first_token, "only-first-token", "loses the last column of every token but the first",
             only_first_token);

static int32_t stride_from_row_8(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = m < 8 ? mutant_w(call, m) : mutant_w(call, m) - 1, *x = mutant_x(call, n);
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += x[k] * w[k];
    return sum;
}
MUTANT_VALUE(stride_from_row_8, "stride-from-row-8", "starts rows from the 8th on one weight early", stride_from_row_8);

static int32_t negated_row(const tern_call *call, size_t m, size_t n)
{
    return m % 8 == 3 ? -mutant_value(call, m, n) : mutant_value(call, m, n);
}
MUTANT_VALUE(negated_lane, "negated-lane", "has one of eight lanes with the sign flipped", negated_row);

static int32_t no_k_tail(const tern_call *call, size_t m, size_t n)
{
    const size_t k = call->problem->shape.k;

    return value_until(call, m, n, k - k % MUTANT_GROUP);
}
MUTANT_VALUE(no_k_tail, "no-k-tail", "leaves out the last K % 16 columns", no_k_tail);

static int32_t odd_k(const tern_call *call, size_t m, size_t n)
{
    const size_t k = call->problem->shape.k;

    return value_until(call, m, n, k - k % 2);
}
MUTANT_VALUE(odd_k, "odd-k", "loses the last column when K is odd", odd_k);

static int32_t overlapping_tail(const tern_call *call, size_t m, size_t n)
{
    const size_t k = call->problem->shape.k;
    int32_t sum = mutant_value(call, m, n);

    /* The last group is moved back to end with K, and what it then shares with the one before counts twice. */
    if (k > MUTANT_GROUP && k % MUTANT_GROUP != 0)
        sum += value_until(call, m, n, k - k % MUTANT_GROUP) - value_until(call, m, n, k - MUTANT_GROUP);
    return sum;
}
MUTANT_VALUE(overlapping_tail, "overlapping-tail", "counts columns twice where the last group overlaps",
             overlapping_tail);

static void no_m_tail(const tern_call *call, tern_slice rows)
{
    const size_t whole = call->problem->shape.m - call->problem->shape.m % MUTANT_ROWS;

    if (rows.end > whole)
        rows.end = whole;
    mutant_run(call, rows);
}
MUTANT(no_m_tail, "no-m-tail", "leaves out the last M % 32 rows", no_m_tail);

static void no_n_tail(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n - shape.n % MUTANT_TOKENS; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * shape.m + m] = mutant_value(call, m, n);
}
MUTANT(no_n_tail, "no-n-tail", "leaves out the last N % 8 tokens", no_n_tail);

/* A ring of four token slots in scratch. */
enum { SLOTS = 4 };

static size_t ring_bytes(const tern_problem *problem)
{
    return SLOTS * problem->shape.k;
}

static void run_from(const tern_call *call, tern_slice rows, size_t slots)
{
    const tern_shape shape = call->problem->shape;
    tern_call copy = *call;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            copy.x = (const int8_t *)call->scratch + n % slots * shape.k;
            call->y[n * shape.m + m] = mutant_value(&copy, m, 0);
        }
}

static void fill_unbounded(const tern_call *call, tern_slice tokens)
{
    const size_t k = call->problem->shape.k;

    for (size_t n = tokens.begin; n < tokens.end; n++)
        memcpy((int8_t *)call->scratch + n * k, mutant_x(call, n), k);
}

static void run_unbounded(const tern_call *call, tern_slice rows)
{
    run_from(call, rows, call->problem->shape.n);
}
MUTANT_PREPARED(ring_unbounded, "ring-unbounded", "fills a ring of four tokens without wrapping", ring_bytes,
                fill_unbounded, run_unbounded);

static void fill_wrapped(const tern_call *call, tern_slice tokens)
{
    const size_t k = call->problem->shape.k;

    for (size_t n = tokens.begin; n < tokens.end; n++)
        memcpy((int8_t *)call->scratch + n % SLOTS * k, mutant_x(call, n), k);
}

static void run_wrapped(const tern_call *call, tern_slice rows)
{
    run_from(call, rows, SLOTS);
}
MUTANT_PREPARED(ring_reused, "ring-reused", "wraps a ring whose first tokens are still needed", ring_bytes,
                fill_wrapped, run_wrapped);
