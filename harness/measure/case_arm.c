/*
 * In this order: packed copies; one call whose Y is kept; warm-up; samples; Y once more; what keeps each thread busy,
 * what an empty call costs, counters.
 */
#include "measure/case_arm.h"

#include "base/clock.h"
#include "base/text.h"
#include "check/compare.h"
#include "check/oracle.h"

#include <math.h>
#include <string.h>

/* What Y holds before it is computed: no sum of a legal K comes near. */
enum { UNTOUCHED = INT32_MIN };

/* Up to here the oracle takes a tenth of a second. Beyond, the first Y is believed: the case is known to be exact. */
static const double oracle_macs = 5e8;

static const double long_call_ns = 20e6;

static void call_often(void *context, uint64_t calls)
{
    tern_case_arm *case_arm = context;

    for (uint64_t i = 0; i < calls; i++)
        tern_bench_call(&case_arm->bench, NULL);
}

/*
 * What others did in between has pushed X and scratch, and a hot W, out of the caches. One call brings them back,
 * unless a single call is a whole sample and pays little for it.
 */
static double time_calls(void *context, uint64_t calls)
{
    tern_case_arm *case_arm = context;

    if (case_arm->in_turns && calls > 1)
        call_often(case_arm, 1);
    if (case_arm->in_turns)
        tern_watch_look(&case_arm->watch, NULL);
    const double start_ns = tern_clock_ns();
    call_often(case_arm, calls);
    return tern_clock_ns() - start_ns;
}

static double drift(void *context)
{
    tern_case_arm *case_arm = context;

    tern_active_arm_set(case_arm->active, case_arm->number);
    return tern_clock_drift_look(case_arm->clock_drift, case_arm->bench.fixture->team);
}

static void settle(void *context, bool kept)
{
    tern_case_arm *case_arm = context;

    tern_watch_look(&case_arm->watch, kept ? &case_arm->outcome->timing.disturbance : NULL);
}

static double now_ns(void *context)
{
    (void)context;
    return tern_clock_ns();
}

static size_t y_count(const tern_bench *bench)
{
    return bench->c->shape.m * bench->c->shape.n;
}

static void paint_y(tern_bench *bench)
{
    for (size_t i = 0; i < y_count(bench); i++)
        bench->y[i] = UNTOUCHED;
}

/* Whether Y is what first_y holds. Otherwise fills finding; when says when it was found. */
static bool y_is_right(const tern_bench *bench, const char *when, tern_finding *finding)
{
    const tern_comparison comparison = {
        .shape = bench->c->shape,
        .w = bench->fixture->w,
        .x = bench->fixture->x,
        .expected = bench->first_y,
        .got = bench->y,
        .untouched = UNTOUCHED,
    };

    if (memcmp(bench->first_y, bench->y, y_count(bench) * sizeof *bench->y) == 0)
        return true;
    tern_compare(&comparison, finding);
    tern_text_copy(finding->reason, sizeof finding->reason, when);
    return false;
}

/* The first call, by whose Y every later one is judged. Sets how long it took and whether the racer is ready. */
static tern_status call_first(tern_case_arm *case_arm, tern_error *error)
{
    tern_bench *bench = &case_arm->bench;
    const tern_shape shape = case_arm->c->shape;
    const bool ask_oracle = (double)shape.m * (double)shape.k * (double)shape.n <= oracle_macs;

    if (ask_oracle) {
        const tern_status status = tern_oracle_fill(shape, bench->fixture->w, bench->fixture->x, bench->first_y, error);
        if (status != TERN_OK)
            return status;
    }
    paint_y(bench);
    const double start_ns = tern_clock_ns();
    tern_bench_call(bench, NULL);
    case_arm->first_ns = tern_clock_ns() - start_ns;
    if (!ask_oracle)
        memcpy(bench->first_y, bench->y, y_count(bench) * sizeof *bench->y);
    case_arm->ready =
        y_is_right(bench, "wrong at the first call of timing, after it was checked", &case_arm->outcome->finding);
    return TERN_OK;
}

static void describe_ring(const tern_bench *bench, tern_timing *timing)
{
    timing->ring_slots = bench->ring.slots;
    timing->ring_bytes = (uint64_t)bench->ring.slots * bench->packed_bytes;
    timing->reuse_bytes = bench->c->cache == TERN_COLD ? timing->ring_bytes : 0;
}

static void describe_case(const tern_bench *bench, tern_timing *timing)
{
    const tern_shape shape = bench->c->shape;

    timing->macs = (uint64_t)shape.m * shape.k * shape.n;
    timing->packed_bytes = bench->packed_bytes;
    timing->traffic_bytes = tern_bench_traffic_bytes(bench);
    timing->scratch_bytes = bench->scratch_bytes;
    timing->pack_ns = bench->pack_ns;
    timing->pack_threads = bench->pack_threads;
    timing->threads = bench->c->threads;
    memcpy(timing->cpu, bench->seen, sizeof timing->cpu);
}

