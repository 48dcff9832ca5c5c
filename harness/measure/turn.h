/*
 * turn.h - whose turn it is in a child process where several kernels run, so that a crash or a hang finds its owner.
 *
 * Lies in memory that the parent sees after the child's end.
 */
#ifndef TERN_TURN_H
#define TERN_TURN_H

#include <stdbool.h>
#include <stdint.h>

#define TERN_NOBODY UINT32_MAX

typedef struct tern_turn {
    uint32_t who; /* TERN_NOBODY: the harness itself */
    double began_ns;
    double deadline_s; /* of one turn, set by the parent */
} tern_turn;

/* In the child: ends the process by SIGALRM unless another turn begins in time. */
void tern_turn_begin(tern_turn *turn, uint32_t who);

/* In the parent, at once after the child was ended by a signal: whether that was the deadline. */
bool tern_turn_expired(const tern_turn *turn);

#endif
