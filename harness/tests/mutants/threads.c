/*
 * Right answers of one thread that are wrong of several.
 */
#include "mutant.h"

#include <string.h>
#include <time.h>

static size_t one_sum(const tern_problem *problem)
{
    (void)problem;
    return sizeof(int32_t);
}

/*
 * All threads add in the same place. A pause halfway, as a page fault makes one, lets them meet on a busy machine
 * too.
 */
static void run_race(const tern_call *call, tern_slice rows)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000};
    const tern_shape shape = call->problem->shape;
    volatile int32_t *sum = call->scratch;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            *sum = 0;
            for (size_t k = 0; k < shape.k; k++) {
                *sum += mutant_x(call, n)[k] * mutant_w(call, m)[k];
                if (k == shape.k / 2 && call->problem->threads > 1)
                    nanosleep(&pause, NULL);
            }
            call->y[n * shape.m + m] = *sum;
        }
}
MUTANT_PREPARED(race, "race", "adds in one place of scratch in all threads", one_sum, NULL, run_race);

/* Divides the rows itself, and forgets the remainder. */
static void own_slices(const tern_call *call, tern_slice rows)
{
    const size_t share = call->problem->shape.m / call->problem->threads;

    rows.begin = rows.thread * share;
    rows.end = rows.begin + share;
    mutant_run(call, rows);
}
MUTANT(own_slices, "own-slices", "divides rows by the number of threads and loses the remainder", own_slices);

/* Has a path of its own for two threads, which loses the middle row of an odd M. */
static void two_halves(const tern_call *call, tern_slice rows)
{
    const size_t m = call->problem->shape.m, half = m / 2;

    if (call->problem->threads == 2)
        rows = rows.thread == 0 ? (tern_slice){0, half, 0} : (tern_slice){m - half, m, 1};
    mutant_run(call, rows);
}
MUTANT(two_halves, "two-halves", "halves the rows for two threads and loses the middle one", two_halves);

/* Has room for four threads, and sends no work to others. */
static void four_threads(const tern_call *call, tern_slice rows)
{
    if (rows.thread < 4)
        mutant_run(call, rows);
}
MUTANT(four_threads, "four-threads", "knows of four threads at most", four_threads);

/*
 * The first slice leaves something in scratch that the others use. They wait for it, but not for ever; it belongs into
 * prepare(), because nobody says that slices run at the same time or the first one first.
 */
static void run_in_order(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    int8_t *copied = (int8_t *)call->scratch + shape.n * shape.k;
    const struct timespec nap = {.tv_nsec = 1000 * 1000};
    const int8_t yes = 0x11;

    if (rows.begin == 0) {
        memcpy(call->scratch, call->x, shape.n * shape.k);
        __atomic_store_n(copied, yes, __ATOMIC_RELEASE);
    }
    for (int naps = 0; naps < 100 && __atomic_load_n(copied, __ATOMIC_ACQUIRE) != yes; naps++)
        nanosleep(&nap, NULL);
    tern_call copy = *call;
    copy.x = call->scratch;
    mutant_run(&copy, rows);
}

static size_t x_bytes(const tern_problem *problem)
{
    return problem->shape.n * problem->shape.k + 1;
}
MUTANT_PREPARED(slice_order, "slice-order", "needs the first slice to run first", x_bytes, NULL, run_in_order);
