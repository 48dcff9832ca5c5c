#include "base/special_file.h"

#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Waits for a reader, as opening a pipe does, but ends when the program is asked to. */
static int open_pipe(const char *path)
{
    const struct timespec nap = {0, 20 * 1000 * 1000};
    int fd;

    while ((fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0 && errno == ENXIO && tern_interrupt_signal() == 0)
        nanosleep(&nap, NULL);
    if (fd >= 0)
        fcntl(fd, F_SETFL, O_WRONLY);
    return fd;
}

/* The number behind /dev/fd/ and its other names; -1: it is none of them. */
static int descriptor_of(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};

    if (strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (strncmp(path, folders[i], strlen(folders[i])) == 0 && path[strlen(folders[i])] != '\0')
            return atoi(path + strlen(folders[i]));
    return -1;
}

bool tern_special_file_is_descriptor(const char *path)
{
    return descriptor_of(path) >= 0;
}

int tern_special_file_open(const char *path, mode_t mode)
{
    const int given = descriptor_of(path);

    if (given >= 0) {
        fflush(stdout);
        return fcntl(given, F_DUPFD_CLOEXEC, 3);
    }
    return S_ISFIFO(mode) ? open_pipe(path) : open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
}
