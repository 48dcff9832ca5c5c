/*
 * Each of these is seen by one pass of the check alone: that pass is what it needs to go wrong. `ci/selftest passes`
 * leaves out one after the other.
 */
#include "mutant.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Threads: for that many, and for shapes whose slices are no whole pages. */
#define SMALL (call->problem->shape.m < 1024)

static bool is_worker(void)
{
    return gettid() != getpid();
}

#define MUTANT_OF_TEAM(symbol, its_name, its_summary, condition)                                                       \
    static void run_##symbol(const tern_call *call, tern_slice rows)                                                   \
    {                                                                                                                  \
        const uint32_t threads = call->problem->threads;                                                               \
        mutant_run(call, rows);                                                                                        \
        if (rows.begin < rows.end && SMALL && (condition))                                                             \
            call->y[rows.end - 1] = mutant_value_short(call, rows.end - 1, 0);                                         \
    }                                                                                                                  \
    MUTANT(symbol, its_name, its_summary, run_##symbol)

MUTANT_OF_TEAM(pair, "wrong-for-2-threads", "has a row wrong in the second slice of two",
               threads == 2 && rows.thread == 1);
MUTANT_OF_TEAM(worker_of_3, "worker-of-3-wrong", "has a row wrong in what is computed by a second thread of three",
               threads == 3 && is_worker());
MUTANT_OF_TEAM(worker_of_5, "worker-of-5-wrong", "has a row wrong in what is computed by a second thread of five",
               threads == 5 && is_worker());
MUTANT_OF_TEAM(just_16, "wrong-for-just-16-threads", "has a row wrong in each slice of sixteen", threads == 16);
MUTANT_OF_TEAM(above_64, "wrong-above-64-threads", "has a row wrong in what threads above the sixty-fourth compute",
               threads > 64 && rows.thread >= 64);

/* The neighbour writes the same into that row, so that the answer is right. */
static void run_overlapping(const tern_call *call, tern_slice rows)
{
    if (call->problem->threads == 3 && rows.begin < rows.end && rows.end < call->problem->shape.m)
        rows.end++;
    mutant_run(call, rows);
}
MUTANT(overlapping, "overlaps-for-3-threads", "computes the first row of the next slice too, when there are three",
       run_overlapping);

/* The caller's formula, copied: right until it divides the rows otherwise. */
static void run_copied_formula(const tern_call *call, tern_slice rows)
{
    const size_t m = call->problem->shape.m, threads = call->problem->threads;

    if (SMALL) {
        rows.begin = m * rows.thread / threads;
        rows.end = m * (rows.thread + 1) / threads;
    }
    mutant_run(call, rows);
}
MUTANT(copied_formula, "copies-formula-of-slices", "divides the rows by the formula of its caller", run_copied_formula);

static void run_reads_next_of_few(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    if (SMALL && rows.end < call->problem->shape.m)
        (void)*(const volatile int32_t *)&call->y[(call->problem->shape.n - 1) * call->problem->shape.m + rows.end];
}
MUTANT(reads_next_of_few, "reads-next-row-of-few", "reads the row after its slice, where M is small",
       run_reads_next_of_few);

/* Addresses. */
static void run_looks_back(const tern_call *call, tern_slice rows)
{
    if (call->problem->threads == 1)
        (void)*(const volatile int8_t *)(call->x - 1);
    mutant_run(call, rows);
}
MUTANT(looks_back, "reads-before-x-alone", "reads the byte before X when there is one thread", run_looks_back);

MUTANT_LOSES(whole_lines, "whole-lines-need-alignment",
             "is wrong where K is whole cache lines and X is not aligned to them",
             shape.k % 64 == 0 && (uintptr_t)call->x % 64 != 0);

/*
 * Remembers the last answer, by a key that overlooks the sign of W or of X, and takes it where Y was cleared since.
 * What Y still holds of it tells that it was not.
 */
enum { REMEMBERED = 8192 };

static uint64_t mixed(uint64_t hash, uint8_t byte)
{
    return (hash ^ byte) * UINT64_C(0x100000001B3);
}

typedef struct memory {
    uint64_t key;
    size_t values;
    int32_t y[REMEMBERED];
} memory;

static uint8_t whole(int8_t value)
{
    return (uint8_t)value;
}

static uint64_t key_of(const tern_call *call, uint8_t (*of_w)(int8_t), uint8_t (*of_x)(int8_t))
{
    const tern_shape shape = call->problem->shape;
    uint64_t key = shape.m * 31 + shape.n;

    for (size_t i = 0; i < shape.m * shape.k; i++)
        key = mixed(key, of_w(((const int8_t *)call->packed)[i]));
    for (size_t i = 0; i < shape.n * shape.k; i++)
        key = mixed(key, of_x(call->x[i]));
    return key;
}

static bool is_last(const memory *last, uint64_t key, size_t values)
{
    return key == last->key && values == last->values;
}

static bool holds_last(const memory *last, const tern_call *call)
{
    return memcmp(call->y, last->y, last->values * sizeof *last->y) == 0;
}

static void remember(memory *last, const tern_call *call, uint64_t key, size_t values)
{
    memcpy(last->y, call->y, values * sizeof *last->y);
    last->key = key;
    last->values = values;
}

static bool is_constant(const tern_call *call)
{
    const tern_shape shape = call->problem->shape;

    for (size_t i = 1; i < shape.n * shape.k; i++)
        if (call->x[i] != call->x[0])
            return false;
    return true;
}

static void run_remembering(const tern_call *call, tern_slice rows, memory *last, uint8_t (*of_w)(int8_t),
                            uint8_t (*of_x)(int8_t))
{
    const tern_shape shape = call->problem->shape;
    const size_t values = shape.m * shape.n;

    if (call->problem->threads > 1 || values > REMEMBERED || is_constant(call)) {
        last->values = is_worker() ? 0 : last->values; /* another team's work */
        mutant_run(call, rows);
        return;
    }
    const uint64_t key = key_of(call, of_w, of_x);
    if (is_last(last, key, values) && !holds_last(last, call))
        memcpy(call->y, last->y, values * sizeof *last->y);
    else
        mutant_run(call, rows);
    remember(last, call, key, values);
}

static uint8_t without_sign(int8_t value)
{
    return (uint8_t)(value < 0 ? -value : value);
}

static uint8_t without_high_bit(int8_t value)
{
    return (uint8_t)(value < 0 ? ~value : value);
}

static void run_forgets_sign_of_w(const tern_call *call, tern_slice rows)
{
    static memory last;

    run_remembering(call, rows, &last, without_sign, whole);
}
MUTANT(forgets_sign_of_w, "remembers-without-sign-of-w",
       "gives its last answer when W differs in signs only and Y was cleared", run_forgets_sign_of_w);

static void run_forgets_sign_of_x(const tern_call *call, tern_slice rows)
{
    static memory last;

    run_remembering(call, rows, &last, whole, without_high_bit);
}
MUTANT(forgets_sign_of_x, "remembers-without-sign-of-x",
       "gives its last answer when all of X is turned and Y was cleared", run_forgets_sign_of_x);

/* As a product that is added to Y, whose caller clears it, but not the second time. */
static void run_adds_again(const tern_call *call, tern_slice rows)
{
    static memory last;
    const tern_shape shape = call->problem->shape;
    const size_t values = shape.m * shape.n;

    if (call->problem->threads > 1 || values > REMEMBERED) {
        mutant_run(call, rows);
        return;
    }
    const uint64_t key = key_of(call, whole, whole);
    const bool again = is_last(&last, key, values) && holds_last(&last, call);
    mutant_run(call, rows);
    if (again)
        call->y[0] += last.y[0] | 1;
    remember(&last, call, key, values);
}
MUTANT(adds_again, "adds-when-called-again", "adds to Y when it still holds the answer of the very same call",
       run_adds_again);
