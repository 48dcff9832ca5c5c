#include "machine/allowed.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where masks of so many bytes are too short, it is something else that the system refuses. */
enum { MOST_BYTES = 1 << 20 };

static cpu_set_t first_cpu; /* CPU 0, where nothing is known */
static cpu_set_t *allowed = &first_cpu;
static size_t allowed_bytes = sizeof first_cpu;
static bool is_known;

/*
 * The system refuses a mask that is shorter than its own. Neither the heap nor sanitizers are set up when this runs, so
 * that it does with system calls.
 */
__attribute__((no_sanitize("address", "thread", "undefined"))) static void read_mask(void)
{
    CPU_SET(0, &first_cpu);
    for (size_t bytes = sizeof first_cpu; bytes <= MOST_BYTES; bytes *= 2) {
        const long at = syscall(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
        if (at == -1)
            return;
        is_known = syscall(SYS_sched_getaffinity, 0, bytes, at) >= 0;
        if (is_known) {
            allowed = (cpu_set_t *)at;
            allowed_bytes = bytes;
            return;
        }
        const bool too_short = errno == EINVAL;
        syscall(SYS_munmap, at, bytes);
        if (!too_short)
            return;
    }
}

/* Runs before the constructors of shared libraries do: System V ABI, Initialization and Termination Functions. */
__attribute__((section(".preinit_array"), used)) static void (*const read_first)(void) = read_mask;

bool tern_allowed_has(int32_t cpu)
{
    return cpu >= 0 && CPU_ISSET_S((size_t)cpu, allowed_bytes, allowed);
}

uint32_t tern_allowed_count(void)
{
    return (uint32_t)CPU_COUNT_S(allowed_bytes, allowed);
}

bool tern_allowed_is_known(void)
{
    return is_known;
}
