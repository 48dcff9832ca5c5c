/*
 * In this order: data, packed copies, threads; one call whose Y is kept; warm-up; samples; Y once more; what keeps each thread
 * busy, what an empty call costs, counters.
 */
#include "measure/trial.h"

#include "base/text.h"
#include "check/compare.h"
#include "check/oracle.h"
#include "measure/bench.h"
#include "measure/clock.h"
#include "measure/sampler.h"
#include "measure/watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What Y holds before it is computed: no sum of a legal K comes near. */
enum { UNTOUCHED = INT32_MIN };

static const double warm_up_ns = 5e6;

/* Up to here the oracle takes a tenth of a second. Beyond, the first Y is believed: the case is known to be exact. */
static const double oracle_macs = 5e8;

/* Roofs are measured a little short of what the memory can do on its best day. */
static const double roof_slack = 1.1;

/* The child's state while it samples. */
typedef struct session {
    tern_bench bench;
    tern_watch watch;
    tern_timing *timing;
    double canary_ns[TERN_MAX_THREADS];
    double drift[TERN_MAX_THREADS];
} session;

static double time_calls(void *context, uint64_t calls)
{
    session *s = context;
    const double start_ns = tern_clock_ns();

    for (uint64_t i = 0; i < calls; i++)
        tern_bench_call(&s->bench, NULL);
    return tern_clock_ns() - start_ns;
}

static void ask_canary(void *argument, uint32_t thread, uint32_t threads)
{
    session *s = argument;
    const double before_ns = s->canary_ns[thread], now_ns = tern_clock_canary_ns();

    (void)threads;
    s->canary_ns[thread] = now_ns;
    s->drift[thread] = before_ns > 0.0 ? fabs(now_ns / before_ns - 1.0) : 0.0;
}

static double largest_drift(void *context)
{
    session *s = context;
    double largest = 0.0;

    tern_team_run(s->bench.team, ask_canary, s);
    for (uint32_t i = 0; i < tern_team_threads(s->bench.team); i++)
        largest = fmax(largest, s->drift[i]);
    return largest;
}

