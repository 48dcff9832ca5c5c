#include "measure/roof_arm.h"

#include "base/clock.h"
#include "check/product.h"

#include <string.h>

/*
 * A block is as long as a packed W of some size, for each thread, so that fork and join weigh as little as in a case.
 */
enum { BLOCK_BYTES = 16 << 20, LINES_BYTES = 4096 };

static const double multiply_call_ns = 5e5;

/* So that no result is left out as unused. */
static _Thread_local volatile uint64_t sink;

/* A thread's part of the block whose turn it is. */
static tern_slice part_of(const tern_roof_arm *roof_arm, uint32_t thread, uint32_t threads)
{
    tern_slice part = tern_slice_of(roof_arm->block_bytes / LINES_BYTES, thread, threads);

    part.begin = roof_arm->block * roof_arm->block_bytes + part.begin * LINES_BYTES;
    part.end = roof_arm->block * roof_arm->block_bytes + part.end * LINES_BYTES;
    return part;
}

static void write_part(void *argument, uint32_t thread, uint32_t threads)
{
    const tern_roof_arm *roof_arm = argument;
    const tern_slice part = part_of(roof_arm, thread, threads);

    memset(roof_arm->buffer.data + part.begin, 1, part.end - part.begin);
}

static void read_part(void *argument, uint32_t thread, uint32_t threads)
{
    tern_roof_arm *roof_arm = argument;
    const tern_slice part = part_of(roof_arm, thread, threads);

    sink = roof_arm->probe->read(roof_arm->buffer.data + part.begin, part.end - part.begin, roof_arm->ahead);
}

static void multiply(void *argument, uint32_t thread, uint32_t threads)
{
    tern_roof_arm *roof_arm = argument;

    (void)thread;
    (void)threads;
    sink = roof_arm->probe->multiply(roof_arm->turns_per_call);
}

static void next_block(tern_roof_arm *roof_arm)
{
    roof_arm->block = roof_arm->block + 1 == roof_arm->blocks ? 0 : roof_arm->block + 1;
}

static double time_reading(void *context, uint64_t calls)
{
    tern_roof_arm *roof_arm = context;
    const double start_ns = tern_clock_ns();

    for (uint64_t i = 0; i < calls; i++) {
        tern_team_run(roof_arm->team, read_part, roof_arm);
        next_block(roof_arm);
    }
    return tern_clock_ns() - start_ns;
}

static double time_multiplying(void *context, uint64_t calls)
{
    tern_roof_arm *roof_arm = context;

    /* Untimed: wide units that were asleep, or slowed for another instruction set, take microseconds to be ready. */
    tern_team_run(roof_arm->team, multiply, roof_arm);
    const double start_ns = tern_clock_ns();
    for (uint64_t i = 0; i < calls; i++)
        tern_team_run(roof_arm->team, multiply, roof_arm);
    return tern_clock_ns() - start_ns;
}

static double drift(void *context)
{
    tern_roof_arm *roof_arm = context;

    tern_active_arm_set(roof_arm->active, TERN_NO_ARM);
    return tern_clock_drift_look(roof_arm->clock_drift, roof_arm->team);
}

static void start(tern_roof_arm *roof_arm, double (*time_ns)(void *context, uint64_t calls))
{
    roof_arm->sampled = (tern_sampled){roof_arm, time_ns, drift, NULL, tern_clock_ns_for};
    roof_arm->series = (tern_series){.sample_ns = roof_arm->sample_ns, .capacity = TERN_MAX_SAMPLES};
}

tern_status tern_roof_arm_open_reader(tern_roof_arm *roof_arm, size_t ahead, uint64_t ring_bytes, tern_error *error)
{
    start(roof_arm, time_reading);
    roof_arm->ahead = ahead;
    roof_arm->block_bytes = (size_t)BLOCK_BYTES * tern_team_threads(roof_arm->team);
    roof_arm->blocks =
        ring_bytes > roof_arm->block_bytes ? (ring_bytes + roof_arm->block_bytes - 1) / roof_arm->block_bytes : 1;
    roof_arm->units_per_call = (double)roof_arm->block_bytes;
    const tern_status status = tern_memory_new(&roof_arm->buffer, "measuring the memory's bandwidth",
                                               roof_arm->blocks * roof_arm->block_bytes, error);
    for (size_t i = 0; i < roof_arm->blocks && status == TERN_OK; i++, next_block(roof_arm))
        tern_team_run(roof_arm->team, write_part, roof_arm);
    return status;
}

tern_status tern_roof_arm_open_multiplier(tern_roof_arm *roof_arm, tern_error *error)
{
    start(roof_arm, time_multiplying);
    if (roof_arm->probe->permit != NULL && roof_arm->probe->permit() != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "the system does not permit %s any more",
                              roof_arm->probe->instruction);
    roof_arm->turns_per_call = 1000;
    while (time_multiplying(roof_arm, 1) < multiply_call_ns)
        roof_arm->turns_per_call *= 2;
    roof_arm->units_per_call =
        (double)roof_arm->turns_per_call * roof_arm->probe->macs_per_turn * tern_team_threads(roof_arm->team);
    return TERN_OK;
}

void tern_roof_arm_warm_up(tern_roof_arm *roof_arm, const tern_sampler_options *options)
{
    tern_active_arm_set(roof_arm->active, TERN_NO_ARM);
    tern_sampler_warm_up(&roof_arm->sampled, options, roof_arm->sampled.time_ns(roof_arm, 1), &roof_arm->series);
}

void tern_roof_arm_close(tern_roof_arm *roof_arm)
{
    tern_memory_free(&roof_arm->buffer);
}
