/*
 * merge.h - many files of records into one: `report FILE... --out jsonl:FILE` without a format.
 */
#ifndef TERN_MERGE_H
#define TERN_MERGE_H

#include "analyse/fleet.h"
#include "cli/options.h"

/* Whether nothing but files of records is asked for. */
bool tern_merge_is(const tern_options *options);

/*
 * Copies the lines of all files, one at a time and as they stand, to what is open for --out, and prints whose shards
 * are there. Of a closing line, what --filter leaves out is taken out. Only one file is read at once, and what is kept
 * of a run are a few bytes. TERN_ENVIRONMENT when a shard is missing or cut off, or lines were lost: the file is
 * written all the same.
 */
tern_status tern_merge_run(const tern_options *options, tern_error *error);

/* TERN_ENVIRONMENT when a shard of those runs is missing or cut off, or a run lost results. */
tern_status tern_merge_expect_whole(const tern_fleet *fleet, tern_error *error);

#endif
