#include "analyse/above_limit.h"

#include <math.h>

bool tern_is_above_limit(double share)
{
    return isfinite(share) && share >= 1.0005;
}

const char *tern_above_limit_remark(double share)
{
    return tern_is_above_limit(share) ? " (" TERN_ABOVE_LIMIT ")" : "";
}
