/*
 * What a function of the contract loses, it loses again and again. So each one is called until the allocator's caches
 * are full and what is made once is made; then heap and mappings must not grow in each of two series of calls.
 */
#include "check/pass_look.h"

enum { CALLS = 64, SERIES = 3 };

static void call_bind(tern_pass_run *run)
{
    tern_product again;

    tern_product_bind(&again, run->task->c, run->product.problem.threads);
}

static void call_packed_bytes(tern_pass_run *run)
{
    run->demand.packed = run->product.kernel->packed_bytes(&run->product.problem);
}

static void call_scratch_bytes(tern_pass_run *run)
{
    run->demand.scratch = tern_product_scratch_bytes(&run->product);
}

static void call_pack(tern_pass_run *run)
{
    tern_product_pack(&run->product, (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_W)->data,
                      tern_pass_run_buffer(run, TERN_BUFFER_STAGING)->data, run->team);
}

static void call_plan(tern_pass_run *run)
{
    void *memory = tern_pass_run_buffer(run, TERN_BUFFER_PLAN)->data;

    tern_product_drop_plan(&run->product);
    tern_product_make_plan(&run->product, memory);
}

static void call_facts(tern_pass_run *run)
{
    tern_fact facts[16];

    run->product.kernel->facts(&run->product.problem, tern_pass_run_buffer(run, TERN_BUFFER_PACKED)->data, facts,
                               sizeof facts / sizeof *facts);
}

static bool always(const tern_kernel *kernel)
{
    return kernel->bind != NULL;
}

static bool has_scratch(const tern_kernel *kernel)
{
    return kernel->scratch_bytes != NULL;
}

static bool has_pack(const tern_kernel *kernel)
{
    return kernel->pack != NULL;
}

static bool has_pack_rows(const tern_kernel *kernel)
{
    return kernel->pack_rows != NULL;
}

static bool has_plan(const tern_kernel *kernel)
{
    return kernel->plan_bytes != NULL;
}

static bool has_facts(const tern_kernel *kernel)
{
    return kernel->facts != NULL;
}

static const struct {
    const char *step;
    bool (*has)(const tern_kernel *kernel);
    void (*call)(tern_pass_run *run);
} functions[] = {
    {"bind()", always, call_bind},
    {"packed_bytes()", always, call_packed_bytes},
    {"scratch_bytes()", has_scratch, call_scratch_bytes},
    {"pack()", has_pack, call_pack},
    {"pack_rows()", has_pack_rows, call_pack},
    {"make_plan() and drop_plan()", has_plan, call_plan},
    {"facts()", has_facts, call_facts},
};

static size_t least_of(size_t least, size_t before, size_t after)
{
    const size_t growth = after > before ? after - before : 0;

    return growth < least ? growth : least;
}

static bool is_steady(tern_pass_run *run, const char *step, void (*call)(tern_pass_run *run))
{
    size_t least_heap = SIZE_MAX, least_mapped = SIZE_MAX;

    for (int series = 0; series < SERIES; series++) {
        const size_t heap = tern_process_heap_bytes(), mapped = tern_process_mapped_bytes();
        for (int i = 0; i < CALLS; i++) {
            tern_pass_run_begin(run, step);
            call(run);
            if (!tern_pass_run_end(run))
                return false;
        }
        if (series > 0) {
            least_heap = least_of(least_heap, heap, tern_process_heap_bytes());
            least_mapped = least_of(least_mapped, mapped, tern_process_mapped_bytes());
        }
    }
    if (least_heap > 0)
        return tern_pass_run_fail(run, TERN_OVERRUN, "%s leaves %zu bytes more on the heap in %d calls,", step,
                                  least_heap, (int)CALLS);
    return least_mapped == 0 || tern_pass_run_fail(run, TERN_OVERRUN, "%s leaves %zu bytes more mapped in %d calls,",
                                                   step, least_mapped, (int)CALLS);
}

bool tern_pass_look_for_growth(tern_pass_run *run)
{
    if (!tern_pass_run_open(run))
        return false;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (functions[i].has(run->product.kernel) && !is_steady(run, functions[i].step, functions[i].call))
            return false;
    return true;
}
