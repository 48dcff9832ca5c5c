#include "base/traced.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

bool tern_traced_begin(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0;
}

void tern_traced_hold(pid_t child, bool threads)
{
    const unsigned long options = PTRACE_O_EXITKILL | (threads ? (unsigned long)PTRACE_O_TRACECLONE : 0);

    ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)options);
}

pid_t tern_traced_wait(pid_t pid, int *status)
{
    pid_t who;

    while ((who = waitpid(pid, status, __WALL)) < 0 && errno == EINTR) {
    }
    return who;
}

bool tern_traced_registers(pid_t pid, struct user_regs_struct *registers)
{
    struct iovec room = {.iov_base = registers, .iov_len = sizeof *registers};

    return ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &room) == 0;
}

bool tern_traced_set_registers(pid_t pid, struct user_regs_struct *registers)
{
    struct iovec room = {.iov_base = registers, .iov_len = sizeof *registers};

    return ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &room) == 0;
}

void tern_traced_end(pid_t child)
{
    pid_t who;
    int status;

    kill(child, SIGKILL);
    /* Its own end is told after those of its threads. */
    while ((who = tern_traced_wait(-1, &status)) > 0 && who != child) {
    }
}
