/*
 * active_arm.h - whose turn it is in a child process where several kernels run, so that a crash or a hang finds its
 * owner.
 *
 * Lies in memory that the parent sees after the child's end.
 */
#ifndef TERN_ACTIVE_ARM_H
#define TERN_ACTIVE_ARM_H

#include <stdbool.h>
#include <stdint.h>

#define TERN_NO_ARM UINT32_MAX

typedef struct tern_active_arm {
    uint32_t who;           /* TERN_NO_ARM: the harness itself */
    _Atomic double began_s; /* by tern_clock_s(), which the parent reads at any time; 0: none has */
    double deadline_s;      /* of one turn, set by the parent */
} tern_active_arm;

/* In the child. Another turn must begin in time, or the parent ends the process. */
void tern_active_arm_set(tern_active_arm *active, uint32_t who);

/* In the parent: is a tern_child_turn of a result that begins with a tern_active_arm. */
double tern_active_arm_began(const void *result, double *deadline_s);

#endif
