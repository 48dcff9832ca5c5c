#include "measure/turn.h"

#include "measure/clock.h"

#include <math.h>
#include <unistd.h>

void tern_turn_begin(tern_turn *turn, uint32_t who)
{
    turn->who = who;
    turn->began_ns = tern_clock_ns();
    alarm((unsigned)ceil(turn->deadline_s));
}

bool tern_turn_expired(const tern_turn *turn)
{
    return turn->began_ns > 0.0 && tern_clock_ns() - turn->began_ns >= 1e9 * turn->deadline_s;
}
