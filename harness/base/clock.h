/*
 * clock.h - time, and a canary that tells whether the processor's frequency moved.
 *
 * Samples are timed by CLOCK_MONOTONIC_RAW: nanoseconds that no daemon slews, read in user space in some 30 ns, which
 * is nothing beside a sample of milliseconds. Short sections inside a call are timed by the processor's counter,
 * which costs a few nanoseconds; its ticks are not cycles, and are turned into time by reading both clocks around the
 * same interval.
 */
#ifndef TERN_CLOCK_H
#define TERN_CLOCK_H

#include <stdint.h>

/* Nanoseconds since some moment. */
double tern_clock_ns(void);

/* The same where a clock has a context, as that of tests does; this one looks at none. */
double tern_clock_ns_for(void *context);

/* Seconds of CLOCK_MONOTONIC: for deadlines and what a person is shown, not for samples. */
double tern_clock_s(void);

/* The processor's constant-rate counter; nanoseconds where there is none that may be read. */
uint64_t tern_clock_ticks(void);

/*
 * What one reading of tern_clock_ns() adds to an interval, the shortest seen: measured anew by every call, in about
 * 50 us.
 */
double tern_clock_overhead_ns(void);

/*
 * How long a chain of additions takes. Each waits for the one before, so that it takes one cycle an addition whatever
 * else the core can do. The shortest of several tries of a few microseconds, to pass over interrupts.
 */
double tern_clock_chain_ns(void);

/* The clock rate that such a chain took so long at, in GHz; overhead_ns as of tern_clock_overhead_ns(). */
double tern_clock_chain_ghz(double chain_ns, double overhead_ns);

/*
 * How many times as fast additions are that do not wait for each other: the most instructions a cycle that this core
 * reaches, as far as additions show it. Takes some milliseconds.
 */
double tern_clock_additions_per_cycle(void);

/* The clock rate that the canary sees, in GHz. Wakes the processor up for 20 ms first. */
double tern_clock_ghz(void);

#endif
