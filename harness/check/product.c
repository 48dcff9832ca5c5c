#include "check/product.h"

#include "base/round.h"

#include <stdlib.h>
#include <string.h>

const char *tern_product_bind(tern_product *product, const tern_case *c, uint32_t threads)
{
    const tern_kernel *kernel = c->kernel;
    const tern_shape shape = c->shape;

    memset(product, 0, sizeof *product);
    product->kernel = kernel;
    memcpy(product->toggle, c->toggle, sizeof product->toggle);
    product->problem = (tern_problem){.shape = shape, .threads = threads, .toggle = product->toggle};
    if (shape.k > TERN_MAX_K)
        return "K is above 16777215, where int32 sums may overflow";
    if (shape.m % kernel->multiple.m != 0)
        return "M is not a multiple of what the kernel needs";
    if (shape.k % kernel->multiple.k != 0)
        return "K is not a multiple of what the kernel needs";
    if (shape.n % kernel->multiple.n != 0)
        return "N is not a multiple of what the kernel needs";
    const char *refusal = kernel->bind(&product->problem, &product->stages);
    return refusal != NULL && refusal[0] == '\0' ? "the kernel refuses it, and does not say why" : refusal;
}

size_t tern_product_plan_bytes(const tern_product *product)
{
    return product->kernel->plan_bytes == NULL ? 0 : product->kernel->plan_bytes(&product->problem);
}

const char *tern_product_make_plan(tern_product *product, void *memory)
{
    if (product->kernel->plan_bytes == NULL)
        return NULL;
    /* Calls come with an equal problem, not with this one: a plan that points to it would be found out. */
    int32_t toggle[TERN_MAX_TOGGLES];
    tern_problem passing = product->problem;
    memcpy(toggle, product->toggle, sizeof toggle);
    passing.toggle = toggle;
    const char *lacking = product->kernel->make_plan(&passing, memory);
    explicit_bzero(&passing, sizeof passing);
    explicit_bzero(toggle, sizeof toggle);
    product->plan = lacking == NULL ? memory : NULL;
    /* cppcheck-suppress returnDanglingLifetime ; kernel.h: a constant sentence, no part of the problem */
    return lacking;
}

void tern_product_drop_plan(tern_product *product)
{
    if (product->plan != NULL && product->kernel->drop_plan != NULL)
        product->kernel->drop_plan(product->plan);
    product->plan = NULL;
}

size_t tern_product_scratch_bytes(const tern_product *product)
{
    return product->kernel->scratch_bytes == NULL ? 0 : product->kernel->scratch_bytes(&product->problem);
}

tern_slice tern_product_rows(const tern_product *product, uint32_t thread, uint32_t threads)
{
    const size_t rows = product->problem.shape.m;
    const size_t step = product->kernel->row_step;
    tern_slice slice = tern_slice_of(tern_divide_up(rows, step), thread, threads);

    slice.begin *= step;
    slice.end = slice.end * step < rows ? slice.end * step : rows;
    return slice;
}

typedef struct shared_packing {
    const tern_product *product;
    const int8_t *w;
    void *packed;
} shared_packing;

static void pack_share(void *argument, uint32_t thread, uint32_t threads)
{
    const shared_packing *shared = argument;
    const tern_problem *problem = &shared->product->problem;
    const tern_slice rows = tern_product_rows(shared->product, thread, threads);

    if (rows.begin < rows.end)
        shared->product->kernel->pack_rows(problem, shared->w + rows.begin * problem->shape.k, rows, shared->packed);
}

size_t tern_product_pack(const tern_product *product, const int8_t *w, void *packed, tern_team *team)
{
    shared_packing shared = {.product = product, .w = w, .packed = packed};

    if (product->kernel->pack != NULL)
        return product->kernel->pack(&product->problem, w, packed);
    tern_team_run(team, pack_share, &shared);
    return product->kernel->packed_bytes(&product->problem);
}

typedef struct shared_call {
    const tern_product *product;
    const tern_call *call;
    tern_team *team;
    tern_busy *busy; /* NULL: not wanted */
} shared_call;

static void run_stage(const shared_call *shared, tern_stage which, tern_stage_fn *stage, tern_slice slice,
                      uint32_t thread)
{
    if (slice.begin >= slice.end)
        return;
    const uint64_t start = shared->busy == NULL ? 0 : shared->busy->clock();
    stage(shared->call, slice);
    if (shared->busy != NULL)
        shared->busy->thread[thread].ticks[which] += shared->busy->clock() - start;
}

static void call_in_thread(void *argument, uint32_t thread, uint32_t threads)
{
    const shared_call *shared = argument;
    const tern_stages *stages = &shared->product->stages;

    if (stages->prepare != NULL) {
        run_stage(shared, TERN_STAGE_PREPARE, stages->prepare, tern_slice_of(stages->prepare_units, thread, threads),
                  thread);
        if (threads > 1)
            tern_team_barrier(shared->team);
    }
    run_stage(shared, TERN_STAGE_RUN, stages->run, tern_product_rows(shared->product, thread, threads), thread);
}

void tern_product_call_busy(const tern_product *product, const tern_call *call, tern_team *team, tern_busy *busy)
{
    shared_call shared = {.product = product, .call = call, .team = team, .busy = busy};

    if (tern_kernel_owns_team(product->kernel))
        call_in_thread(&shared, 0, 1);
    else
        tern_team_run(team, call_in_thread, &shared);
}

void tern_product_call(const tern_product *product, const tern_call *call, tern_team *team)
{
    tern_product_call_busy(product, call, team, NULL);
}
