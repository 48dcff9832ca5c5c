/*
 * read_rate.h - how fast a team reads a buffer.
 */
#ifndef TERN_READ_RATE_H
#define TERN_READ_RATE_H

#include "base/team.h"
#include "machine/probe.h"

#include <stddef.h>
#include <stdint.h>

/* Of a pass over all bytes, 1e9 bytes a second, all threads together. */
typedef struct tern_read_rate {
    double best_gbps, median_gbps;
    const tern_probe *reader; /* the fastest way to read; NULL: there is none among the instruction sets */
    uint32_t ahead_bytes;     /* how far ahead it prefetches; 0 = leaves it to the hardware */
} tern_read_rate;

/*
 * What a thread reads of so many bytes: whole blocks that every reader takes. The rest, less than a block, nobody
 * reads.
 */
tern_slice tern_read_rate_slice(size_t bytes, uint32_t thread, uint32_t threads);

/*
 * Reads data (aligned to 64, and touched before) with the instruction sets of isa (TERN_ISA_ bits). Each way to read is
 * tried on the next quarter of the data, so that no cache has kept it meanwhile. The fastest way then reads all.
 */
tern_read_rate tern_read_rate_measure(tern_team *team, const void *data, size_t bytes, uint32_t isa);

#endif
