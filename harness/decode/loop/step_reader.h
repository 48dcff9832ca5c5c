/*
 * step_reader.h - the limit of a step: the same bytes, read by the same threads from the same memory, and nothing done
 * with them.
 *
 * It is read in turns with the steps. On a shared machine the rate of memory may be half of itself a second later, and
 * one that was measured before or after the loop says nothing about the loop.
 */
#ifndef TERN_STEP_READER_H
#define TERN_STEP_READER_H

#include "decode/loop/model.h"
#include "machine/probe.h"

/* The model and the team are the caller's and outlive it. */
typedef struct tern_step_reader {
    const tern_model *model;
    tern_team *team;
    const tern_probe *probe; /* has a read function that the machine can run */
    size_t ahead_bytes;      /* as tern_probe_read_fn says */
} tern_step_reader;

/* What was read, and for how long. */
typedef struct tern_step_read {
    double bytes, ns;
} tern_step_read;

/*
 * Reads weights, norms and head once, each matrix shared by the team as its rows are, and adds to `read`. Of each, less
 * than 256 bytes may be left out, and are not counted.
 */
void tern_step_reader_turn(const tern_step_reader *reader, tern_step_read *read);

/* 1e9 bytes a second; 0 where nothing was read. */
double tern_step_read_gbps(const tern_step_read *read);

#endif
