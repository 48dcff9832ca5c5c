/*
 * In this order: packed copies; one call whose Y is kept; warm-up; samples; Y once more; what keeps each thread busy,
 * what an empty call costs, counters.
 */
#include "measure/racer.h"

#include "base/text.h"
#include "check/compare.h"
#include "check/oracle.h"
#include "measure/clock.h"

#include <math.h>
#include <string.h>

/* What Y holds before it is computed: no sum of a legal K comes near. */
enum { UNTOUCHED = INT32_MIN };

/* Up to here the oracle takes a tenth of a second. Beyond, the first Y is believed: the case is known to be exact. */
static const double oracle_macs = 5e8;

static const double long_call_ns = 20e6;

static void call_often(void *context, uint64_t calls)
{
    tern_racer *racer = context;

    for (uint64_t i = 0; i < calls; i++)
        tern_bench_call(&racer->bench, NULL);
}

/*
 * What others did in between has pushed X and scratch, and a hot W, out of the caches. One call brings them back,
 * unless a single call is a whole sample and pays little for it.
 */
static double time_calls(void *context, uint64_t calls)
{
    tern_racer *racer = context;

    if (racer->in_turns && calls > 1)
        call_often(racer, 1);
    if (racer->in_turns)
        tern_watch_look(&racer->watch, NULL);
    const double start_ns = tern_clock_ns();
    call_often(racer, calls);
    return tern_clock_ns() - start_ns;
}

static double drift(void *context)
{
    tern_racer *racer = context;

    tern_turn_begin(racer->turn, racer->number);
    return tern_canary_drift(racer->canary, racer->bench.setting->team);
}

static void settle(void *context, bool kept)
{
    tern_racer *racer = context;

    tern_watch_look(&racer->watch, kept ? &racer->trial->timing.disturbance : NULL);
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
        .w = bench->setting->w,
        .x = bench->setting->x,
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
static tern_status call_first(tern_racer *racer, tern_error *error)
{
    tern_bench *bench = &racer->bench;
    const tern_shape shape = racer->c->shape;
    const bool ask_oracle = (double)shape.m * (double)shape.k * (double)shape.n <= oracle_macs;

    if (ask_oracle) {
        const tern_status status = tern_oracle_fill(shape, bench->setting->w, bench->setting->x, bench->first_y, error);
        if (status != TERN_OK)
            return status;
    }
    paint_y(bench);
    const double start_ns = tern_clock_ns();
    tern_bench_call(bench, NULL);
    racer->first_ns = tern_clock_ns() - start_ns;
    if (!ask_oracle)
        memcpy(bench->first_y, bench->y, y_count(bench) * sizeof *bench->y);
    racer->ready = y_is_right(bench, "wrong at the first call of timing, after it was checked", &racer->trial->finding);
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

static void describe_facts(const tern_bench *bench, tern_trial *trial)
{
    const tern_kernel *kernel = bench->product.kernel;
    const size_t weights = bench->c->shape.m * bench->c->shape.k;
    size_t zeros = 0;

    for (size_t i = 0; i < weights; i++)
        zeros += bench->setting->w[i] == 0;
    trial->p0 = (double)zeros / (double)weights;
    if (kernel->facts != NULL)
        trial->facts = (uint32_t)kernel->facts(&bench->product.problem, tern_ring_slot(&bench->ring, 0), trial->fact,
                                               TERN_MAX_FACTS);
}

/* Apart from the samples, because reading a clock in every stage would lengthen a short call. */
static void measure_busy(tern_racer *racer)
{
    tern_timing *timing = &racer->trial->timing;
    tern_busy busy = {.clock = tern_clock_ticks};
    const bool owns_team = racer->bench.product.kernel->flags & TERN_KERNEL_OWNS_TEAM;
    const double start_ns = tern_clock_ns();
    const uint64_t start_ticks = tern_clock_ticks();

    for (uint64_t i = 0; i < timing->calls_per_sample; i++)
        tern_bench_call(&racer->bench, &busy);
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
static void call_again(tern_racer *racer)
{
    const double start_ns = tern_clock_ns();

    if (racer->first_ns < long_call_ns)
        tern_bench_call(&racer->bench, NULL);
    racer->call_ns = racer->first_ns < long_call_ns ? tern_clock_ns() - start_ns : racer->first_ns;
}

tern_status tern_racer_open(tern_racer *racer, tern_setting *setting, uint64_t ring_bytes, tern_error *error)
{
    const char *refusal;
    tern_status status;

    tern_turn_begin(racer->turn, racer->number);
    racer->sampled = (tern_sampled){racer, time_calls, drift, settle, now_ns};
    if ((status = tern_bench_open(&racer->bench, racer->c, setting, ring_bytes, &refusal, error)) != TERN_OK)
        return status;
    if (refusal != NULL) {
        racer->trial->finding.verdict = TERN_UNSUPPORTED;
        tern_text_copy(racer->trial->finding.reason, sizeof racer->trial->finding.reason, refusal);
        return TERN_OK;
    }
    describe_case(&racer->bench, &racer->trial->timing);
    describe_facts(&racer->bench, racer->trial);
    if ((status = call_first(racer, error)) == TERN_OK && racer->ready)
        call_again(racer);
    return status;
}

void tern_racer_warm_up(tern_racer *racer, const tern_sampler_options *options)
{
    tern_turn_begin(racer->turn, racer->number);
    describe_ring(&racer->bench, &racer->trial->timing);
    tern_watch_open(&racer->watch, racer->options->pin.cpu, racer->options->pin.cpus);
    tern_sampler_warm_up(&racer->sampled, options, racer->first_ns, &racer->trial->timing);
    paint_y(&racer->bench); /* so that the samples must have computed what is compared when they are over */
    tern_watch_look(&racer->watch, NULL);
}

void tern_racer_conclude(tern_racer *racer)
{
    tern_trial *trial = racer->trial;
    tern_timing *timing = &trial->timing;

    tern_turn_begin(racer->turn, racer->number);
    tern_watch_close(&racer->watch);
    timing->overhead_share = 2.0 * tern_clock_overhead_ns() / (timing->median_ns * (double)timing->calls_per_sample);
    trial->timed = y_is_right(&racer->bench, "right before timing, different after it", &trial->finding);
    if (!trial->timed) {
        trial->finding.verdict = TERN_NONDETERMINISTIC;
        return;
    }
    measure_busy(racer);
    timing->fork_join_ns = tern_bench_fork_join_ns(&racer->bench);
    if (racer->options->counters != NULL)
        tern_counters_take(racer->options->counters, &tern_perf_system, call_often, racer, timing);
}

void tern_racer_close(tern_racer *racer)
{
    tern_bench_close(&racer->bench);
}
