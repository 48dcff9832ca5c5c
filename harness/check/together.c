#include "check/together.h"

#include "base/clock.h"
#include "base/sanitized.h"

#include <string.h>

/*
 * So many calls, or those of so long, are enough; a slow kernel is called a few times all the same. A sanitizer for
 * threads needs no collision to tell that there could be one.
 */
enum { ENOUGH_CALLS = TERN_SANITIZED ? 8 : 200, LEAST_CALLS = TERN_SANITIZED ? 2 : 8 };
static const double enough_ns = 1e6;

/*
 * Each goes on until the other has ended a call in the midst of so many of its own: only then have two overlapped. They
 * do so at once where each has a CPU; elsewhere when a time slice ends in the midst of a call.
 */
enum { LEAST_OVERLAPS = TERN_SANITIZED ? 1 : 3 };
static const double most_ns = TERN_SANITIZED ? 5e6 : 5e7;

void tern_call_alone(const tern_product *product, const tern_call *call)
{
    const tern_stages *stages = &product->stages;
    const uint32_t threads = tern_kernel_owns_team(product->kernel) ? 1 : product->problem.threads;

    for (uint32_t t = 0; t < threads && stages->prepare != NULL; t++)
        stages->prepare(call, tern_slice_of(stages->prepare_units, t, threads));
    for (uint32_t t = 0; t < threads; t++)
        stages->run(call, tern_product_rows(product, t, threads));
}

static void call_once(tern_caller *own)
{
    const tern_shape shape = own->product->problem.shape;
    const size_t bytes = shape.m * shape.n * sizeof *own->expected;

    memset(own->call.y, 0x5A, bytes);
    tern_call_alone(own->product, &own->call);
    own->wrong = own->expected != NULL && memcmp(own->call.y, own->expected, bytes) != 0;
    atomic_fetch_add(&own->calls, 1);
}

static void call_often(void *argument, uint32_t thread, uint32_t threads)
{
    tern_caller *all = argument, *own = &all[thread], *other = &all[TERN_CALLERS - 1 - thread];
    const double start_ns = tern_clock_ns();
    unsigned overlaps = 0;
    bool enough = false;

    (void)threads;
    while (!enough && !own->wrong && !other->wrong) {
        const unsigned seen = atomic_load(&other->calls);
        call_once(own);
        overlaps += atomic_load(&other->calls) != seen;
        const unsigned calls = atomic_load(&own->calls);
        const double now_ns = tern_clock_ns();
        const bool often = calls >= ENOUGH_CALLS || (calls >= LEAST_CALLS && now_ns > start_ns + enough_ns);
        enough = now_ns > start_ns + most_ns || (often && (overlaps >= LEAST_OVERLAPS || other->done));
    }
    atomic_store(&own->done, true);
}

tern_status tern_call_together(tern_caller callers[TERN_CALLERS], tern_error *error)
{
    tern_team *team;
    const tern_status status = tern_team_new(&team, TERN_CALLERS, error);

    if (status == TERN_OK)
        tern_team_run(team, call_often, callers);
    tern_team_free(team);
    return status;
}

bool tern_caller_is_wrong_alone(tern_caller callers[TERN_CALLERS])
{
    const unsigned calls = atomic_load(&callers[0].calls) + atomic_load(&callers[1].calls);

    callers[0].wrong = false;
    for (unsigned i = 0; i < calls && !callers[0].wrong; i++)
        call_once(&callers[0]);
    return callers[0].wrong;
}
