#include "run/pace.h"

#include "machine/memory.h"
#include "machine/noise.h"

#include <math.h>

/* Above this share of waiting, samples are not precise. */
static const double noisy_pressure = 0.4;

tern_pace tern_pace_here(const tern_run *run, const tern_environment *environment, double budget_s)
{
    const double cpus = run->cpus_allowed > 0 ? (double)run->cpus_allowed : 1.0;
    const double shared = fmax(1.0, (run->load + 1.0) / cpus);
    const double told = tern_noise_pressure_share();
    /* The load is of the last minute: what has ended since then does not wait any more. */
    const double waiting = isnan(told) ? fmin(1.0, run->load / cpus) : told;

    return (tern_pace){
        .budget_s = budget_s,
        .noise = fmin(1.0, waiting / noisy_pressure),
        .stretch = 1.0 + waiting * (shared - 1.0),
        .cold_bytes = (double)tern_memory_cold_bytes(environment->topology.llc_bytes),
        .roofs = environment->settings->roofs,
        .counts_work = environment->counters.work,
    };
}
