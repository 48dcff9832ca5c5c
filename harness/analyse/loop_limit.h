/*
 * loop_limit.h - how near a phase of the decode loop comes to what the machine allows.
 *
 * A loop reads the same weights step after step. Where they fit into a cache, the rate of memory is no limit, and only
 * that at which the same bytes were read in turns with the steps will do.
 */
#ifndef TERN_LOOP_LIMIT_H
#define TERN_LOOP_LIMIT_H

#include "record/results.h"

#include <stdbool.h>

typedef struct tern_loop_limit {
    double share;        /* NaN: not measured, or in_cache */
    double tokens_per_s; /* at the limit; NaN likewise */
    bool reads;          /* reading is the nearer limit, and not multiply-adds */
    bool in_cache;       /* it would be reading, but from a cache, and only the rate of memory was measured */
} tern_loop_limit;

tern_loop_limit tern_loop_limit_of(const tern_results *results, const tern_decode_record *record,
                                   const tern_phase *phase);

#endif
