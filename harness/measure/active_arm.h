/*
 * active_arm.h - whose turn it is in a child process where several kernels run, so that a crash or a hang finds its owner.
 *
 * Lies in memory that the parent sees after the child's end.
 */
#ifndef TERN_ACTIVE_ARM_H
#define TERN_ACTIVE_ARM_H

#include <stdbool.h>
#include <stdint.h>

#define TERN_NO_ARM UINT32_MAX

typedef struct tern_active_arm {
    uint32_t who; /* TERN_NO_ARM: the harness itself */
    double began_ns;
    double deadline_s; /* of one turn, set by the parent */
} tern_active_arm;

/* In the child: ends the process by SIGALRM unless another turn begins in time. */
void tern_active_arm_set(tern_active_arm *active, uint32_t who);

/* In the parent, at once after the child was ended by a signal: whether that was the deadline. */
bool tern_active_arm_expired(const tern_active_arm *active);

#endif
