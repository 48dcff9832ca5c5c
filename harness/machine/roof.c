#include "machine/roof.h"

#include "base/cache_line.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/stats.h"
#include "base/text.h"
#include "machine/isa.h"
#include "machine/memory.h"
#include "machine/probe.h"
#include "machine/read_rate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PEAK_TRIES = 5, CHASES = 3, CHASE_LOADS = 100000 };

static const double peak_ns = 5e6;

typedef struct outcome {
    tern_status status;
    tern_error error;
    tern_roof roof;
} outcome;

typedef struct job {
    const tern_pin *pin;
    uint32_t threads, isa;
    uint64_t bytes; /* of the buffer */
    tern_team *team;
    tern_memory buffer;
    /* what the team is to do now */
    const tern_probe *probe;
    uint64_t turns;
    double *ghz, *ipc; /* of each thread */
} job;

/* So that no result is left out as unused. */
static _Thread_local volatile uint64_t sink;

static double time_team(job *j, tern_team_fn *fn)
{
    const double start_ns = tern_clock_ns();

    tern_team_run(j->team, fn, j);
    return tern_clock_ns() - start_ns;
}

/*
 * Fills the buffer with indices of lines. Line i leads to line a*i + c modulo their number, a power of two: that walk
 * visits all of them (Hull and Dobell, 1962, for a = 1 modulo 4 and odd c), in no order that hardware could foresee,
 * and needs no shuffle. The factors are those of Numerical Recipes' ranqd1.
 */
static void fill(void *argument, uint32_t thread, uint32_t threads)
{
    const job *j = argument;
    const tern_slice part = tern_read_rate_slice(j->buffer.bytes, thread, threads);
    const uint64_t lines = j->buffer.bytes / TERN_CACHE_LINE;

    for (size_t at = part.begin; at < part.end; at += TERN_CACHE_LINE) {
        uint64_t *line = (uint64_t *)(void *)(j->buffer.data + at);
        for (size_t i = 0; i < TERN_CACHE_LINE / sizeof *line; i++)
            line[i] = (1664525 * (at / TERN_CACHE_LINE) + 1013904223) % lines;
    }
}

static void multiply(void *argument, uint32_t thread, uint32_t threads)
{
    job *j = argument;

    (void)thread;
    (void)threads;
    sink = j->probe->multiply(j->turns);
}

static void look_at_clock(void *argument, uint32_t thread, uint32_t threads)
{
    job *j = argument;

    (void)threads;
    j->ghz[thread] = tern_clock_ghz();
    j->ipc[thread] = tern_clock_additions_per_cycle();
}

/* What exceeds the last-level cache as the ring of a cold case does, if there is so much memory. */
static uint64_t cold_bytes(uint64_t llc_bytes)
{
    const uint64_t wanted = tern_memory_cold_bytes(llc_bytes), most = tern_memory_available_bytes() / 2;
    uint64_t bytes = TERN_HUGE_PAGE;

    while (bytes < wanted && 2 * bytes <= most)
        bytes *= 2;
    return bytes;
}

static void measure_read(job *j, tern_roof *roof)
{
    const tern_read_rate rate = tern_read_rate_measure(j->team, j->buffer.data, j->buffer.bytes, j->isa);

    roof->reader = rate.reader;
    roof->read_ahead_bytes = rate.ahead_bytes;
    roof->read_gbps = rate.best_gbps;
    roof->read_median_gbps = rate.median_gbps;
    roof->buffer_bytes = j->buffer.bytes;
}

static void measure_latency(job *j, tern_roof *roof)
{
    double load_ns[CHASES];
    uint64_t at = 0;

    for (int chase = 0; chase < CHASES; chase++) {
        const double start_ns = tern_clock_ns();
        for (int i = 0; i < CHASE_LOADS; i++)
            at = *(const uint64_t *)(const void *)(j->buffer.data + at * TERN_CACHE_LINE);
        load_ns[chase] = (tern_clock_ns() - start_ns) / CHASE_LOADS;
        sink = at;
    }
    tern_stats_sort(load_ns, CHASES);
    roof->latency_ns = tern_stats_median(load_ns, CHASES);
}

static double measure_peak(job *j)
{
    double best = 0.0;

    j->turns = 1000;
    for (double elapsed_ns = 0.0; elapsed_ns < peak_ns; j->turns *= 2)
        elapsed_ns = time_team(j, multiply);
    for (int i = 0; i < PEAK_TRIES; i++) {
        const double macs = (double)j->turns * j->probe->macs_per_turn * j->threads;
        best = fmax(best, macs / time_team(j, multiply));
    }
    return best;
}

