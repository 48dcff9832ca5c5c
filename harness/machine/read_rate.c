#include "machine/read_rate.h"

#include "base/clock.h"
#include "base/stats.h"

enum {
    BLOCK_BYTES = 4096,
    QUARTERS = 4,          /* of the data: each way to read is tried on the next one */
    TRIES = 2,             /* of each way to read */
    PASSES = 5,            /* with the fastest */
    LEAST_BYTES = 32 << 20 /* of a try: milliseconds, beside which starting a team is nothing */
};

/* How far ahead to prefetch. Some processors read fastest when they are left alone, others do not. */
static const uint32_t aheads[] = {0, 512, 1024, 2048};

typedef struct reading {
    tern_team *team;
    const char *data;
    size_t bytes, turns; /* to be read in one try, and how often */
    const tern_probe *probe;
    uint32_t ahead;
} reading;

/* So that no result is left out as unused. */
static _Thread_local volatile uint64_t sink;

tern_slice tern_read_rate_slice(size_t bytes, uint32_t thread, uint32_t threads)
{
    tern_slice slice = tern_slice_of(bytes / BLOCK_BYTES, thread, threads);

    slice.begin *= BLOCK_BYTES;
    slice.end *= BLOCK_BYTES;
    return slice;
}

static void read_slice(void *argument, uint32_t thread, uint32_t threads)
{
    const reading *r = argument;
    const tern_slice slice = tern_read_rate_slice(r->bytes, thread, threads);

    for (size_t turn = 0; turn < r->turns; turn++)
        sink = r->probe->read(r->data + slice.begin, slice.end - slice.begin, r->ahead);
}

/* The rate of reading so many bytes from data, again and again if they are few. */
static double try_reading(reading *r, const char *data, size_t bytes)
{
    const size_t whole = bytes / BLOCK_BYTES * BLOCK_BYTES;

    r->data = data;
    r->bytes = bytes;
    r->turns = (LEAST_BYTES + whole - 1) / whole;
    const double start_ns = tern_clock_ns();
    tern_team_run(r->team, read_slice, r);
    return (double)whole * (double)r->turns / (tern_clock_ns() - start_ns);
}

static void find_fastest_way(reading *r, const char *data, size_t bytes, uint32_t isa, tern_read_rate *rate)
{
    const size_t part_bytes = bytes / QUARTERS / BLOCK_BYTES * BLOCK_BYTES;
    uint32_t part = 0;

    for (const tern_probe *const *probe = tern_probes; *probe != NULL; probe++) {
        if ((*probe)->read == NULL || ((*probe)->isa & ~isa) != 0)
            continue;
        r->probe = *probe;
        for (size_t i = 0; i < TRIES * sizeof aheads / sizeof *aheads; i++) {
            r->ahead = aheads[i / TRIES];
            const double gbps = try_reading(r, data + part++ % QUARTERS * part_bytes, part_bytes);
            if (gbps > rate->best_gbps)
                *rate = (tern_read_rate){.best_gbps = gbps, .reader = *probe, .ahead_bytes = r->ahead};
        }
    }
}

tern_read_rate tern_read_rate_measure(tern_team *team, const void *data, size_t bytes, uint32_t isa)
{
    reading r = {.team = team};
    tern_read_rate rate = {0};
    double gbps[PASSES];

    if (bytes / QUARTERS < BLOCK_BYTES)
        return rate;
    find_fastest_way(&r, data, bytes, isa, &rate);
    if (rate.reader == NULL)
        return rate;
    r.probe = rate.reader;
    r.ahead = rate.ahead_bytes;
    for (int pass = 0; pass < PASSES; pass++)
        gbps[pass] = try_reading(&r, data, bytes);
    tern_stats_sort(gbps, PASSES);
    rate.best_gbps = gbps[PASSES - 1];
    rate.median_gbps = tern_stats_median(gbps, PASSES);
    return rate;
}
