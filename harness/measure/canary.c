#include "measure/canary.h"

#include "base/stats.h"
#include "measure/clock.h"

#include <math.h>

static void ask(void *argument, uint32_t thread, uint32_t threads)
{
    tern_canary *canary = argument;
    const double before_ns = canary->last_ns[thread], now_ns = tern_clock_canary_ns();

    (void)threads;
    canary->last_ns[thread] = now_ns;
    canary->drift[thread] = before_ns > 0.0 ? fabs(now_ns / before_ns - 1.0) : 0.0;
}

double tern_canary_drift(tern_canary *canary, tern_team *team)
{
    tern_team_run(team, ask, canary);
    return tern_stats_max(canary->drift, tern_team_threads(team));
}
