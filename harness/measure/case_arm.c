#include "measure/case_arm.h"

#include "base/clock.h"
#include "base/text.h"
#include "measure/case_look.h"
#include "measure/fresh_inputs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A call of this length brings its caches back by itself, and one of that length wakes the processor up. */
static const double settled_call_ns = 5e6, long_call_ns = 20e6;

/* A call that lasts longer than this is likely to be interrupted, unless it begins with a time slice. */
static const double interrupted_call_ns = 5e5;
static const struct timespec nap = {.tv_nsec = 60000};

/* How long a series of calls lasts in which memory may grow. */
static const double growing_ns = 1e6;

void tern_case_arm_call(void *context, uint64_t calls)
{
    tern_case_arm *case_arm = context;

    for (uint64_t i = 0; i < calls; i++)
        tern_bench_call(&case_arm->bench, NULL);
    case_arm->calls += calls;
}

static double time_block(tern_case_arm *case_arm, uint64_t calls)
{
    const double start_ns = tern_clock_ns();

    tern_case_arm_call(case_arm, calls);
    return tern_clock_ns() - start_ns;
}

/*
 * Y is looked at when a sample is over, and once in between, at a call that is drawn by chance: within a sample none
 * can be told from that which is looked at.
 */
static double time_in_two(tern_case_arm *case_arm, uint64_t calls)
{
    const uint64_t first = 1 + tern_random_below(&case_arm->answers.random, calls);
    double spent_ns = time_block(case_arm, first);

    if (first == calls || !tern_case_look_judge(case_arm, tern_timed_answers_look(&case_arm->answers)))
        return spent_ns * (double)calls / (double)first;
    tern_case_arm_call(case_arm, 1);
    tern_timed_answers_paint(&case_arm->answers);
    spent_ns += time_block(case_arm, calls - first);
    return spent_ns;
}

/*
 * What came in between has pushed X and scratch, and a hot W, out of the caches. One call brings them back, unless a
 * single call is long and pays little for it.
 */
static double time_calls(void *context, uint64_t calls)
{
    tern_case_arm *case_arm = context;
    tern_inputs *inputs = &case_arm->bench.fixture->inputs;

    tern_active_arm_set(case_arm->active, case_arm->number);
    tern_inputs_renew(inputs);
    tern_inputs_set_period(inputs,
                           tern_inputs_are_felt(case_arm->call_ns, case_arm->c->threads) ? TERN_INPUTS_SELDOM : 1);
    tern_side_effects_start(&case_arm->effects);
    if (calls > 1 || case_arm->call_ns < settled_call_ns)
        tern_case_arm_call(case_arm, 1);
    tern_timed_answers_paint(&case_arm->answers);
    if (!case_arm->brief)
        tern_watch_look(&case_arm->watch, NULL);
    else if (case_arm->call_ns > interrupted_call_ns)
        nanosleep(&nap, NULL);
    case_arm->sample_ns = time_in_two(case_arm, calls);
    tern_side_effects_stop(&case_arm->effects);
    case_arm->call_ns = case_arm->sample_ns / (double)calls;
    tern_inputs_set_period(inputs, 1);
    return case_arm->sample_ns;
}

static double drift(void *context)
{
    tern_case_arm *case_arm = context;

    return tern_clock_drift_look(case_arm->clock_drift, case_arm->bench.fixture->team);
}

/* The clock was looked at just before, in the threads that computed. */
static void add_clock(tern_case_arm *case_arm)
{
    const uint32_t threads = tern_team_threads(case_arm->bench.fixture->team);

    case_arm->chain_ns += tern_stats_mean(case_arm->clock_drift->last_ns, threads);
}

static bool settle(void *context, bool kept)
{
    tern_case_arm *case_arm = context;

    if (!tern_case_look_judge_state(case_arm))
        return false;
    if (!case_arm->brief && kept)
        add_clock(case_arm);
    if (!case_arm->brief)
        tern_watch_look(&case_arm->watch, kept ? &case_arm->outcome->timing.disturbance : NULL);
    return tern_case_look_judge(case_arm, tern_timed_answers_look(&case_arm->answers)) &&
           tern_case_look_at_some(case_arm);
}

/* Sets how long it took and whether the arm is ready. */
static void call_first(tern_case_arm *case_arm)
{
    case_arm->ready = true;
    tern_timed_answers_paint_all(&case_arm->answers);
    const double start_ns = tern_clock_ns();
    tern_case_arm_call(case_arm, 1);
    case_arm->call_ns = case_arm->first_ns = tern_clock_ns() - start_ns;
    tern_case_look_judge(case_arm, tern_timed_answers_look_at_all(&case_arm->answers));
}

