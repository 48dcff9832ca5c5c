/*
 * read_rate.h - how fast a team reads so many bytes again and again: from memory, or from a cache that they fit into.
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

/* What a thread reads of so many bytes: whole blocks that every reader takes. The rest, less than a block, nobody reads. */
tern_slice tern_read_rate_slice(size_t bytes, uint32_t thread, uint32_t threads);

/*
 * Reads data (aligned to 64, and touched before) with the instruction sets of isa (TERN_ISA_ bits). Each way to read is
 * tried on one of so many parts of the data, in turn, so that what does not fit into a cache together is not found there;
 * 1 where it may be. The fastest way then reads all.
 */
tern_read_rate tern_read_rate_measure(tern_team *team, const void *data, size_t bytes, uint32_t parts, uint32_t isa);

#endif
