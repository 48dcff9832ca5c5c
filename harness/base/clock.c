#include "base/clock.h"

#include <math.h>
#include <time.h>

enum { CANARY_ADDITIONS = 16384, ADDITIONS_A_TURN = 64, CANARY_TRIES = 4, OVERHEAD_TRIES = 1000, ADDITION_TRIES = 200 };

double tern_clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

double tern_clock_ns_for(void *context)
{
    (void)context;
    return tern_clock_ns();
}

double tern_clock_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

uint64_t tern_clock_ticks(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return 1000000000u * (uint64_t)now.tv_sec + (uint64_t)now.tv_nsec;
#endif
}

double tern_clock_overhead_ns(void)
{
    double least = INFINITY;

    for (int i = 0; i < OVERHEAD_TRIES; i++) {
        const double start = tern_clock_ns();
        least = fmin(least, tern_clock_ns() - start);
    }
    return least;
}

/* Adds a register, not a constant: recent cores fold chains of small constants while they rename registers. */
static void add_in_a_chain(void)
{
    uint64_t sum = 0, addend = 3;

    for (unsigned turn = 0; turn < CANARY_ADDITIONS / ADDITIONS_A_TURN; turn++) {
#if defined(__x86_64__)
        __asm__ volatile(".rept 64\n\tadd %1, %0\n\t.endr" : "+r"(sum) : "r"(addend) : "cc");
#elif defined(__aarch64__)
        __asm__ volatile(".rept 64\n\tadd %0, %0, %1\n\t.endr" : "+r"(sum) : "r"(addend));
#else
        for (unsigned i = 0; i < ADDITIONS_A_TURN; i++) {
            sum += addend;
            __asm__ volatile("" : "+r"(sum));
        }
#endif
    }
}

double tern_clock_chain_ns(void)
{
    double least = INFINITY;

    for (int i = 0; i < CANARY_TRIES; i++) {
        const double start = tern_clock_ns();
        add_in_a_chain();
        least = fmin(least, tern_clock_ns() - start);
    }
    return least;
}

/* As many additions, eight chains side by side: more than any core has units to add with. */
static void add_side_by_side(void)
{
    uint64_t sum[8] = {0}, addend = 3;

    for (unsigned turn = 0; turn < CANARY_ADDITIONS / ADDITIONS_A_TURN; turn++) {
#if defined(__x86_64__)
        __asm__ volatile(".rept 8\n\tadd %8, %0\n\tadd %8, %1\n\tadd %8, %2\n\tadd %8, %3\n\t"
                         "add %8, %4\n\tadd %8, %5\n\tadd %8, %6\n\tadd %8, %7\n\t.endr"
                         : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3]), "+r"(sum[4]), "+r"(sum[5]),
                           "+r"(sum[6]), "+r"(sum[7])
                         : "r"(addend)
                         : "cc");
#elif defined(__aarch64__)
        __asm__ volatile(".rept 8\n\tadd %0, %0, %8\n\tadd %1, %1, %8\n\tadd %2, %2, %8\n\tadd %3, %3, %8\n\t"
                         "add %4, %4, %8\n\tadd %5, %5, %8\n\tadd %6, %6, %8\n\tadd %7, %7, %8\n\t.endr"
                         : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3]), "+r"(sum[4]), "+r"(sum[5]),
                           "+r"(sum[6]), "+r"(sum[7])
                         : "r"(addend));
#else
        for (unsigned i = 0; i < ADDITIONS_A_TURN; i++) {
            sum[i % 8] += addend;
            __asm__ volatile("" : "+r"(sum[i % 8]));
        }
#endif
    }
}

double tern_clock_chain_ghz(double chain_ns, double overhead_ns)
{
    return CANARY_ADDITIONS / (chain_ns - overhead_ns);
}

/* The shortest of many of each, in turns: whatever slows both down leaves the ratio. */
double tern_clock_additions_per_cycle(void)
{
    const double overhead_ns = tern_clock_overhead_ns();
    double chain_ns = INFINITY, side_by_side_ns = INFINITY;

    for (int i = 0; i < ADDITION_TRIES; i++) {
        chain_ns = fmin(chain_ns, tern_clock_chain_ns());
        const double start = tern_clock_ns();
        add_side_by_side();
        side_by_side_ns = fmin(side_by_side_ns, tern_clock_ns() - start);
    }
    return (chain_ns - overhead_ns) / (side_by_side_ns - overhead_ns);
}

double tern_clock_ghz(void)
{
    const double overhead = tern_clock_overhead_ns(), end = tern_clock_ns() + 20e6;
    double least = INFINITY;

    while (tern_clock_ns() < end)
        least = fmin(least, tern_clock_chain_ns());
    return tern_clock_chain_ghz(least, overhead);
}
