/*
 * wait.h - a delay of so many steps, for kernels whose speed is made up: a chain of additions and multiplications of
 * which each needs the one before, so that it is slower when the clock is.
 */
#ifndef TERN_WAIT_H
#define TERN_WAIT_H

#ifdef __x86_64__
#define WAIT_ALONE() __asm__ volatile("lfence" ::: "memory") /* or else it would overlap with what stands around it */
#else
#define WAIT_ALONE() __asm__ volatile("" ::: "memory")
#endif

static inline void wait_for(unsigned long steps)
{
    unsigned long x = 1;

    WAIT_ALONE();
    for (; steps > 0; steps--) {
        x = x * 3 + 1;
        __asm__ volatile("" : "+r"(x));
    }
    WAIT_ALONE();
}

#endif