static void describe_ring(const tern_bench *bench, tern_timing *timing)
{
    timing->ring_slots = bench->ring->slots;
    timing->ring_bytes = (uint64_t)bench->ring->slots * bench->packed_bytes;
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
    memcpy(timing->cpu, bench->fixture->seen, timing->threads * sizeof *timing->cpu);
}

static void describe_facts(const tern_bench *bench, tern_arm_outcome *outcome)
{
    const tern_kernel *kernel = bench->product.kernel;
    const size_t weights = bench->c->shape.m * bench->c->shape.k;
    size_t zeros = 0;

    for (size_t i = 0; i < weights; i++)
        zeros += bench->fixture->weights->w[i] == 0;
    outcome->p0 = (double)zeros / (double)weights;
    if (kernel->facts != NULL)
        outcome->facts = (uint32_t)kernel->facts(&bench->product.problem, tern_ring_slot(bench->ring, 0), outcome->fact,
                                                 TERN_MAX_FACTS);
}

/* Apart from the samples, because reading a clock in every stage would lengthen a short call. */
static void measure_busy(tern_case_arm *case_arm)
{
    tern_timing *timing = &case_arm->outcome->timing;
    const bool owns_team = tern_kernel_owns_team(case_arm->bench.product.kernel);
    const double start_ns = tern_clock_ns();
    const uint64_t start_ticks = tern_clock_ticks();

    for (uint64_t i = 0; i < timing->calls_per_sample; i++)
        tern_bench_call(&case_arm->bench, &case_arm->busy);
    case_arm->calls += timing->calls_per_sample;
    const double elapsed_ns = tern_clock_ns() - start_ns;
    const double ns_per_tick =
        elapsed_ns / (double)(tern_clock_ticks() - start_ticks) / (double)timing->calls_per_sample;
    for (uint32_t i = 0; i < timing->threads; i++) {
        const uint64_t *ticks = case_arm->busy.thread[i].ticks;
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

    if (!case_arm->ready || case_arm->first_ns >= long_call_ns)
        return;
    tern_case_arm_call(case_arm, 1);
    case_arm->call_ns = tern_clock_ns() - start_ns;
}

static void start(tern_case_arm *case_arm, const tern_fixture *fixture)
{
    case_arm->sampled = (tern_sampled){case_arm, time_calls, case_arm->brief ? NULL : drift, settle, tern_clock_ns_for};
    case_arm->answers = (tern_timed_answers){.projection = &fixture->weights->projection,
                                             .inputs = &fixture->inputs,
                                             .shape = case_arm->c->shape,
                                             .y = case_arm->bench.y,
                                             .random = tern_clock_ticks()};
}

static tern_status make_busy(tern_busy *busy, uint32_t threads, tern_error *error)
{
    const size_t bytes = threads * sizeof *busy->thread;

    *busy = (tern_busy){.clock = tern_clock_ticks, .thread = aligned_alloc(sizeof *busy->thread, bytes)};
    if (busy->thread == NULL)
        return tern_error_memory(error, "the times of threads", (double)bytes);
    memset(busy->thread, 0, bytes);
    return TERN_OK;
}

tern_status tern_case_arm_open(tern_case_arm *case_arm, tern_fixture *fixture, uint64_t ring_bytes, tern_error *error)
{
    tern_finding *finding = &case_arm->outcome->finding;
    const uint64_t threads = tern_process_count_threads();
    const char *refusal;

    tern_active_arm_set(case_arm->active, case_arm->number);
    tern_status status = tern_bench_open(&case_arm->bench, case_arm->c, fixture, ring_bytes, &refusal, error);
    if (status == TERN_OK)
        status = make_busy(&case_arm->busy, case_arm->c->threads, error);
    if (status != TERN_OK)
        return status;
    if (refusal != NULL) {
        finding->verdict = TERN_UNSUPPORTED;
        tern_text_copy(finding->reason, sizeof finding->reason, refusal);
        return TERN_OK;
    }
    start(case_arm, fixture);
    describe_case(&case_arm->bench, &case_arm->outcome->timing);
    if (!case_arm->brief)
        describe_facts(&case_arm->bench, case_arm->outcome);
    tern_side_effects_open(&case_arm->effects, &case_arm->bench, case_arm->read_only, threads);
    call_first(case_arm);
    call_again(case_arm);
    tern_case_look_judge_state(case_arm);
    return TERN_OK;
}

void tern_case_arm_warm_up(tern_case_arm *case_arm, const tern_sampler_options *options)
{
    tern_active_arm_set(case_arm->active, case_arm->number);
    describe_ring(&case_arm->bench, &case_arm->outcome->timing);
    tern_side_effects_protect(&case_arm->effects);
    tern_case_look_at_first(case_arm, options->warm_up_ns);
    if (!tern_case_look_judge_state(case_arm))
        return;
    case_arm->watched = true;
    tern_watch_open(&case_arm->watch, case_arm->options->pin.cpu, case_arm->options->pin.cpus);
    const uint64_t calls = case_arm->calls;
    tern_sampler_warm_up(&case_arm->sampled, options, case_arm->first_ns, &case_arm->series);
    /* A first call that was long is all of the warm-up. It was judged, and calls of other arms have changed X since. */
    case_arm->series.failed =
        case_arm->calls > calls && !tern_case_look_judge(case_arm, tern_timed_answers_look(&case_arm->answers));
    tern_watch_look(&case_arm->watch, NULL);
}

static void count_samples(tern_case_arm *case_arm)
{
    const tern_series *series = &case_arm->series;
    tern_timing *timing = &case_arm->outcome->timing;

    timing->samples = series->samples;
    timing->calls_per_sample = series->calls_per_sample;
    timing->warmup_calls = series->warmup_calls;
    timing->calls = series->calls;
    timing->stop = series->stop;
}

static void describe_samples(tern_case_arm *case_arm)
{
    const tern_series *series = &case_arm->series;
    const tern_estimate median = tern_sampler_estimate(series);
    tern_timing *timing = &case_arm->outcome->timing;
    const double readings = series->calls_per_sample > 1 ? 4.0 : 2.0; /* of the clock: two a block */

    timing->median_ns = median.median;
    timing->low_ns = median.low;
    timing->high_ns = median.high;
    timing->min_ns = tern_stats_min(series->sample_ns, series->samples);
    timing->overhead_share =
        readings * tern_clock_overhead_ns() / (timing->median_ns * (double)timing->calls_per_sample);
    timing->disturbance.clock_drift = series->clock_drift;
    timing->disturbance.marked = series->marked;
    timing->clock_ghz = tern_clock_chain_ghz(case_arm->chain_ns / series->samples, tern_clock_overhead_ns());
    timing->disturbance.repeated = series->repeated;
}

/* What need not be known of a case that is compared and nothing else. */
static void measure_rest(tern_case_arm *case_arm)
{
    tern_timing *timing = &case_arm->outcome->timing;

    describe_samples(case_arm);
    measure_busy(case_arm);
    timing->fork_join_ns = tern_bench_fork_join_ns(&case_arm->bench);
    if (case_arm->options->counters != NULL)
        tern_counters_take(case_arm->options->counters, &tern_perf_system, tern_case_arm_call, case_arm, timing);
}

/*
 * Of each series in which memory may grow. Those of a long call would take too long, and in it a check has seen enough.
 */
static uint64_t growing_calls(const tern_case_arm *case_arm)
{
    if (case_arm->brief || case_arm->call_ns > long_call_ns)
        return 0;
    return (uint64_t)fmin((double)case_arm->series.calls_per_sample, 1.0 + growing_ns / case_arm->call_ns);
}

void tern_case_arm_conclude(tern_case_arm *case_arm)
{
    tern_active_arm_set(case_arm->active, case_arm->number);
    if (!case_arm->ready)
        return;
    count_samples(case_arm);
    if (case_arm->brief)
        tern_watch_look(&case_arm->watch, &case_arm->outcome->timing.disturbance);
    else
        measure_rest(case_arm);
    case_arm->ready = tern_fresh_inputs_check(&case_arm->bench, case_arm->call_ns, &case_arm->outcome->finding);
    if (!case_arm->ready)
        return;
    tern_case_arm_call(case_arm, 1);
    case_arm->outcome->timed =
        tern_case_look_judge(case_arm, tern_timed_answers_look_at_all(&case_arm->answers)) &&
        tern_case_look_judge_state(case_arm) &&
        tern_side_effects_conclude(&case_arm->effects, growing_calls(case_arm), &case_arm->outcome->finding);
    case_arm->ready = case_arm->outcome->timed;
}

void tern_case_arm_close(tern_case_arm *case_arm)
{
    if (case_arm->watched)
        tern_watch_close(&case_arm->watch);
    free(case_arm->busy.thread);
    tern_side_effects_close(&case_arm->effects);
    tern_bench_close(&case_arm->bench);
}
