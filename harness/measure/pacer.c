#include "measure/pacer.h"

#include "check/product.h"
#include "measure/clock.h"

#include <string.h>

/*
 * A block is as long as a packed W of some size, for each thread, so that fork and join weigh as little as in a case.
 */
enum { BLOCK_BYTES = 16 << 20, LINES_BYTES = 4096 };

static const double multiply_call_ns = 5e5;

/* A thread's part of the block whose turn it is. */
static tern_slice part_of(const tern_pacer *pacer, uint32_t thread, uint32_t threads)
{
    tern_slice part = tern_slice_of(pacer->block_bytes / LINES_BYTES, thread, threads);

    part.begin = pacer->block * pacer->block_bytes + part.begin * LINES_BYTES;
    part.end = pacer->block * pacer->block_bytes + part.end * LINES_BYTES;
    return part;
}

static void write_part(void *argument, uint32_t thread, uint32_t threads)
{
    const tern_pacer *pacer = argument;
    const tern_slice part = part_of(pacer, thread, threads);

    memset(pacer->buffer.data + part.begin, 1, part.end - part.begin);
}

static void read_part(void *argument, uint32_t thread, uint32_t threads)
{
    tern_pacer *pacer = argument;
    const tern_slice part = part_of(pacer, thread, threads);

    pacer->sink[thread] = pacer->probe->read(pacer->buffer.data + part.begin, part.end - part.begin, pacer->ahead);
}

static void multiply(void *argument, uint32_t thread, uint32_t threads)
{
    tern_pacer *pacer = argument;

    (void)threads;
    pacer->sink[thread] = pacer->probe->multiply(pacer->turns_per_call);
}

static void next_block(tern_pacer *pacer)
{
    pacer->block = pacer->block + 1 == pacer->blocks ? 0 : pacer->block + 1;
}

static double time_reading(void *context, uint64_t calls)
{
    tern_pacer *pacer = context;
    const double start_ns = tern_clock_ns();

    for (uint64_t i = 0; i < calls; i++) {
        tern_team_run(pacer->team, read_part, pacer);
        next_block(pacer);
    }
    return tern_clock_ns() - start_ns;
}

static double time_multiplying(void *context, uint64_t calls)
{
    tern_pacer *pacer = context;

    /* Untimed: wide units that were asleep, or slowed for another instruction set, take microseconds to be ready. */
    tern_team_run(pacer->team, multiply, pacer);
    const double start_ns = tern_clock_ns();
    for (uint64_t i = 0; i < calls; i++)
        tern_team_run(pacer->team, multiply, pacer);
    return tern_clock_ns() - start_ns;
}

static double drift(void *context)
{
    tern_pacer *pacer = context;

    tern_turn_begin(pacer->turn, TERN_NOBODY);
    return tern_canary_drift(pacer->canary, pacer->team);
}

static void settle(void *context, bool kept)
{
    (void)context;
    (void)kept;
}

static double now_ns(void *context)
{
    (void)context;
    return tern_clock_ns();
}

tern_status tern_pacer_open_reader(tern_pacer *pacer, size_t ahead, uint64_t ring_bytes, tern_error *error)
{
    pacer->sampled = (tern_sampled){pacer, time_reading, drift, settle, now_ns};
    pacer->ahead = ahead;
    pacer->block_bytes = (size_t)BLOCK_BYTES * tern_team_threads(pacer->team);
    pacer->blocks = ring_bytes > pacer->block_bytes ? (ring_bytes + pacer->block_bytes - 1) / pacer->block_bytes : 1;
    pacer->units_per_call = (double)pacer->block_bytes;
    const tern_status status =
        tern_memory_new(&pacer->buffer, "measuring the memory's bandwidth", pacer->blocks * pacer->block_bytes, error);
    for (size_t i = 0; i < pacer->blocks && status == TERN_OK; i++, next_block(pacer))
        tern_team_run(pacer->team, write_part, pacer);
    return status;
}

tern_status tern_pacer_open_multiplier(tern_pacer *pacer, tern_error *error)
{
    pacer->sampled = (tern_sampled){pacer, time_multiplying, drift, settle, now_ns};
    if (pacer->probe->permit != NULL && pacer->probe->permit() != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "the system does not permit %s any more",
                              pacer->probe->instruction);
    pacer->turns_per_call = 1000;
    while (time_multiplying(pacer, 1) < multiply_call_ns)
        pacer->turns_per_call *= 2;
    pacer->units_per_call =
        (double)pacer->turns_per_call * pacer->probe->macs_per_turn * tern_team_threads(pacer->team);
    return TERN_OK;
}

void tern_pacer_warm_up(tern_pacer *pacer, const tern_sampler_options *options)
{
    tern_turn_begin(pacer->turn, TERN_NOBODY);
    tern_sampler_warm_up(&pacer->sampled, options, pacer->sampled.time_ns(pacer, 1), &pacer->timing);
}

void tern_pacer_close(tern_pacer *pacer)
{
    tern_memory_free(&pacer->buffer);
}
