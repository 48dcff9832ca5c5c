/*
 * Calls may run at the same time. So two threads call, each with a Y and scratch of its own and another X; packed W and
 * the plan are the same. What a kernel keeps elsewhere, in a static array for instance, is then that of either call.
 */
#include "base/aligned.h"
#include "base/clock.h"
#include "check/change.h"
#include "check/pass_look.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CALLERS = 2, LEAST_CALLS = 8 };

/* Each goes on until it has seen the other go on so many times, where two CPUs are not to be had: in turns. */
enum { LEAST_TURNS = 3 };
static const double LEAST_NS = 1e6, MOST_NS = 1e8;

typedef struct caller {
    const tern_product *product;
    tern_call call;
    const int32_t *expected;
    size_t values;
    atomic_uint calls;
    bool wrong;
} caller;

static void call_once(caller *own)
{
    const tern_stages *stages = &own->product->stages;

    memset(own->call.y, 0x5A, own->values * sizeof *own->call.y);
    if (stages->prepare != NULL)
        stages->prepare(&own->call, tern_slice_of(stages->prepare_units, 0, 1));
    stages->run(&own->call, tern_product_rows(own->product, 0, 1));
    own->wrong = memcmp(own->call.y, own->expected, own->values * sizeof *own->expected) != 0;
    atomic_fetch_add(&own->calls, 1);
}

static void call_often(void *argument, uint32_t thread, uint32_t threads)
{
    caller *all = argument, *own = &all[thread], *other = &all[(thread + 1) % threads];
    const double start_ns = tern_clock_ns();
    unsigned turns = 0, seen = 0;
    bool enough = false;

    while (!enough && !own->wrong && !other->wrong) {
        call_once(own);
        const unsigned now = atomic_load(&other->calls);
        const double spent_ns = tern_clock_ns() - start_ns;
        turns += now != seen;
        seen = now;
        enough = spent_ns > MOST_NS ||
                 (spent_ns > LEAST_NS && turns >= LEAST_TURNS && atomic_load(&own->calls) >= LEAST_CALLS);
    }
}

/* After as many calls again as both have made: then another one at the same time is not needed for it. */
static bool is_wrong_alone(caller *own, unsigned others)
{
    const unsigned calls = atomic_load(&own->calls) + others;

    own->wrong = false;
    for (unsigned i = 0; i < calls && !own->wrong; i++)
        call_once(own);
    return own->wrong;
}

/* What the second caller has beside packed W and the plan. */
typedef struct second {
    int8_t *x;
    int32_t *y, *expected;
    void *scratch;
} second;

static bool make(tern_pass_run *run, second *s)
{
    const tern_guard *x = tern_pass_run_buffer(run, TERN_BUFFER_X);
    const tern_kernel *kernel = run->product.kernel;

    *s = (second){
        .x = tern_aligned_new(x->bytes, kernel->x_align),
        .y = tern_aligned_new(run->values * sizeof *s->y, kernel->y_align),
        .expected = malloc(run->values * sizeof *s->expected),
        .scratch = tern_aligned_new(run->demand.scratch, TERN_CACHE_LINE),
    };
    if (s->x == NULL || s->y == NULL || s->expected == NULL || s->scratch == NULL)
        return tern_pass_run_fail_machine(run, "out of memory for a second call");
    tern_change_fill_x(TERN_CHANGE_X, (const int8_t *)x->data, x->bytes, s->x);
    for (size_t i = 0; i < run->values; i++)
        s->expected[i] = tern_change_value(TERN_CHANGE_X, run->expected[i], run->row_sum[i % run->task->c->shape.m]);
    return true;
}

static bool call_together(tern_pass_run *run, const second *s)
{
    const tern_call first = tern_pass_run_call_of(run);
    caller callers[CALLERS] = {
        {.product = &run->product, .call = first, .expected = run->expected, .values = run->values},
        {.product = &run->product, .call = first, .expected = s->expected, .values = run->values},
    };
    tern_team *team;
    tern_error error;

    callers[1].call.x = s->x;
    callers[1].call.y = s->y;
    callers[1].call.scratch = run->demand.scratch == 0 ? NULL : s->scratch;
    if (tern_team_new(&team, CALLERS, &error) != TERN_OK)
        return tern_pass_run_fail_machine(run, error.text);
    tern_pass_run_begin(run, "prepare() or run()");
    tern_team_run(team, call_often, callers);
    const bool whole = tern_pass_run_end(run);
    tern_team_free(team);
    if (!whole || (!callers[0].wrong && !callers[1].wrong))
        return whole;
    if (is_wrong_alone(&callers[0], atomic_load(&callers[1].calls)))
        return tern_pass_run_fail(run, TERN_NONDETERMINISTIC, "Y is wrong at some calls and not at others,");
    return tern_pass_run_fail(run, TERN_NONDETERMINISTIC,
                              "Y is wrong, as something is kept that belongs to no call, a static array perhaps,");
}

bool tern_pass_look_together(tern_pass_run *run)
{
    second s = {0};
    const bool right = tern_pass_run_once(run) && make(run, &s) && call_together(run, &s);

    free(s.x);
    free(s.y);
    free(s.expected);
    free(s.scratch);
    return right;
}
