#include "decode/loop/step_reader.h"

#include "base/clock.h"

enum { BLOCK_BYTES = 256 }; /* that every reader takes */

/* So that no result is left out as unused. */
static _Thread_local volatile uint64_t sink;

/*
 * Memory of a model in pieces: every product, what lies between the last one and the head, the head. A thread reads of
 * each what it packed, give or take a tile, so that on a machine of several memory nodes it reads from its own.
 */
static size_t piece_count(const tern_model *m)
{
    return m->geometry.layers * m->parts.count + 1;
}

static const uint8_t *piece(const tern_model *m, size_t index)
{
    const size_t products = m->geometry.layers * m->parts.count;

    return index < products ? m->packed[index]
                            : (const uint8_t *)m->head.data + (index == products ? 0 : m->head_bytes);
}

static size_t blocks(const tern_model *m, size_t index)
{
    return (size_t)(piece(m, index + 1) - piece(m, index)) / BLOCK_BYTES;
}

static void read_share(void *argument, uint32_t thread, uint32_t threads)
{
    const tern_step_reader *r = argument;
    uint64_t sum = 0;

    for (size_t i = 0; i < piece_count(r->model); i++) {
        const tern_slice slice = tern_slice_of(blocks(r->model, i), thread, threads);
        if (slice.begin < slice.end)
            sum += r->probe->read(piece(r->model, i) + slice.begin * BLOCK_BYTES,
                                  (slice.end - slice.begin) * BLOCK_BYTES, r->ahead_bytes);
    }
    sink = sum;
}

void tern_step_reader_turn(const tern_step_reader *reader, tern_step_read *read)
{
    tern_step_reader r = *reader;
    const double start_ns = tern_clock_ns();

    tern_team_run(r.team, read_share, &r);
    read->ns += tern_clock_ns() - start_ns;
    for (size_t i = 0; i < piece_count(r.model); i++)
        read->bytes += (double)(blocks(r.model, i) * BLOCK_BYTES);
}

double tern_step_read_gbps(const tern_step_read *read)
{
    return read->ns > 0.0 ? read->bytes / read->ns : 0.0;
}
