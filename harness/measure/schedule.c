#include "measure/schedule.h"

#include <xxhash.h>

uint32_t tern_schedule_visits(const tern_schedule *schedule, uint32_t arm)
{
    switch (schedule->order) {
    case TERN_ORDER_QUADS:
        return 2;
    case TERN_ORDER_BLOCKS:
        return arm == schedule->reference ? 2 : 1;
    case TERN_ORDER_SHUFFLED:
        break;
    }
    return 1;
}

size_t tern_schedule_turns(uint32_t arms)
{
    return 2 * (size_t)arms;
}

/* Fisher and Yates, with a hash of seed, round and place for a generator. Leaves out the arm `but`. */
static size_t shuffle(const tern_schedule *schedule, uint32_t arms, uint32_t but, uint32_t round, uint32_t *turn)
{
    size_t count = 0;

    for (uint32_t i = 0; i < arms; i++) {
        const uint32_t place[2] = {round, i};
        if (i == but)
            continue;
        const size_t j = (size_t)(XXH3_64bits_withSeed(place, sizeof place, schedule->seed) % (count + 1));
        turn[count] = i; /* for j = count */
        turn[count++] = turn[j];
        turn[j] = i;
    }
    return count;
}

size_t tern_schedule_draw(const tern_schedule *schedule, uint32_t arms, uint32_t round, uint32_t *turn)
{
    size_t count;

    switch (schedule->order) {
    case TERN_ORDER_QUADS:
        count = shuffle(schedule, arms, UINT32_MAX, round, turn);
        for (size_t i = 0; i < count; i++)
            turn[2 * count - 1 - i] = turn[i];
        return 2 * count;
    case TERN_ORDER_BLOCKS:
        count = shuffle(schedule, arms, schedule->reference, round, turn + 1);
        turn[0] = turn[count + 1] = schedule->reference;
        return count + 2;
    case TERN_ORDER_SHUFFLED:
        break;
    }
    return shuffle(schedule, arms, UINT32_MAX, round, turn);
}

tern_stop tern_schedule_stop(const tern_schedule *schedule, uint32_t rounds, bool precise, bool budget_spent)
{
    if (schedule->until == TERN_UNTIL_PRECISE && precise)
        return TERN_STOP_PRECISE;
    if (schedule->until != TERN_UNTIL_ROUNDS && budget_spent)
        return TERN_STOP_BUDGET;
    return rounds >= schedule->rounds ? TERN_STOP_SAMPLES : TERN_STOP_NONE;
}
