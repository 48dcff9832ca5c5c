/*
 * roof_arm.h - a roof as something to be sampled: reading memory, or multiplying and adding, in turns with the cases
 * that it stands above. roof.h finds the roofs once and takes the best of several tries; a roof arm tells what they are
 * at this moment.
 */
#ifndef TERN_ROOF_ARM_H
#define TERN_ROOF_ARM_H

#include "machine/clock_drift.h"
#include "machine/memory.h"
#include "machine/probe.h"
#include "measure/active_arm.h"
#include "measure/sampler.h"

typedef struct tern_roof_arm {
    const tern_probe *probe;
    tern_team *team;
    tern_clock_drift *clock_drift;
    tern_active_arm *active;
    double units_per_call; /* bytes read, or multiply-adds */
    /* of a reader */
    tern_memory buffer; /* a ring of blocks */
    size_t block_bytes, blocks, block, ahead;
    /* of a multiplier */
    uint64_t turns_per_call;
    tern_sampled sampled;
    tern_series series;
    double sample_ns[TERN_MAX_SAMPLES]; /* of the series */
} tern_roof_arm;

/*
 * Reads the blocks of a buffer of ring_bytes one after another, shared by the team as kernels share rows, `ahead` as
 * tern_probe_read_fn says. The arm is zeros but for probe, team, clock_drift and active, which outlive it. Free with
 * tern_roof_arm_close(), whatever is returned.
 */
tern_status tern_roof_arm_open_reader(tern_roof_arm *roof_arm, size_t ahead, uint64_t ring_bytes, tern_error *error);

/* The same for multiply-adds. TERN_ENVIRONMENT when the system does not permit the instruction. */
tern_status tern_roof_arm_open_multiplier(tern_roof_arm *roof_arm, tern_error *error);

void tern_roof_arm_warm_up(tern_roof_arm *roof_arm, const tern_sampler_options *options);

void tern_roof_arm_close(tern_roof_arm *roof_arm);

#endif
