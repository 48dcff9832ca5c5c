/*
 * A right kernel with a plan, and what can be wrong with one. The plan says where each row of packed W begins.
 */
#include "mutant.h"

static size_t plan_bytes(const tern_problem *problem)
{
    return problem->shape.m * sizeof(size_t);
}

static const char *make_plan(const tern_problem *problem, void *plan)
{
    size_t *begin = plan;

    for (size_t m = 0; m < problem->shape.m; m++)
        begin[m] = m * problem->shape.k;
    return NULL;
}

static void run_from(const tern_call *call, tern_slice rows, const size_t *begin)
{
    const tern_shape shape = call->problem->shape;

    for (size_t m = rows.begin; m < rows.end; m++) {
        tern_call row = *call;
        row.packed = (const int8_t *)call->packed + begin[m];
        for (size_t n = 0; n < shape.n; n++)
            call->y[n * shape.m + m] = mutant_value(&row, 0, n);
    }
}

static void run(const tern_call *call, tern_slice rows)
{
    run_from(call, rows, call->plan);
}

#define MUTANT_PLANNED(symbol, its_name, its_summary, make, drop, run_function)                                        \
    MUTANT_BIND(symbol, NULL, run_function)                                                                            \
    const tern_kernel mutant_##symbol = {                                                                              \
        MUTANT_FRAME(1, 4),  .name = its_name,      .summary = its_summary,   .packed_bytes = mutant_packed_bytes,     \
        .pack = mutant_pack, .bind = bind_##symbol, .plan_bytes = plan_bytes, .make_plan = make,                       \
        .drop_plan = drop}

MUTANT_PLANNED(planned, "planned", "right: knows from its plan where rows begin", make_plan, NULL, run);

static const char *make_past(const tern_problem *problem, void *plan)
{
    make_plan(problem, plan);
    ((size_t *)plan)[problem->shape.m] = 0;
    return NULL;
}
MUTANT_PLANNED(plan_past, "plan-writes-past", "makes a plan one entry longer than it said", make_past, NULL, run);

/* The first row begins at zero, which stands there if the memory is fresh from the system. */
static const char *make_but_first(const tern_problem *problem, void *plan)
{
    size_t *begin = plan;

    for (size_t m = 1; m < problem->shape.m; m++)
        begin[m] = m * problem->shape.k;
    return NULL;
}

static int32_t value_from_first(const tern_call *call, size_t m, size_t n)
{
    return (int32_t)((uint32_t)mutant_value(call, m, n) + (uint32_t) * (const size_t *)call->plan);
}
MUTANT_RUN(plan_unset, value_from_first)
MUTANT_PLANNED(plan_unset, "plan-unset", "takes the first entry of its plan for zero", make_but_first, NULL,
               run_plan_unset);

static void run_and_count(const tern_call *call, tern_slice rows)
{
    size_t *begin = (size_t *)(uintptr_t)call->plan;

    run(call, rows);
    begin[rows.begin] += 1;
}
MUTANT_PLANNED(plan_changed, "plan-changed", "counts its calls in the plan", make_plan, NULL, run_and_count);

static uint32_t latest_threads;

static const char *make_latest(const tern_problem *problem, void *plan)
{
    latest_threads = problem->threads;
    return make_plan(problem, plan);
}

/* Right as long as the plan that was made last is this call's. */
static void run_latest(const tern_call *call, tern_slice rows)
{
    if (latest_threads == call->problem->threads)
        run(call, rows);
}
MUTANT_PLANNED(plan_latest, "plan-latest", "keeps beside its plans what belongs to the latest", make_latest, NULL,
               run_latest);

/* The address of make_plan()'s problem in place of what is in it. */
static size_t address_bytes(const tern_problem *problem)
{
    (void)problem;
    return sizeof(tern_problem *);
}

static const char *keep_address(const tern_problem *problem, void *plan)
{
    *(const tern_problem **)plan = problem;
    return NULL;
}

static void run_by_address(const tern_call *call, tern_slice rows)
{
    const tern_problem *problem = *(const tern_problem *const *)call->plan;
    tern_call own = *call;

    own.problem = problem;
    if (problem->shape.m == call->problem->shape.m)
        mutant_run(&own, rows);
}
MUTANT_BIND(plan_address, NULL, run_by_address)
const tern_kernel mutant_plan_address = {MUTANT_FRAME(1, 4),
                                         .name = "plan-keeps-address",
                                         .summary = "keeps the address of the problem that its plan was made for",
                                         .packed_bytes = mutant_packed_bytes,
                                         .pack = mutant_pack,
                                         .bind = bind_plan_address,
                                         .plan_bytes = address_bytes,
                                         .make_plan = keep_address};
