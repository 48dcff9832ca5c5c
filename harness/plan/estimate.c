#include "plan/estimate.h"

double tern_estimate_case_s(const tern_planned *planned, const tern_pace *pace)
{
    const tern_shape shape = planned->c.shape;
    const double macs = (double)shape.m * (double)shape.k * (double)shape.n;
    const double call_s = macs / 2e10, check_s = 4e-3 + macs * 2e-9;

    switch (planned->c.cache) {
    case TERN_HOT:
        return check_s + pace->budget_s * pace->noise + 4 * call_s;
    case TERN_COLD:
        return check_s + pace->budget_s * pace->noise + 1.5 + 4 * call_s;
    default:
        return check_s;
    }
}
