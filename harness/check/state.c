#include "check/state.h"

#include <malloc.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const int signals[TERN_STATE_SIGNALS] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM, SIGINT, SIGTERM};

static void take_float_control(uint32_t control[2])
{
#if defined(__x86_64__)
    const uint32_t status_flags = 0x3F;
    uint16_t x87;

    __asm__ volatile("stmxcsr %0" : "=m"(control[0]));
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    control[0] &= ~status_flags;
    control[1] = x87;
#elif defined(__aarch64__)
    uint64_t fpcr;

    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    control[0] = (uint32_t)fpcr;
#else
    (void)control;
#endif
}

static size_t heap_bytes(void)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    const struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

/* A directory has a link for each entry in it, "." and "..". */
static uint64_t count_threads(void)
{
    struct stat task;

    return stat("/proc/self/task", &task) == 0 ? task.st_nlink - 2 : 0;
}

static int find_free_fd(void)
{
    const int fd = dup(STDIN_FILENO);

    if (fd >= 0)
        close(fd);
    return fd;
}

void tern_state_take(tern_state *state)
{
    memset(state, 0, sizeof *state);
    state->heap_bytes = heap_bytes();
    take_float_control(state->float_control);
    sched_getaffinity(0, sizeof state->affinity, &state->affinity);
    sigprocmask(SIG_BLOCK, NULL, &state->blocked);
    for (size_t i = 0; i < TERN_STATE_SIGNALS; i++) {
        struct sigaction action;
        if (sigaction(signals[i], NULL, &action) == 0)
            state->handler[i] = action.sa_handler;
    }
    state->lowest_free_fd = find_free_fd();
    state->threads = count_threads();
}

#define MEMBER(name) offsetof(tern_state, name), sizeof(((tern_state *)NULL)->name)

static const struct {
    size_t offset, bytes;
    bool team; /* belongs to a kernel that owns its team */
    const char *name;
} members[] = {
    {MEMBER(float_control), false, "the floating-point mode"},
    {MEMBER(affinity), true, "the CPU affinity"},
    {MEMBER(blocked), false, "the signal mask"},
    {MEMBER(handler), false, "a signal handler"},
    {MEMBER(lowest_free_fd), false, "the open files"},
};

/* A thread is counted for a moment after it was joined, so that a larger number is looked at again for a while. */
static bool has_more_threads(const tern_state *before, const tern_state *after)
{
    const struct timespec nap = {.tv_nsec = 1000 * 1000};
    bool more = after->threads > before->threads;

    for (int tries = 0; more && tries < 100; tries++) {
        nanosleep(&nap, NULL);
        more = count_threads() > before->threads;
    }
    return more;
}

const char *tern_state_difference(const tern_state *before, const tern_state *after, bool owns_team)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!(owns_team && members[i].team) && memcmp((const char *)before + members[i].offset,
                                                      (const char *)after + members[i].offset, members[i].bytes) != 0)
            return members[i].name;
    return !owns_team && has_more_threads(before, after) ? "the number of threads" : NULL;
}
