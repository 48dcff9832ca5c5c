/*
 * tuning_stage.h - a stage of tuning.h: its settings, sampled in turns. The private part of tuning.c.
 */
#ifndef TERN_TUNING_STAGE_H
#define TERN_TUNING_STAGE_H

#include "base/stats.h"
#include "run/tuning.h"

#include <stdbool.h>

enum { TERN_TUNING_ROUNDS = 96, TERN_TUNING_PROCESSES = 2 }; /* of a process, and of a stage, at most */

/* One setting while its stage is sampled. */
typedef struct tern_tuning_arm {
    tern_case c;
    double ns[TERN_TUNING_PROCESSES * TERN_TUNING_ROUNDS]; /* of the workload, by round */
    uint32_t rounds;                                       /* 0: it has no samples */
    tern_estimate ratio;                                   /* how many times as fast as the first arm */
    bool wrong;
    char reason[256]; /* why it is out */
} tern_tuning_arm;

typedef struct tern_tuning_stage {
    const tern_tuning *tuning;
    const tern_workload *workload;
    const char *name;
    double once_ns; /* as in tern_tuning, of the workload */
    uint32_t rounds, processes;
    tern_tuning_arm arm[TERN_TUNING_ARMS];
    uint32_t arms;
} tern_tuning_stage;

void tern_tuning_stage_add(tern_tuning_stage *s, const tern_case *c);

/* Samples all arms; those that were whole have rounds then. Tells them. */
tern_status tern_tuning_stage_sample(tern_tuning_stage *s, tern_error *error);

/* How many times as fast as the reference. */
tern_estimate tern_tuning_stage_ratio(const tern_tuning_arm *reference, const tern_tuning_arm *a);

/* How fast it is, in a unit of the stage. */
double tern_tuning_stage_speed(const tern_tuning_stage *s, const tern_tuning_arm *a);

/* The fastest of those that are not yet marked; s->arms when there is none. */
uint32_t tern_tuning_stage_fastest(const tern_tuning_stage *s, const bool *marked);

/* What is told of it. */
tern_tried tern_tuning_stage_tried(const tern_tuning_stage *s, const tern_tuning_arm *a);

#endif
