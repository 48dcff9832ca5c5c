/*
 * Runs a command as a container would that forbids system calls: each one named fails with EPERM.
 *
 *     jail perf_event_open,sched_setaffinity -- COMMAND [ARGUMENT...]
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_CALLS = 16 };

static const struct {
    const char *name;
    unsigned number;
} calls[] = {
    {"perf_event_open", SYS_perf_event_open},
    {"sched_setaffinity", SYS_sched_setaffinity},
    {"ptrace", SYS_ptrace},
    {"madvise", SYS_madvise},
    {"set_mempolicy", SYS_set_mempolicy},
    {"get_mempolicy", SYS_get_mempolicy},
    {"mbind", SYS_mbind},
    {"personality", SYS_personality},
    {"sched_setscheduler", SYS_sched_setscheduler},
};

static int number_of(const char *name, unsigned *number)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(calls[i].name, name) == 0) {
            *number = calls[i].number;
            return 0;
        }
    return -1;
}

/* load the number; for each call: if equal, go to the refusal; allow; refuse */
static int forbid(const unsigned *number, size_t count)
{
    struct sock_filter code[MOST_CALLS + 3];
    size_t length = 0;

    code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < count; i++)
        code[length++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number[i], (unsigned char)(count - i), 0);
    code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);

    const struct sock_fprog program = {(unsigned short)length, code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0;
}

int main(int argc, char **argv)
{
    unsigned number[MOST_CALLS];
    size_t count = 0;

    if (argc < 4 || strcmp(argv[2], "--") != 0)
        return 2;
    for (char *name = strtok(argv[1], ","); name != NULL; name = strtok(NULL, ","))
        if (count == MOST_CALLS || number_of(name, &number[count++]) != 0) {
            fprintf(stderr, "jail: does not know %s\n", name);
            return 2;
        }
    if (forbid(number, count) != 0) {
        perror("jail");
        return 77;
    }
    execv(argv[3], argv + 3);
    perror(argv[3]);
    return 2;
}
