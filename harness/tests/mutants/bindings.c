/*
 * State that bind() and the functions before it leave for run(): a plan is made once for a layer, kept in a static
 * variable, and used for another layer, or for this one after another was bound.
 */
#include "mutant.h"

#include <stdbool.h>

#define MUTANT_BOUND(symbol, its_name, its_summary)                                                                    \
    const tern_kernel mutant_##symbol = {MUTANT_FRAME(1, 4),     .name = its_name,                                     \
                                         .summary = its_summary, .packed_bytes = mutant_packed_bytes,                  \
                                         .pack = mutant_pack,    .bind = bind_##symbol}

static void run_short(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * shape.m + m] = mutant_value_short(call, m, n);
}

static bool equal(tern_shape a, tern_shape b)
{
    return a.m == b.m && a.k == b.k && a.n == b.n;
}

/* The first shape that is bound decides how long rows are. */
static size_t first_k;

static void run_first_k(const tern_call *call, tern_slice rows)
{
    (call->problem->shape.k > first_k ? run_short : mutant_run)(call, rows);
}

static const char *bind_first_k(const tern_problem *problem, tern_stages *stages)
{
    if (first_k == 0)
        first_k = problem->shape.k;
    stages->run = run_first_k;
    return NULL;
}
MUTANT_BOUND(first_k, "first-bind-decides-k", "has room for the K that was bound first");

/* The last shape that was bound is the one that run() takes for its own. */
static tern_shape last_shape;

static void run_last_shape(const tern_call *call, tern_slice rows)
{
    (equal(call->problem->shape, last_shape) ? mutant_run : run_short)(call, rows);
}

static const char *bind_last_shape(const tern_problem *problem, tern_stages *stages)
{
    last_shape = problem->shape;
    stages->run = run_last_shape;
    return NULL;
}
MUTANT_BOUND(last_shape, "last-bind-decides-shape", "runs by the shape that was bound last");

/* The same with the number of threads alone. */
static uint32_t last_threads;

static void run_last_threads(const tern_call *call, tern_slice rows)
{
    (call->problem->threads == last_threads ? mutant_run : run_short)(call, rows);
}

static const char *bind_last_threads(const tern_problem *problem, tern_stages *stages)
{
    last_threads = problem->threads;
    stages->run = run_last_threads;
    return NULL;
}
MUTANT_BOUND(last_threads, "last-bind-decides-threads", "runs by the thread count that was bound last");

/* A plan that was found once is used for the same N, whatever M and K are. */
static const char *bind_same_n(const tern_problem *problem, tern_stages *stages)
{
    static tern_shape planned;

    if (planned.n != problem->shape.n)
        planned = problem->shape;
    stages->run = equal(planned, problem->shape) ? mutant_run : run_short;
    return NULL;
}
MUTANT_BOUND(same_n, "plan-by-n", "uses a plan for every shape of the same N");

/* The eighth plan does not fit. */
static const char *bind_eighth_bind(const tern_problem *problem, tern_stages *stages)
{
    static unsigned plans;

    (void)problem;
    stages->run = ++plans % 8 == 0 ? run_short : mutant_run;
    return NULL;
}
MUTANT_BOUND(eighth_bind, "eighth-bind", "binds wrongly every eighth time");

/* What scratch_bytes() found is kept for run(), and may be of another problem. */
static size_t kept_k;

static size_t scratch_keeps(const tern_problem *problem)
{
    kept_k = problem->shape.k;
    return 64;
}

static void run_kept_k(const tern_call *call, tern_slice rows)
{
    (call->problem->shape.k == kept_k ? mutant_run : run_short)(call, rows);
}
MUTANT_PREPARED(kept_k, "scratch-bytes-keeps-k", "keeps K in scratch_bytes() for run()", scratch_keeps, NULL,
                run_kept_k);

/* pack() keeps the shape for run(), so that the last W that was packed is the only one that can be used. */
static tern_shape packed_shape;

static size_t pack_keeps(const tern_problem *problem, const int8_t *w, void *packed)
{
    packed_shape = problem->shape;
    return mutant_pack(problem, w, packed);
}

static void run_packed_shape(const tern_call *call, tern_slice rows)
{
    (equal(call->problem->shape, packed_shape) ? mutant_run : run_short)(call, rows);
}
MUTANT_PACKED(packed_shape, "last-pack-decides-shape", "runs by the shape that was packed last", mutant_packed_bytes,
              pack_keeps, run_packed_shape);

/* pack() keeps a figure of W for run(): whether it holds a zero. */
static bool dense;

static size_t pack_looks(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_packed_bytes(problem);

    dense = true;
    for (size_t i = 0; i < bytes; i++)
        dense = dense && w[i] != 0;
    return mutant_pack(problem, w, packed);
}

static int32_t by_density(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += dense ? (w[k] < 0 ? -x[k] : x[k]) : w[k] * x[k];
    return sum;
}

static void run_by_density(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * shape.m + m] = by_density(call, m, n);
}
MUTANT_PACKED(kept_density, "density-outside-w", "keeps in a static variable that W has no zero", mutant_packed_bytes,
              pack_looks, run_by_density);

static const char *bind_no_run(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    (void)stages;
    return NULL;
}
MUTANT_BOUND(no_run, "bind-leaves-run-null", "takes every problem and sets no stage");

/* One problem in three is too many. */
static const char *bind_every_third(const tern_problem *problem, tern_stages *stages)
{
    static unsigned binds;

    (void)problem;
    stages->run = mutant_run;
    return ++binds % 3 == 0 ? "this is the third problem" : NULL;
}
MUTANT_BOUND(every_third, "bind-refuses-every-third", "refuses every third problem, whatever it is");
