#include "measure/active_arm.h"

#include "base/clock.h"

void tern_active_arm_set(tern_active_arm *active, uint32_t who)
{
    active->who = who;
    active->began_s = tern_clock_s();
}

double tern_active_arm_began(const void *result, double *deadline_s)
{
    const tern_active_arm *active = result;

    *deadline_s = active->deadline_s;
    return active->began_s;
}
