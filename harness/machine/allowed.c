#include "machine/allowed.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SETS = TERN_ALLOWED_MAX / CPU_SETSIZE };

static cpu_set_t allowed[SETS];
static bool is_known;

/* Sanitizers are not set up when it runs. */
__attribute__((no_sanitize("address", "thread", "undefined"))) static void read_mask(void)
{
    is_known = syscall(SYS_sched_getaffinity, 0, sizeof allowed, allowed) >= 0;
    if (!is_known)
        CPU_SET(0, &allowed[0]);
}

/* Runs before the constructors of shared libraries do: System V ABI, Initialization and Termination Functions. */
__attribute__((section(".preinit_array"), used)) static void (*const read_first)(void) = read_mask;

bool tern_allowed_has(int32_t cpu)
{
    return cpu >= 0 && cpu < TERN_ALLOWED_MAX && CPU_ISSET_S((size_t)cpu, sizeof allowed, allowed);
}

uint32_t tern_allowed_count(void)
{
    return (uint32_t)CPU_COUNT_S(sizeof allowed, allowed);
}

bool tern_allowed_is_known(void)
{
    return is_known;
}

int tern_allowed_restore(void)
{
    return sched_setaffinity(0, sizeof allowed, allowed) == 0 ? 0 : errno;
}
