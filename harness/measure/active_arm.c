#include "measure/active_arm.h"

#include "base/clock.h"

#include <math.h>
#include <unistd.h>

void tern_active_arm_set(tern_active_arm *active, uint32_t who)
{
    active->who = who;
    active->began_ns = tern_clock_ns();
    alarm((unsigned)ceil(active->deadline_s));
}

bool tern_active_arm_expired(const tern_active_arm *active)
{
    return active->began_ns > 0.0 && tern_clock_ns() - active->began_ns >= 1e9 * active->deadline_s;
}