static void measure_peaks(job *j, tern_roof *roof)
{
    for (const tern_probe *const *probe = tern_probes; *probe != NULL && roof->peaks < TERN_PEAKS_MAX; probe++) {
        tern_peak *peak = &roof->peak[roof->peaks];

        if (((*probe)->isa & ~j->isa) != 0 || ((*probe)->permit != NULL && (*probe)->permit() != 0))
            continue;
        j->probe = *probe;
        tern_text_copy(peak->level, sizeof peak->level, (*probe)->level);
        tern_text_copy(peak->instruction, sizeof peak->instruction, (*probe)->instruction);
        peak->probe = *probe;
        peak->gmacs = measure_peak(j);
        roof->peaks++;
        if (peak->gmacs > roof->gmacs) {
            roof->gmacs = peak->gmacs;
            tern_text_copy(roof->instruction, sizeof roof->instruction, peak->instruction);
        }
    }
}

double tern_roof_peak_now(tern_team *team)
{
    job j = {.team = team, .threads = tern_team_threads(team), .isa = tern_isa_detect()};
    tern_roof roof = {0};

    measure_peaks(&j, &roof);
    return roof.gmacs;
}

/* Of all threads at once. */
static tern_status measure_clocks(job *j, tern_roof *roof, tern_error *error)
{
    j->ghz = calloc(j->threads, sizeof *j->ghz);
    j->ipc = calloc(j->threads, sizeof *j->ipc);
    const bool enough = j->ghz != NULL && j->ipc != NULL;

    if (enough) {
        time_team(j, look_at_clock);
        roof->ghz = tern_stats_mean(j->ghz, j->threads);
        roof->ipc = tern_stats_mean(j->ipc, j->threads);
    }
    free(j->ghz);
    free(j->ipc);
    return enough ? TERN_OK
                  : tern_error_memory(error, "the clocks of threads", (double)(j->threads * 2 * sizeof *j->ghz));
}

static tern_status measure_all(job *j, tern_roof *roof, tern_error *error)
{
    const tern_status status = measure_clocks(j, roof, error);

    if (status != TERN_OK)
        return status;
    measure_read(j, roof);
    measure_latency(j, roof);
    measure_peaks(j, roof);
    return TERN_OK;
}

static void measure_in_child(void *argument, void *result)
{
    job *j = argument;
    outcome *o = result;

    o->roof.threads = j->threads;
    if ((o->status = tern_team_new(&j->team, j->threads, &o->error)) == TERN_OK &&
        (o->status = tern_pin_team(j->pin, j->team, NULL, &o->error)) == TERN_OK &&
        (o->status = tern_memory_new(&j->buffer, "measuring how fast it is read", j->bytes, &o->error)) == TERN_OK) {
        time_team(j, fill);
        o->status = measure_all(j, &o->roof, &o->error);
    }
    tern_memory_free(&j->buffer);
    tern_team_free(j->team);
}

tern_status tern_roof_measure(tern_roof *roof, const tern_pin *pin, uint32_t threads, uint32_t isa, uint64_t llc_bytes,
                              const tern_child_options *child, tern_error *error)
{
    job j = {.pin = pin, .threads = threads, .isa = isa, .bytes = cold_bytes(llc_bytes)};
    outcome o = {.status = TERN_OK};
    tern_child_outcome end;
    const tern_status status = tern_child_run(measure_in_child, &j, &o, sizeof o, child, &end, error);

    if (status != TERN_OK)
        return status;
    if (end.end == TERN_CHILD_STOPPED && tern_interrupt_signal() != 0)
        return tern_error_set(error, TERN_NOTHING, "interrupted by signal %d", tern_interrupt_signal());
    if (end.end != TERN_CHILD_DONE)
        return tern_error_set(error, TERN_ENVIRONMENT, "the roofs of %u thread%s could not be measured: %s", threads,
                              tern_text_plural(threads), end.reason);
    if (o.status != TERN_OK && error != NULL)
        *error = o.error;
    *roof = o.roof;
    return o.status;
}

const tern_peak *tern_roof_peak(const tern_roof *roof, uint32_t isa)
{
    const uint32_t levels = tern_isa_up_to(isa);
    const tern_peak *best = NULL;

    for (uint32_t i = 0; i < roof->peaks; i++)
        if ((roof->peak[i].probe->isa & ~levels) == 0 && (best == NULL || roof->peak[i].gmacs > best->gmacs))
            best = &roof->peak[i];
    return best;
}
