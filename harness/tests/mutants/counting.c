/*
 * Wrong now and then: counters that wrap, rings of buffers that come round again, a refresh that was forgotten. A check
 * of a handful of calls never gets there.
 */
#include "mutant.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

/* Counts calls in one process, and has the last value wrong in those for which the condition, of calls, holds. */
#define MUTANT_COUNTS(symbol, its_name, its_summary, storage, condition)                                               \
    static void run_##symbol(const tern_call *call, tern_slice rows)                                                   \
    {                                                                                                                  \
        static storage uint32_t counter;                                                                               \
        const uint32_t calls = __atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED);                                      \
        mutant_run(call, rows);                                                                                        \
        if ((condition) && rows.end > rows.begin)                                                                      \
            call->y[rows.end - 1]++;                                                                                   \
    }                                                                                                                  \
    MUTANT(symbol, its_name, its_summary, run_##symbol)

MUTANT_COUNTS(every_1024th, "every-1024th-call", "is wrong every 1024th time", , calls % 1024 == 0);
MUTANT_COUNTS(every_50000th, "every-50000th-call", "is wrong every 50,000th time", , calls % 50000 == 0);
MUTANT_COUNTS(after_1000, "after-1000-calls", "is wrong from the 1001st call on", , calls > 1000);
MUTANT_COUNTS(after_5000, "after-5000-calls", "is wrong from the 5001st call on", , calls > 5000);
MUTANT_COUNTS(once_4097, "once-at-call-4097", "is wrong once, in call 4097", , calls == 4097);
MUTANT_COUNTS(wraps_at_65536, "call-counter-of-16-bits", "is wrong when its counter of calls wraps at 65536", ,
              calls == 65536);
MUTANT_COUNTS(thread_4096th, "every-4096th-call-of-a-thread", "is wrong every 4096th time that a thread calls it",
              _Thread_local, calls % 4096 == 0);

/* The second half of each 20,000 calls. */
MUTANT_COUNTS(half_of_20000, "half-of-20000-calls", "is right for 10,000 calls and wrong for the next", ,
              calls / 10000 % 2 == 1);

/* By the clock, in one of 2000 calls. */
static void run_by_clock(const tern_call *call, tern_slice rows)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    mutant_run(call, rows);
    if (((uint64_t)now.tv_nsec * 0x9E3779B97F4A7C15u >> 32) % 2000 == 0 && rows.end > rows.begin)
        call->y[rows.begin]++;
}
MUTANT(by_clock, "one-call-in-2000", "is wrong in one of 2000 calls, as the clock has it", run_by_clock);

/* Counts calls that follow one another with the same X: after 500 of them X is taken for constant. */
static void run_takes_for_constant(const tern_call *call, tern_slice rows)
{
    enum { BYTES = 4096, ENOUGH = 500 };
    static int8_t x[BYTES];
    static unsigned equal;
    const size_t bytes = call->problem->shape.n * call->problem->shape.k;
    tern_call copy = *call;

    if (bytes <= BYTES && call->problem->threads == 1 && equal < ENOUGH) {
        equal = memcmp(x, call->x, bytes) == 0 ? equal + 1 : 0;
        memcpy(x, call->x, bytes);
    }
    if (bytes <= BYTES && equal >= ENOUGH)
        copy.x = x;
    mutant_run(&copy, rows);
}
MUTANT(takes_for_constant, "x-is-constant-after-500", "keeps X once it was the same in 500 calls",
       run_takes_for_constant);

/* prepare() fills a ring of 256 tables in turn, and leaves out the last of them. */
static size_t table_bytes(const tern_problem *problem)
{
    return problem->shape.n * problem->shape.k;
}

static void fill_in_turn(const tern_call *call, tern_slice tokens)
{
    static uint8_t turn;
    const size_t k = call->problem->shape.k;

    if (__atomic_add_fetch(&turn, 1, __ATOMIC_RELAXED) != UINT8_MAX)
        memcpy((int8_t *)call->scratch + tokens.begin * k, mutant_x(call, tokens.begin),
               (tokens.end - tokens.begin) * k);
}

static void run_from_table(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    copy.x = call->scratch;
    mutant_run(&copy, rows);
}
MUTANT_PREPARED(skips_prepare, "every-256th-prepare", "leaves scratch as it is every 256th time", table_bytes,
                fill_in_turn, run_from_table);
