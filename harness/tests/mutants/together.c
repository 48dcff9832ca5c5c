/*
 * Right as long as one call is made at a time: what belongs to a call lies where all calls find it.
 */
#include "mutant.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

enum { MOST_VALUES = 1 << 16 };

/* X as it is read by run(), which may be called with any X at any time. */
static void run_static_x(const tern_call *call, tern_slice rows)
{
    static int8_t x[MOST_VALUES];
    const size_t values = call->problem->shape.n * call->problem->shape.k;
    tern_call own = *call;

    if (values <= MOST_VALUES) {
        memcpy(x, call->x, values);
        own.x = x;
    }
    mutant_run(&own, rows);
}
MUTANT(static_x, "static-copy-of-x", "copies X to a static array first", run_static_x);

/* Sums of X, made by prepare() where every problem's are made. */
static int32_t first_values[MOST_VALUES];

static void prepare_static(const tern_call *call, tern_slice tokens)
{
    for (size_t n = tokens.begin; n < tokens.end && n < MOST_VALUES; n++)
        first_values[n] = mutant_x(call, n)[0];
}

static int32_t value_prepared(const tern_call *call, size_t m, size_t n)
{
    const int32_t value = mutant_value(call, m, n);

    return n < MOST_VALUES ? value + mutant_w(call, m)[0] * (first_values[n] - mutant_x(call, n)[0]) : value;
}
MUTANT_RUN(static_table, value_prepared)
MUTANT_PREPARED(static_table, "static-table", "prepares a table that is not in scratch", NULL, prepare_static,
                run_static_table);

/* A table that the first call makes, whoever makes it; it is said to be there before it is. */
static int32_t value_by_table(const tern_call *call, size_t m, size_t n)
{
    static int32_t product[256][3];
    static atomic_bool made;
    const int8_t *w = mutant_w(call, m);
    const uint8_t *x = (const uint8_t *)mutant_x(call, n);
    int32_t sum = 0;

    if (!atomic_exchange(&made, true))
        for (int value = 255; value >= 0; value--) {
            for (int trit = -1; trit <= 1; trit++)
                product[value][trit + 1] = (int8_t)value * trit;
            sched_yield();
        }
    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += product[x[k]][w[k] + 1];
    return sum;
}
MUTANT_VALUE(lazy_table, "lazy-table", "uses a table while the first call still makes it", value_by_table);

/* Made for one shape at a time, and used by whoever comes. */
static int32_t value_by_shape(const tern_call *call, size_t m, size_t n)
{
    static atomic_size_t of_k;
    const size_t k = call->problem->shape.k;

    if (atomic_load(&of_k) != k)
        atomic_store(&of_k, k);
    const int32_t value = mutant_value(call, m, n);
    return atomic_load(&of_k) == k ? value : value + 1;
}
MUTANT_VALUE(table_of_shape, "table-of-one-shape", "has a static table for the shape that came last", value_by_shape);

/* What a thread prepares is there for the same thread, and each prepares a share, so that none goes without. */
static _Thread_local int32_t prepared_sum;

static int32_t sum_of_x(const tern_call *call)
{
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += mutant_x(call, 0)[k];
    return sum;
}

static void prepare_sum(const tern_call *call, tern_slice units)
{
    (void)units;
    prepared_sum = sum_of_x(call);
}

static void run_prepared_sum(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    if (rows.begin < rows.end)
        call->y[rows.begin] += prepared_sum - sum_of_x(call);
}

static const char *bind_thread_sum(const tern_problem *problem, tern_stages *stages)
{
    stages->prepare = prepare_sum;
    stages->prepare_units = problem->threads;
    stages->run = run_prepared_sum;
    return NULL;
}
const tern_kernel mutant_thread_sum = {MUTANT_FRAME(1, 4),
                                       .name = "sum-of-a-thread",
                                       .summary = "prepares a sum for the thread that prepares it",
                                       .packed_bytes = mutant_packed_bytes,
                                       .pack = mutant_pack,
                                       .bind = bind_thread_sum};
