#include "machine/clock_drift.h"

#include "base/clock.h"
#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

tern_status tern_clock_drift_new(tern_clock_drift *clock_drift, uint32_t threads, tern_error *error)
{
    *clock_drift = (tern_clock_drift){calloc(threads, sizeof(double)), calloc(threads, sizeof(double))};
    return clock_drift->last_ns != NULL && clock_drift->drift != NULL
               ? TERN_OK
               : tern_error_memory(error, "the clocks of threads", 2.0 * threads * sizeof(double));
}

void tern_clock_drift_free(tern_clock_drift *clock_drift)
{
    free(clock_drift->last_ns);
    free(clock_drift->drift);
}

static void ask(void *argument, uint32_t thread, uint32_t threads)
{
    tern_clock_drift *clock_drift = argument;
    const double before_ns = clock_drift->last_ns[thread], now_ns = tern_clock_chain_ns();

    (void)threads;
    clock_drift->last_ns[thread] = now_ns;
    clock_drift->drift[thread] = before_ns > 0.0 ? fabs(now_ns / before_ns - 1.0) : 0.0;
}

double tern_clock_drift_look(tern_clock_drift *clock_drift, tern_team *team)
{
    tern_team_run(team, ask, clock_drift);
    return tern_stats_max(clock_drift->drift, tern_team_threads(team));
}
