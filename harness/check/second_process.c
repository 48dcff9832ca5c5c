#include "check/second_process.h"

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

void tern_second_process_start(tern_second_process *second, tern_second_process_fn *fn, void *argument)
{
    int wake[2];

    *second = (tern_second_process){.wake = -1, .file = -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, wake) != 0)
        return;
    second->file = memfd_create("packed W", MFD_CLOEXEC);
    const pid_t pid = second->file < 0 ? -1 : fork();
    if (pid == 0) {
        size_t bytes;
        close(wake[1]);
        if (read_all(wake[0], &bytes, sizeof bytes))
            fn(argument, second->file, bytes);
        _exit(DONE);
    }
    close(wake[0]);
    second->wake = wake[1];
    if (pid < 0)
        tern_second_process_end(second);
    else
        second->pid = pid;
}

static int wait_for(tern_second_process *second)
{
    int status = 0;
    pid_t ended;

    while ((ended = waitpid(second->pid, &status, 0)) < 0 && errno == EINTR) {
    }
    second->pid = 0;
    if (ended < 0)
        return TERN_SECOND_PROCESS_LOST;
    if (WIFSIGNALED(status))
        return WTERMSIG(status);
    return WIFEXITED(status) && WEXITSTATUS(status) == DONE ? 0 : -1;
}

int tern_second_process_run(tern_second_process *second, const void *packed, size_t bytes)
{
    if (second->pid == 0)
        return 0;
    if (!tern_whole_file_write(second->file, packed, bytes))
        return TERN_SECOND_PROCESS_FULL;
    /* A socket, since a pipe without a reader would end this process by SIGPIPE. */
    const bool is_gone = send(second->wake, &bytes, sizeof bytes, MSG_NOSIGNAL) != sizeof bytes;
    const int outcome = wait_for(second);
    return is_gone ? TERN_SECOND_PROCESS_LOST : outcome;
}

void tern_second_process_end(tern_second_process *second)
{
    if (second->wake >= 0)
        close(second->wake);
    if (second->file >= 0)
        close(second->file);
    /* A process that the kernel left behind may hold the pipe open, which is then no sign of the end. */
    if (second->pid > 0) {
        kill(second->pid, SIGKILL);
        wait_for(second);
    }
    second->wake = second->file = -1;
}
