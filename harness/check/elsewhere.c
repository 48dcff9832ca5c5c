#include "check/elsewhere.h"

#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* So that an exit() of the kernel is told from the end of the work. */
enum { DONE = 113 };

static bool read_all(int fd, void *to, size_t bytes)
{
    for (size_t got = 0; got < bytes;) {
        const ssize_t more = read(fd, (char *)to + got, bytes - got);
        if (more <= 0 && !(more < 0 && errno == EINTR))
            return false;
        got += more > 0 ? (size_t)more : 0;
    }
    return true;
}

void tern_elsewhere_start(tern_elsewhere *elsewhere, tern_elsewhere_fn *fn, void *argument)
{
    int wake[2];

    *elsewhere = (tern_elsewhere){.wake = -1, .file = -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, wake) != 0)
        return;
    elsewhere->file = memfd_create("packed W", MFD_CLOEXEC);
    const pid_t pid = elsewhere->file < 0 ? -1 : fork();
    if (pid == 0) {
        size_t bytes;
        close(wake[1]);
        if (read_all(wake[0], &bytes, sizeof bytes))
            fn(argument, elsewhere->file, bytes);
        _exit(DONE);
    }
    close(wake[0]);
    elsewhere->wake = wake[1];
    if (pid < 0)
        tern_elsewhere_end(elsewhere);
    else
        elsewhere->pid = pid;
}

static int wait_for(tern_elsewhere *elsewhere)
{
    int status = 0;
    pid_t ended;

    while ((ended = waitpid(elsewhere->pid, &status, 0)) < 0 && errno == EINTR) {
    }
    elsewhere->pid = 0;
    if (ended < 0)
        return TERN_ELSEWHERE_LOST;
    if (WIFSIGNALED(status))
        return WTERMSIG(status);
    return WIFEXITED(status) && WEXITSTATUS(status) == DONE ? 0 : -1;
}

int tern_elsewhere_run(tern_elsewhere *elsewhere, const void *packed, size_t bytes)
{
    if (elsewhere->pid == 0)
        return 0;
    if (!tern_whole_file_write(elsewhere->file, packed, bytes))
        return TERN_ELSEWHERE_FULL;
    /* A socket, since a pipe without a reader would end this process by SIGPIPE. */
    const bool is_gone = send(elsewhere->wake, &bytes, sizeof bytes, MSG_NOSIGNAL) != sizeof bytes;
    const int outcome = wait_for(elsewhere);
    return is_gone ? TERN_ELSEWHERE_LOST : outcome;
}

void tern_elsewhere_end(tern_elsewhere *elsewhere)
{
    if (elsewhere->wake >= 0)
        close(elsewhere->wake);
    if (elsewhere->file >= 0)
        close(elsewhere->file);
    /* A process that the kernel left behind may hold the pipe open, which is then no sign of the end. */
    if (elsewhere->pid > 0) {
        kill(elsewhere->pid, SIGKILL);
        wait_for(elsewhere);
    }
    elsewhere->wake = elsewhere->file = -1;
}
