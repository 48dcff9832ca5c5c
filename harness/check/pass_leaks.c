/*
 * What a function of the contract loses, it loses again and again. So each one is called until the allocator's caches
 * are full and what is made once is made; then heap and mappings must not grow in each of two series of calls.
 * A slow function is called less often: a call that loses anything shows in a short series, too.
 */
#include "base/clock.h"
#include "check/leak.h"
#include "check/pass_look.h"

#include <math.h>

enum { LEAST_CALLS = 4, MOST_CALLS = 64, SERIES = 3 };

static const double SERIES_NS = 1e8; /* after this the first series ends, if it has its least calls */

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
    {"make_plan() with drop_plan()", has_plan, call_plan},
    {"facts()", has_facts, call_facts},
};

/* Calls until the series is full; 0: one failed. */
static int call_often(tern_pass_run *run, const char *step, void (*call)(tern_pass_run *run), int most, double ns)
{
    const double begin = tern_clock_ns();
    int calls = 0;

    while (calls < most && (calls < LEAST_CALLS || tern_clock_ns() - begin < ns)) {
        tern_pass_run_begin(run, step);
        call(run);
        if (!tern_pass_run_end(run))
            return 0;
        calls++;
    }
    return calls;
}

static bool is_steady(tern_pass_run *run, const char *step, void (*call)(tern_pass_run *run))
{
    tern_leak leak = {0};
    char added[64];
    const int calls = call_often(run, step, call, MOST_CALLS, SERIES_NS);

    if (calls == 0)
        return false;
    tern_leak_look(&leak);
    for (int series = 1; series < SERIES; series++) {
        if (call_often(run, step, call, calls, INFINITY) == 0)
            return false;
        tern_leak_look(&leak);
    }
    return tern_leak_text(&leak, added, sizeof added) == NULL ||
           tern_pass_run_fail(run, TERN_OVERRUN, "%s leaves %s in %d calls,", step, added, calls);
}

bool tern_pass_look_for_leaks(tern_pass_run *run)
{
    if (!tern_pass_run_open(run))
        return false;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (functions[i].has(run->product.kernel) && !is_steady(run, functions[i].step, functions[i].call))
            return false;
    return true;
}
