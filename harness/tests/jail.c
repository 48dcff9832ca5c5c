/*
 * Runs a command as a container would that forbids system calls: each one named, or given by its number, fails with
 * EPERM. "amx" stands for the calls by which a process asks for the tiles of AMX.
 *
 *     jail perf_event_open,sched_setaffinity,203 -- COMMAND [ARGUMENT...]
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_CALLS = 16, RULE = 5 }; /* a rule is that many instructions of the filter */

/* A system call, or those whose first argument is at least so large. */
typedef struct forbidden {
    const char *name;
    unsigned number, at_least;
} forbidden;

static const forbidden calls[] = {
    {"perf_event_open", SYS_perf_event_open, 0},
    {"sched_setaffinity", SYS_sched_setaffinity, 0},
    {"sched_getaffinity", SYS_sched_getaffinity, 0},
    {"waitid", SYS_waitid, 0},
    {"wait4", SYS_wait4, 0},
    {"getpid", SYS_getpid, 0},
    {"futex", SYS_futex, 0},
    {"ptrace", SYS_ptrace, 0},
    {"madvise", SYS_madvise, 0},
    {"set_mempolicy", SYS_set_mempolicy, 0},
    {"get_mempolicy", SYS_get_mempolicy, 0},
    {"mbind", SYS_mbind, 0},
    {"personality", SYS_personality, 0},
    {"sched_setscheduler", SYS_sched_setscheduler, 0},
#ifdef SYS_arch_prctl
    {"amx", SYS_arch_prctl, 0x1021}, /* ARCH_GET_XCOMP_SUPP; the codes below it are needed to start a program */
#endif
};

static const forbidden *find(const char *name)
{
    static forbidden numbered;
    char *end;

    numbered = (forbidden){name, (unsigned)strtoul(name, &end, 10), 0};
    if (end != name && *end == '\0')
        return &numbered;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(calls[i].name, name) == 0)
            return &calls[i];
    return NULL;
}

/* Adds to a filter: refuse this call, or go on. */
static size_t forbid(struct sock_filter *code, const forbidden *call)
{
    const struct sock_filter refusal[RULE] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, call->at_least, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };

    memcpy(code, refusal, sizeof refusal);
    return RULE;
}

int main(int argc, char **argv)
{
    struct sock_filter code[MOST_CALLS * RULE + 1];
    size_t length = 0;

    if (argc < 4 || strcmp(argv[2], "--") != 0)
        return 2;
    for (char *name = strtok(argv[1], ","); name != NULL; name = strtok(NULL, ",")) {
        const forbidden *call = find(name);
        if (call == NULL || length == MOST_CALLS * RULE) {
            fprintf(stderr, "jail: does not know %s\n", name);
            return 2;
        }
        length += forbid(code + length, call);
    }
    code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

    const struct sock_fprog program = {(unsigned short)length, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("jail");
        return 77;
    }
    execvp(argv[3], argv + 3);
    perror(argv[3]);
    return 2;
}
