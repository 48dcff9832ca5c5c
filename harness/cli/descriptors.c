#include "cli/descriptors.h"

#include "base/limit.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ENOUGH = 32 };

void tern_descriptors_occupy(void)
{
    static const int modes[] = {[STDIN_FILENO] = O_RDONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_WRONLY};

    /* The lowest that is free is taken, and those below are not. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", modes[fd]);
}

tern_status tern_descriptors_prepare(tern_error *error)
{
    uintmax_t most;

    if (tern_limit_raise(RLIMIT_NOFILE, ENOUGH, &most))
        return TERN_OK;
    return tern_error_set(error, TERN_ENVIRONMENT,
                          "Too many open files: no more than %ju may be open here, and %d are needed; see ulimit -n",
                          most, ENOUGH);
}
