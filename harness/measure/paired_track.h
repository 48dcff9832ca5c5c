/*
 * paired_track.h - what the child process of an attempt works with, of which its parts fill their share.
 */
#ifndef TERN_PAIRED_TRACK_H
#define TERN_PAIRED_TRACK_H

#include "measure/fixture.h"
#include "measure/paired_result.h"
#include "measure/roof_arm.h"
#include "measure/rounds.h"

/* A member while it is timed. */
typedef struct tern_paired_lane {
    tern_case_arm case_arm;
    tern_roof_arm multiplier; /* runs right after the case */
    bool has_multiplier;
} tern_paired_lane;

/* Starts as zeros but for the attempt and options. */
typedef struct tern_paired_track {
    const tern_paired_attempt *attempt;
    const tern_measure_options *options; /* of the first member */
    tern_fixture fixture;
    tern_clock_drift clock_drift;
    tern_paired_lane *lane; /* of each member */
    tern_guard *guard;      /* TERN_READ_ONLY_GUARDS of each member */
    tern_roof_arm reader;
    bool has_reader;
    tern_arm *arm; /* every case and every roof */
    uint32_t arms;
    tern_ring_demand demand; /* of the one ring that is left to the parent, if there is one */
} tern_paired_track;

/* Whether the member takes part: it was right so far. */
static inline bool tern_paired_is_ready(const tern_paired_track *t, uint32_t member)
{
    return t->lane[member].case_arm.ready;
}

#endif