static void settle(void *context, bool kept)
{
    session *s = context;

    tern_watch_look(&s->watch, kept ? &s->timing->disturbance : NULL);
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
        .w = bench->w,
        .x = bench->x,
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

/* The first call, by whose Y every later one is judged. Sets how long it took and whether Y was right. */
static tern_status call_first(tern_bench *bench, double *elapsed_ns, bool *right, tern_trial *trial)
{
    const tern_shape shape = bench->c->shape;
    const bool ask_oracle = (double)shape.m * (double)shape.k * (double)shape.n <= oracle_macs;

    if (ask_oracle) {
        const tern_status status = tern_oracle_fill(shape, bench->w, bench->x, bench->first_y, &trial->error);
        if (status != TERN_OK)
            return status;
    }
    paint_y(bench);
    const double start_ns = tern_clock_ns();
    tern_bench_call(bench, NULL);
    *elapsed_ns = tern_clock_ns() - start_ns;
    if (!ask_oracle)
        memcpy(bench->first_y, bench->y, y_count(bench) * sizeof *bench->y);
    *right = y_is_right(bench, "wrong at the first call of timing, after it was checked", &trial->finding);
    return TERN_OK;
}

static void describe_case(const tern_bench *bench, tern_timing *timing)
{
    const tern_shape shape = bench->c->shape;

    timing->macs = (uint64_t)shape.m * shape.k * shape.n;
    timing->packed_bytes = bench->packed_bytes;
    timing->pack_ns = bench->pack_ns;
    timing->traffic_bytes = tern_bench_traffic_bytes(bench);
    timing->scratch_bytes = bench->scratch_bytes;
    timing->ring_slots = bench->ring.slots;
    timing->ring_bytes = (uint64_t)bench->ring.slots * bench->packed_bytes;
    timing->threads = bench->c->threads;
    memcpy(timing->cpu, bench->seen, sizeof timing->cpu);
}

static void describe_facts(const tern_bench *bench, tern_trial *trial)
{
    const tern_kernel *kernel = bench->product.kernel;
    const size_t weights = bench->c->shape.m * bench->c->shape.k;
    size_t zeros = 0;

    for (size_t i = 0; i < weights; i++)
        zeros += bench->w[i] == 0;
    trial->p0 = (double)zeros / (double)weights;
    if (kernel->facts != NULL)
        trial->facts = (uint32_t)kernel->facts(&bench->product.problem, tern_ring_slot(&bench->ring, 0), trial->fact,
                                               TERN_MAX_FACTS);
}

/* Apart from the samples, because reading a clock in every stage would lengthen a short call. */
static void measure_busy(session *s)
{
    tern_timing *timing = s->timing;
    tern_busy busy = {.clock = tern_clock_ticks};
    const bool owns_team = s->bench.product.kernel->flags & TERN_KERNEL_OWNS_TEAM;
    const double start_ns = tern_clock_ns();
    const uint64_t start_ticks = tern_clock_ticks();

    for (uint64_t i = 0; i < timing->calls_per_sample; i++)
        tern_bench_call(&s->bench, &busy);
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

static void call_often(void *context, uint64_t calls)
{
    time_calls(context, calls);
}

static void compare_with_roofs(const tern_measure_options *options, tern_cache cache, tern_timing *timing)
{
    const double gbps = (double)timing->traffic_bytes / timing->median_ns;

    timing->roof_read_gbps = options->roof_read_gbps;
    timing->roof_gmacs = options->roof_gmacs;
    if (options->roof_instruction != NULL)
        tern_text_copy(timing->roof_instruction, sizeof timing->roof_instruction, options->roof_instruction);
    timing->not_cold =
        cache == TERN_COLD && options->roof_read_gbps > 0.0 && gbps > roof_slack * options->roof_read_gbps;
}

static void sample(session *s, const tern_measure_options *options, double first_ns)
{
    const tern_sampled sampled = {s, time_calls, largest_drift, settle, now_ns};
    const tern_sampler_options how = {
        .warm_up_ns = warm_up_ns,
        .min_sample_ns = 1e6 * options->min_sample_ms,
        .min_samples = options->min_samples,
        .precision = options->precision,
        .budget_ns = 1e9 * options->budget_s,
    };
    tern_timing *timing = s->timing;

    tern_sampler_warm_up(&sampled, &how, first_ns, timing);
    paint_y(&s->bench); /* so that the samples must have computed what is compared when they are over */
    tern_watch_open(&s->watch, options->pin.cpu, options->pin.cpus);
    tern_sampler_run(&sampled, &how, timing);
    tern_watch_close(&s->watch);
    timing->overhead_share = 2.0 * tern_clock_overhead_ns() / (timing->median_ns * (double)timing->calls_per_sample);
}

static tern_status run(const tern_case *c, const tern_measure_options *options, tern_trial *trial)
{
    session *s = calloc(1, sizeof *s);
    const char *refusal;
    bool right = false;
    double first_ns;
    tern_status status;

    if (s == NULL)
        return tern_error_memory(&trial->error, "timing", sizeof *s);
    s->timing = &trial->timing;
    status = tern_bench_open(&s->bench, c, &options->pin, tern_ring_wanted_bytes(options->llc_bytes), &refusal,
                             &trial->error);
    if (status != TERN_OK)
        goto out;
    if (refusal != NULL) {
        trial->finding.verdict = TERN_UNSUPPORTED;
        tern_text_copy(trial->finding.reason, sizeof trial->finding.reason, refusal);
        goto out;
    }
    describe_case(&s->bench, s->timing);
    describe_facts(&s->bench, trial);
    if ((status = call_first(&s->bench, &first_ns, &right, trial)) != TERN_OK || !right)
        goto out;
    sample(s, options, first_ns);
    compare_with_roofs(options, c->cache, s->timing);
    trial->timed = y_is_right(&s->bench, "right before timing, different after it", &trial->finding);
    if (!trial->timed) {
        trial->finding.verdict = TERN_NONDETERMINISTIC;
        goto out;
    }
    measure_busy(s);
    s->timing->fork_join_ns = tern_bench_fork_join_ns(&s->bench);
    if (options->counters != NULL)
        tern_counters_take(options->counters, &tern_perf_system, call_often, s, s->timing);
out:
    tern_bench_close(&s->bench);
    free(s);
    return status;
}

void tern_trial_run(const tern_case *c, const tern_measure_options *options, tern_trial *trial)
{
    trial->status = run(c, options, trial);
}
