#include "plan/estimate.h"

#include <math.h>
#include <string.h>

/* Seconds, of an x86 server core of 2023; within a factor of two for what the shipped suites hold. */
static const double check_s = 0.02, brief_check_s = 0.003, sweep_s = 0.06;
static const double pack_s_per_weight = 4e-9;
static const double prepare_s = 0.12; /* a child, packing, looking at answers */
static const double sample_s = 5e-3;
static const double samples = 20.0; /* that a quiet machine needs */
static const double plain_macs_per_s = 1e9, simd_macs_per_s = 4e10;
static const double count_work_s = 1.2;
static const double cold_s_per_byte = 1.2e-9, roof_s_per_byte = 2.5e-9, roof_s = 0.5;

/* A check packs W and calls the kernel once a pass; a large product goes through few of them. */
static const double large_macs = 1e8, passes = 10.0, large_passes = 2.0;

/* Verdicts are remembered as long as W and X are the same. */
static bool is_checked(const tern_plan *plan, size_t index)
{
    const tern_case *c = &plan->cases[index].c;
    const tern_problem_key data = tern_problem_key_of_data(tern_case_problem(c));

    for (size_t i = index; i-- > 0;) {
        const tern_case *other = &plan->cases[i].c;
        const tern_problem_key others = tern_problem_key_of_data(tern_case_problem(other));
        if (!tern_problem_key_same(&data, &others))
            return false;
        if (other->kernel == c->kernel && memcmp(other->toggle, c->toggle, sizeof c->toggle) == 0)
            return true;
    }
    return false;
}

/* Cases that are sampled in turns read each other's copies of W out of the cache, so that one ring is enough. */
static bool has_ring(const tern_plan *plan, size_t index)
{
    const tern_planned *planned = &plan->cases[index];

    for (size_t i = index; planned->paired != 0 && i-- > 0 && plan->cases[i].paired != 0;)
        if (plan->cases[i].paired == planned->paired)
            return true;
    return false;
}

static double call_s(const tern_case *c, double threads)
{
    const bool plain = c->kernel != NULL && c->kernel->isa == 0;

    return tern_shape_macs(c->shape) / ((plain ? plain_macs_per_s : simd_macs_per_s) * threads);
}

static double to_check(const tern_case *c)
{
    const double pack_s = pack_s_per_weight * (double)c->shape.m * (double)c->shape.k;

    if (c->data.sweep != TERN_SWEEP_NONE)
        return sweep_s;
    return (c->brief ? brief_check_s : check_s) +
           (tern_shape_macs(c->shape) < large_macs ? passes : large_passes) * (pack_s + call_s(c, 1.0));
}

static double to_sample(const tern_plan *plan, size_t index, const tern_pace *pace)
{
    const tern_case *c = &plan->cases[index].c;
    const double one_s = call_s(c, (double)c->threads);
    const double precise_s = fmin(pace->budget_s, samples * fmax(sample_s, one_s));
    const double quiet_s = plan->cases[index].paired != 0 ? pace->budget_s : precise_s;
    const bool needs_ring = c->cache == TERN_COLD && !has_ring(plan, index);
    const double once_s = prepare_s + 4.0 * one_s + (needs_ring ? cold_s_per_byte * pace->cold_bytes : 0.0) +
                          (pace->counts_work ? count_work_s : 0.0);

    return pace->stretch * once_s + quiet_s + pace->noise * (pace->budget_s - quiet_s);
}

/* Whether no case before it has so many threads. */
static bool needs_roofs(const tern_plan *plan, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (plan->cases[i].c.threads == plan->cases[index].c.threads)
            return false;
    return plan->cases[index].c.cache != TERN_CHECK_ONLY;
}

double tern_estimate_plan(tern_plan *plan, const tern_pace *pace)
{
    double sum_s = 0.0;

    for (size_t i = 0; i < plan->count; i++) {
        const tern_case *c = &plan->cases[i].c;
        double expected_s = is_checked(plan, i) ? 0.0 : pace->stretch * to_check(c);
        if (c->cache != TERN_CHECK_ONLY)
            expected_s += to_sample(plan, i, pace);
        if (pace->roofs && needs_roofs(plan, i))
            expected_s += pace->stretch * (roof_s + roof_s_per_byte * pace->cold_bytes);
        plan->cases[i].expected_s = expected_s;
        sum_s += expected_s;
    }
    return sum_s;
}