static void describe_facts(const tern_bench *bench, tern_arm_outcome *outcome)
{
    const tern_kernel *kernel = bench->product.kernel;
    const size_t weights = bench->c->shape.m * bench->c->shape.k;
    size_t zeros = 0;

    for (size_t i = 0; i < weights; i++)
        zeros += bench->fixture->w[i] == 0;
    outcome->p0 = (double)zeros / (double)weights;
    if (kernel->facts != NULL)
        outcome->facts = (uint32_t)kernel->facts(&bench->product.problem, tern_ring_slot(&bench->ring, 0),
                                                 outcome->fact, TERN_MAX_FACTS);
}

/* Apart from the samples, because reading a clock in every stage would lengthen a short call. */
static void measure_busy(tern_case_arm *case_arm)
{
    tern_timing *timing = &case_arm->outcome->timing;
    tern_busy busy = {.clock = tern_clock_ticks};
    const bool owns_team = case_arm->bench.product.kernel->flags & TERN_KERNEL_OWNS_TEAM;
    const double start_ns = tern_clock_ns();
    const uint64_t start_ticks = tern_clock_ticks();

    for (uint64_t i = 0; i < timing->calls_per_sample; i++)
        tern_bench_call(&case_arm->bench, &busy);
    const double elapsed_ns = tern_clock_ns() - start_ns;
    const double ns_per_tick =
        elapsed_ns / (double)(tern_clock_ticks() - start_ticks) / (double)timing->calls_per_sample;
    for (uint32_t i = 0; i < timing->threads; i++) {
        const uint64_t *ticks = busy.thread[i].ticks;
        const double prepare_ns = (double)ticks[TERN_STAGE_PREPARE] * ns_per_tick;
        const double run_ns = (double)ticks[TERN_STAGE_RUN] * ns_per_tick;
        timing->busy_ns[i] = owns_team && i > 0 ? (double)NAN : prepare_ns + run_ns;
        timing->prepare_ns = fmax(timing->prepare_ns, prepare_ns);
        timing->run_ns = fmax(timing->run_ns, run_ns);
    }
}

/* The first call also made pages, which counts as little as in the sampler when it was long. */
static void call_again(tern_case_arm *case_arm)
{
    const double start_ns = tern_clock_ns();

    if (case_arm->first_ns < long_call_ns)
        tern_bench_call(&case_arm->bench, NULL);
    case_arm->call_ns = case_arm->first_ns < long_call_ns ? tern_clock_ns() - start_ns : case_arm->first_ns;
}

tern_status tern_case_arm_open(tern_case_arm *case_arm, tern_fixture *fixture, uint64_t ring_bytes, tern_error *error)
{
    const char *refusal;
    tern_status status;

    tern_active_arm_set(case_arm->active, case_arm->number);
    case_arm->sampled = (tern_sampled){case_arm, time_calls, drift, settle, now_ns};
    if ((status = tern_bench_open(&case_arm->bench, case_arm->c, fixture, ring_bytes, &refusal, error)) != TERN_OK)
        return status;
    if (refusal != NULL) {
        case_arm->outcome->finding.verdict = TERN_UNSUPPORTED;
        tern_text_copy(case_arm->outcome->finding.reason, sizeof case_arm->outcome->finding.reason, refusal);
        return TERN_OK;
    }
    describe_case(&case_arm->bench, &case_arm->outcome->timing);
    describe_facts(&case_arm->bench, case_arm->outcome);
    if ((status = call_first(case_arm, error)) == TERN_OK && case_arm->ready)
        call_again(case_arm);
    return status;
}

void tern_case_arm_warm_up(tern_case_arm *case_arm, const tern_sampler_options *options)
{
    tern_active_arm_set(case_arm->active, case_arm->number);
    describe_ring(&case_arm->bench, &case_arm->outcome->timing);
    tern_watch_open(&case_arm->watch, case_arm->options->pin.cpu, case_arm->options->pin.cpus);
    tern_sampler_warm_up(&case_arm->sampled, options, case_arm->first_ns, &case_arm->outcome->timing);
    paint_y(&case_arm->bench); /* so that the samples must have computed what is compared when they are over */
    tern_watch_look(&case_arm->watch, NULL);
}

void tern_case_arm_conclude(tern_case_arm *case_arm)
{
    tern_arm_outcome *outcome = case_arm->outcome;
    tern_timing *timing = &outcome->timing;

    tern_active_arm_set(case_arm->active, case_arm->number);
    tern_watch_close(&case_arm->watch);
    timing->overhead_share = 2.0 * tern_clock_overhead_ns() / (timing->median_ns * (double)timing->calls_per_sample);
    outcome->timed = y_is_right(&case_arm->bench, "right before timing, different after it", &outcome->finding);
    if (!outcome->timed) {
        outcome->finding.verdict = TERN_NONDETERMINISTIC;
        return;
    }
    measure_busy(case_arm);
    timing->fork_join_ns = tern_bench_fork_join_ns(&case_arm->bench);
    if (case_arm->options->counters != NULL)
        tern_counters_take(case_arm->options->counters, &tern_perf_system, call_often, case_arm, timing);
}

void tern_case_arm_close(tern_case_arm *case_arm)
{
    tern_bench_close(&case_arm->bench);
}
