/*
 * schedule.h - in which order several things are sampled, and when there are enough samples. Pure functions: no clock,
 * no kernel.
 */
#ifndef TERN_SCHEDULE_H
#define TERN_SCHEDULE_H

#include "record/record.h"

/* The order within a round. Each round draws anew, so that a slow moment of the machine falls on all alike. */
typedef enum tern_order {
    TERN_ORDER_SHUFFLED, /* each arm once, in random order */
    TERN_ORDER_QUADS,    /* there and back, in random order: ABBA or BAAB of two arms. Linear drift cancels out */
    TERN_ORDER_BLOCKS    /* the reference, all others in random order, the reference again */
} tern_order;

/* Until when. Whatever it is, a round that began is done, and one round is. */
typedef enum tern_until {
    TERN_UNTIL_PRECISE, /* everything is known precisely, or the budget is spent */
    TERN_UNTIL_BUDGET,
    TERN_UNTIL_ROUNDS /* exactly `rounds`, however long it takes */
} tern_until;

typedef struct tern_schedule {
    tern_order order;
    tern_until until;
    uint32_t rounds;    /* exactly, or at most */
    uint32_t reference; /* of blocks: an arm */
    uint64_t seed;      /* of the order */
} tern_schedule;

/* How often an arm is sampled in one round. */
uint32_t tern_schedule_visits(const tern_schedule *schedule, uint32_t arm);

/* The most turns that a round of so many arms has. */
size_t tern_schedule_turns(uint32_t arms);

/*
 * Writes the arms of round `round` in the order of their turns; turn has room for tern_schedule_turns(). Returns how
 * many turns there are. The same for the same seed and round.
 */
size_t tern_schedule_draw(const tern_schedule *schedule, uint32_t arms, uint32_t round, uint32_t *turn);

/* Whether there are enough after `rounds` rounds: TERN_STOP_NONE while there are not. */
tern_stop tern_schedule_stop(const tern_schedule *schedule, uint32_t rounds, bool precise, bool budget_spent);

#endif
