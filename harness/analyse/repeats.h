/*
 * repeats.h - which runs are of one machine, and which repeat each other. What becomes of their records: merged.h.
 */
#ifndef TERN_REPEATS_H
#define TERN_REPEATS_H

#include "base/error.h"
#include "record/results.h"

/* Machines of one class are one machine here: times of theirs compare. From 1, in the order of the runs. */
uint32_t tern_repeats_machine(const tern_results *results, uint32_t run);
uint32_t tern_repeats_machines(const tern_results *results);

/*
 * Runs are alike that are of one machine, one build and the same settings; they repeat each other when they also have
 * timed cases or decode runs in common. A build of a modified source is like no other, since what was modified is not
 * known.
 */
typedef struct tern_repeats {
    uint32_t *like;  /* for each run the first that it is like, or itself */
    uint32_t *first; /* for each run the first that it repeats, or itself */
    bool any;        /* whether any run repeats another */
    bool shared;     /* whether runs that are alike have any result in common, timed or not */
} tern_repeats;

/* TERN_ENVIRONMENT when memory ran out. Free with tern_repeats_free(), also after an error. */
tern_status tern_repeats_new(tern_repeats *repeats, const tern_results *results, tern_error *error);
void tern_repeats_free(tern_repeats *repeats);

bool tern_repeats_alike(const tern_repeats *repeats, uint32_t a, uint32_t b);

#endif
