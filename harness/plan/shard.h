/*
 * shard.h - the part of a plan that one of several machines takes.
 *
 * Cases of the same W and X stay together, whatever their kernel, toggles, threads and cache state: what is sampled in
 * turns, what is set beside its baseline, and what shares the right Y. The dearest of these atoms goes first, each to
 * the shard that has the least so far. So a shard takes at most twice the mean, or the dearest atom alone, by the
 * estimates of estimate.h.
 */
#ifndef TERN_SHARD_H
#define TERN_SHARD_H

#include "plan/estimate.h"

typedef struct tern_shard {
    uint32_t number, of; /* 1..of; of = 0: the whole plan */
} tern_shard;

/* Reads "3/64". False when it is anything else, or more than TERN_SHARDS_MAX. */
bool tern_shard_parse(const char *text, tern_shard *shard);

/*
 * The hash of all ids of the plan in their order, and of the pace, as 16 digits: two machines with the same have the
 * same shards.
 */
void tern_shard_plan_hash(const tern_plan *plan, const tern_pace *pace, char hash[17]);

/* Leaves in the plan what the shard takes, in its order; that may be nothing. The same on every machine. */
tern_status tern_shard_keep(tern_plan *plan, tern_shard shard, const tern_pace *pace, tern_error *error);

#endif
