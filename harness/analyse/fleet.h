/*
 * fleet.h - what many machines did together: whether the shards of a plan are all there, and which machine is off.
 *
 * Lines are shown to it one at a time, in the order of their files, and it keeps a few bytes of each run. So it serves
 * a merge of any size as well as results in memory.
 */
#ifndef TERN_FLEET_H
#define TERN_FLEET_H

#include "base/error.h"
#include "record/held.h"
#include "record/line.h"
#include "record/results.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cases of a suite of this name are timed on every machine, to compare the machines. */
#define TERN_CANARY_SUITE "canary"

/* One run, as far as the whole is concerned. */
typedef struct tern_fleet_run {
    char plan[17], host[64];
    char build[96]; /* of ternbench: "0.1.0 4cf200df4ca5 (modified)" */
    uint32_t shard, shards, plan_cases;
    bool complete;       /* it has a closing line that says so, and all that it counts */
    uint32_t done, lost; /* results by its closing line, and those of them that are not in the file */
} tern_fleet_run;

typedef struct tern_fleet_canary {
    size_t run; /* of tern_fleet */
    uint64_t id_hash;
    double ns;
} tern_fleet_canary;

/* All zero: nothing was shown. Free with tern_fleet_free(). */
typedef struct tern_fleet {
    TERN_LIST_OF(tern_fleet_run) runs;
    TERN_LIST_OF(tern_fleet_canary) canaries;
    size_t cases, exact, wrong, skipped;
    tern_held held; /* of the last run */
} tern_fleet;

/* value is the struct of the line; lines before the first run, and those that do not matter here, are passed over. */
tern_status tern_fleet_add(tern_fleet *fleet, tern_line line, const void *value, tern_error *error);

/* All lines of results. */
tern_status tern_fleet_add_results(tern_fleet *fleet, const tern_results *results, tern_error *error);

/* Takes a sentence. */
typedef void tern_fleet_say(void *context, const char *sentence);

/*
 * Says of each plan how many shards are complete, which are missing, cut off, or there twice, and which are of another
 * build of ternbench than others; then which machines' canaries are off the median by more than 3 %. Nothing where
 * there is no shard and no canary. Then which runs, shards or not, lost results on the way. Returns whether no shard is
 * missing or cut off, and nothing lost; say may be NULL.
 */
bool tern_fleet_tell(const tern_fleet *fleet, tern_fleet_say *say, void *context);

/* How many results were lost of all runs. */
size_t tern_fleet_lost(const tern_fleet *fleet);

void tern_fleet_free(tern_fleet *fleet);

#endif
