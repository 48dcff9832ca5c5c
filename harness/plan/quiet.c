#include "plan/quiet.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const int streams[] = {STDOUT_FILENO, STDERR_FILENO};

tern_quiet tern_quiet_begin(void)
{
    tern_quiet quiet = {.kept = {-1, -1}};

    fflush(NULL);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0)
        return quiet;
    for (int i = 0; i < 2; i++) {
        quiet.kept[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (quiet.kept[i] >= 0)
            dup2(nowhere, streams[i]);
    }
    close(nowhere);
    return quiet;
}

void tern_quiet_end(const tern_quiet *quiet)
{
    /* Or what stdio still holds would come later. */
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++)
        if (quiet->kept[i] >= 0) {
            dup2(quiet->kept[i], streams[i]);
            close(quiet->kept[i]);
        }
}
