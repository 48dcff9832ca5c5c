#include "base/limit.h"

#include <sys/resource.h>

bool tern_limit_raise(int resource, uintmax_t enough, uintmax_t *most)
{
    struct rlimit limit;

    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0 || limit.rlim_cur >= enough)
        return true;
    *most = limit.rlim_max;
    limit.rlim_cur = enough;
    return limit.rlim_max >= enough && setrlimit((__rlimit_resource_t)resource, &limit) == 0;
}
