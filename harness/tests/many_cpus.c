/*
 * A library to preload, which makes of this machine one with 384 CPUs as far as the program can tell: masks are those
 * of a system with 2048 CPUs, and a thread that is bound is told that it runs there. It runs wherever the system lets
 * it.
 *
 *     LD_PRELOAD=many_cpus.so ternbench machine
 */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CPUS = 384, MASK_BYTES = 2048 / 8 };

static _Thread_local int bound = -1; /* the CPU of this thread; -1: all */

/* As the system call does: bytes of the mask, or -1. */
static long get_mask(size_t bytes, cpu_set_t *mask)
{
    if (bytes < MASK_BYTES) {
        errno = EINVAL;
        return -1;
    }
    memset(mask, 0, MASK_BYTES);
    for (int cpu = 0; cpu < CPUS; cpu++)
        if (bound < 0 || cpu == bound)
            CPU_SET_S((size_t)cpu, MASK_BYTES, mask);
    return MASK_BYTES;
}

int sched_getaffinity(pid_t process, size_t bytes, cpu_set_t *mask)
{
    (void)process;
    memset(mask, 0, bytes);
    return get_mask(bytes, mask) < 0 ? -1 : 0;
}

int sched_setaffinity(pid_t process, size_t bytes, const cpu_set_t *mask)
{
    int first = 0;

    (void)process;
    while (first < CPUS && !CPU_ISSET_S((size_t)first, bytes, mask))
        first++;
    if (first == CPUS) {
        errno = EINVAL;
        return -1;
    }
    bound = CPU_COUNT_S(bytes, mask) == 1 ? first : -1;
    return 0;
}

int sched_getcpu(void)
{
    return bound < 0 ? 0 : bound;
}

long sysconf(int name)
{
    long (*real)(int);

    *(void **)&real = dlsym(RTLD_NEXT, "sysconf");
    return name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF ? CPUS : real(name);
}

long syscall(long number, ...)
{
    long (*real)(long, ...);
    long argument[6];
    va_list arguments;

    *(void **)&real = dlsym(RTLD_NEXT, "syscall");
    va_start(arguments, number);
    for (size_t i = 0; i < sizeof argument / sizeof *argument; i++)
        argument[i] = va_arg(arguments, long);
    va_end(arguments);
    if (number == SYS_sched_getaffinity)
        return get_mask((size_t)argument[1], (cpu_set_t *)argument[2]);
    return real(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
}
