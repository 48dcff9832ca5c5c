/*
 * paired_rings.h - the copies of packed W that cold cases read in turn: how many, whose, and those of the parent.
 */
#ifndef TERN_PAIRED_RINGS_H
#define TERN_PAIRED_RINGS_H

#include "measure/paired_track.h"

/* What the roof that reads takes in a sample; 0 without one. */
double tern_paired_rings_reader_bytes(const tern_paired_track *t);

/*
 * How many of its samples each ring holds. A case may come last in one round and first in a later one: then its own
 * ring and the whole rounds in between are what lies between two uses of a copy, and with a ring of n samples that is
 * (n - 1) rounds and a sample. It must be what a lone case has in its ring. Two samples more are for what is lost to
 * whole numbers and to a guess that is wrong. All rings together take half of the memory at most.
 */
double tern_paired_rings_samples(const tern_paired_track *t);

/* Makes them, or takes those that the parent has. */
tern_status tern_paired_rings_make(tern_paired_track *t, double samples, tern_paired_result *result);

/* Leaves packed W to the parent, where there is one ring for all arms. */
void tern_paired_rings_leave(const tern_paired_track *t);

#endif
