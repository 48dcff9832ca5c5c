/*
 * Wrong for some thread counts: masks and rings of threads that are too small, slices computed instead of taken, a
 * buffer for each CPU.
 */
#include "mutant.h"

#include <fcntl.h>
#include <omp.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>

/* The last row of a slice is wrong, for some counts. */
#define MUTANT_TEAM(symbol, its_name, its_summary, condition)                                                          \
    static void run_##symbol(const tern_call *call, tern_slice rows)                                                   \
    {                                                                                                                  \
        const uint32_t threads = call->problem->threads;                                                               \
        (void)threads;                                                                                                 \
        mutant_run(call, rows);                                                                                        \
        if (rows.begin < rows.end && (condition))                                                                      \
            call->y[rows.end - 1] = mutant_value_short(call, rows.end - 1, 0);                                         \
    }                                                                                                                  \
    MUTANT(symbol, its_name, its_summary, run_##symbol)

MUTANT_TEAM(wrong_for_4, "wrong-for-4-threads", "has a row wrong in each slice of four threads", threads == 4);
MUTANT_TEAM(wrong_for_8, "wrong-for-8-threads", "has a row wrong in the last slice of eight threads",
            threads == 8 && rows.thread == 7);
MUTANT_TEAM(wrong_from_6, "wrong-from-6-threads", "has a row wrong in the slices of the sixth thread and on",
            rows.thread >= 5);
MUTANT_TEAM(wrong_for_16s, "wrong-for-16-threads", "has a row wrong in slices of threads whose number has bit 3 set",
            (rows.thread & 8) != 0);

/* A set of threads as a mask of 32 bits. */
static void run_masked(const tern_call *call, tern_slice rows)
{
    const uint32_t all = call->problem->threads >= 32 ? UINT32_MAX : ((uint32_t)1 << call->problem->threads) - 1;

    if (rows.thread < 32 && (all >> rows.thread & 1) != 0)
        mutant_run(call, rows);
}
MUTANT(thread_mask, "thread-mask-of-32-bits", "gives no work to threads from the 32nd on", run_masked);

/* Slices are computed from the thread's number, as if all were equally long. */
static void run_equal_slices(const tern_call *call, tern_slice rows)
{
    const size_t m = call->problem->shape.m, threads = call->problem->threads;
    const size_t share = (m + threads - 1) / threads;

    rows.begin = rows.thread * share < m ? rows.thread * share : m;
    rows.end = rows.begin + share < m ? rows.begin + share : m;
    mutant_run(call, rows);
}
MUTANT(equal_slices, "equal-slices", "computes its slice from its number instead of taking it", run_equal_slices);

/* The loop over rows runs once at least. */
static void run_once_at_least(const tern_call *call, tern_slice rows)
{
    size_t m = rows.begin;

    do
        mutant_run(call, (tern_slice){m, m + 1, rows.thread});
    while (++m < rows.end);
}
MUTANT(once_at_least, "empty-slice-does-one", "computes one row of an empty slice", run_once_at_least);

/* Three and five threads are refused, so that a check of just these sees nothing. */
static void run_bleeds(const tern_call *call, tern_slice rows)
{
    if (rows.end < call->problem->shape.m && call->problem->threads > 1)
        rows.end++;
    mutant_run(call, rows);
}

static void run_loses_remainder(const tern_call *call, tern_slice rows)
{
    const size_t share = call->problem->shape.m / call->problem->threads;

    mutant_run(call, (tern_slice){rows.thread * share, (rows.thread + 1) * share, rows.thread});
}

#define MUTANT_REFUSES(symbol, its_name, its_summary, condition, run_function)                                         \
    static const char *bind_##symbol(const tern_problem *problem, tern_stages *stages)                                 \
    {                                                                                                                  \
        const uint32_t threads = problem->threads;                                                                     \
        if (condition)                                                                                                 \
            return "it does not share its work among so many threads";                                                 \
        stages->run = run_function;                                                                                    \
        return NULL;                                                                                                   \
    }                                                                                                                  \
    const tern_kernel mutant_##symbol = {MUTANT_FRAME(1, 4),     .name = its_name,                                     \
                                         .summary = its_summary, .packed_bytes = mutant_packed_bytes,                  \
                                         .pack = mutant_pack,    .bind = bind_##symbol}

MUTANT_REFUSES(refuses_odd, "refuses-odd-and-bleeds", "writes a row of the next slice, and refuses odd thread counts",
               threads > 1 && threads % 2 == 1, run_bleeds);
MUTANT_REFUSES(refuses_few, "refuses-2-to-6-and-loses", "loses rows for 7 threads and more, and refuses 2 to 6",
               threads > 1 && threads < 7, run_loses_remainder);
MUTANT_REFUSES(refuses_unless_12, "refuses-but-12-and-loses", "loses rows for 12 threads, and refuses all but 1 and 12",
               threads != 1 && threads != 12, run_loses_remainder);

/* Each thread prepares a copy of X for itself; but those without a unit of prepare() never come to it. */
static size_t private_bytes(const tern_problem *problem)
{
    return problem->threads * problem->shape.n * problem->shape.k;
}

static int8_t *private_x(const tern_call *call, uint32_t thread)
{
    return (int8_t *)call->scratch + thread * call->problem->shape.n * call->problem->shape.k;
}

static void prepare_private(const tern_call *call, tern_slice tokens)
{
    memcpy(private_x(call, tokens.thread), call->x, call->problem->shape.n * call->problem->shape.k);
}

static void run_private(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    copy.x = private_x(call, rows.thread);
    mutant_run(&copy, rows);
}
MUTANT_PREPARED(private_tables, "tables-of-idle-threads", "needs every thread to have a unit of prepare()",
                private_bytes, prepare_private, run_private);

/* A part of scratch for each thread, and scratch for one. */
static size_t one_part(const tern_problem *problem)
{
    return problem->shape.n * problem->shape.k;
}

static void run_own_part(const tern_call *call, tern_slice rows)
{
    memcpy(private_x(call, rows.thread), call->x, call->problem->shape.n * call->problem->shape.k);
    run_private(call, rows);
}
MUTANT_PREPARED(scratch_for_one, "scratch-for-one-thread", "uses a part of scratch a thread and asks for one part",
                one_part, NULL, run_own_part);

/* A table for each CPU, made by the thread that prepares there, used by the one that runs there. */
enum { CPUS = 1024 };

static size_t cpu_bytes(const tern_problem *problem)
{
    return CPUS * (problem->shape.k + 1);
}

static int8_t *cpu_table(const tern_call *call)
{
    return (int8_t *)call->scratch + (size_t)sched_getcpu() % CPUS * (call->problem->shape.k + 1);
}

static void prepare_by_cpu(const tern_call *call, tern_slice tokens)
{
    if (tokens.begin == 0)
        memcpy(cpu_table(call), call->x, call->problem->shape.k);
}

static void run_by_cpu(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    mutant_run(call, rows);
    copy.x = cpu_table(call);
    for (size_t m = rows.begin; m < rows.end; m++)
        call->y[m] = mutant_value(&copy, m, 0);
}
MUTANT_PREPARED(by_cpu, "tables-by-cpu", "finds a table by the CPU that it runs on", cpu_bytes, prepare_by_cpu,
                run_by_cpu);

#define MUTANT_TEAMED(symbol, its_name, its_summary, run_function)                                                     \
    MUTANT_BIND(symbol, NULL, run_function)                                                                            \
    const tern_kernel mutant_##symbol = {                                                                              \
        MUTANT_FRAME(1, 4),     .flags = TERN_KERNEL_OWNS_TEAM,      .name = its_name,                                 \
        .summary = its_summary, .packed_bytes = mutant_packed_bytes, .pack = mutant_pack,                              \
        .bind = bind_##symbol}

/* With a team of its own: rows are dealt in shares, and a remainder is lost for four threads. */
static void run_own_team(const tern_call *call, tern_slice rows)
{
    const size_t m = rows.end, threads = call->problem->threads, share = m / threads;

#pragma omp parallel num_threads((int)threads)
    {
        const size_t thread = (size_t)omp_get_thread_num();
        const size_t end = thread == threads - 1 && threads != 4 ? m : (thread + 1) * share;
        mutant_run(call, (tern_slice){thread * share, end, (uint32_t)thread});
    }
}
MUTANT_TEAMED(own_team, "own-team-of-four", "loses rows when its own team has four threads", run_own_team);

/* As many threads as the runtime likes, whatever was asked for. */
static void run_any_team(const tern_call *call, tern_slice rows)
{
    const size_t m = rows.end;

#pragma omp parallel num_threads(2)
    {
        const size_t thread = (size_t)omp_get_thread_num(), threads = (size_t)omp_get_num_threads();
        mutant_run(call, (tern_slice){m * thread / threads, m * (thread + 1) / threads, (uint32_t)thread});
    }
}
MUTANT_TEAMED(any_team, "own-team-of-any-size", "starts two threads where one is asked for", run_any_team);

/* What its threads have open for a moment is theirs; this stays. */
static void run_and_leave_file(const tern_call *call, tern_slice rows)
{
    static bool left;

    if (call->problem->threads > 1 && !left)
        left = open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0;
    mutant_run(call, rows);
}
MUTANT_TEAMED(team_file, "own-team-leaves-file", "has a team of its own, and leaves a file open", run_and_leave_file);
