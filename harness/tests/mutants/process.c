/*
 * Those that do not come back.
 */
#include "mutant.h"

#include <stdlib.h>

static void crashes(const tern_call *call, tern_slice rows)
{
    volatile int32_t *volatile nowhere = NULL;

    mutant_run(call, rows);
    *nowhere = call->y[0];
}
MUTANT(crash, "crash", "writes through a null pointer", crashes);

static void aborts(const tern_call *call, tern_slice rows)
{
    (void)call, (void)rows;
    abort();
}
MUTANT(abort, "abort", "gives up", aborts);

static void exits(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    exit(0);
}
MUTANT(exit, "exit", "ends the process, successfully", exits);

static void hangs(const tern_call *call, tern_slice rows)
{
    volatile size_t m = 0;

    /* The tiles of one row, for a number of rows that never grows. */
    while (m < call->problem->shape.m)
        mutant_run(call, (tern_slice){rows.begin, rows.begin + 1, rows.thread});
}
MUTANT(hang, "hang", "runs the same tile without end", hangs);

/* Halves K until nothing is left; but one column halves into none and one. */
static int32_t halve(const int8_t *w, const int8_t *x, size_t begin, size_t end)
{
    volatile int32_t sum = 0;

    if (begin == end)
        return 0;
    const size_t middle = begin + (end - begin) / 2;
    sum += halve(w, x, begin, middle);
    sum += halve(w, x, middle, end);
    return sum;
}

static int32_t recurses(const tern_call *call, size_t m, size_t n)
{
    return halve(mutant_w(call, m), mutant_x(call, n), 0, call->problem->shape.k);
}
MUTANT_VALUE(stack_overflow, "stack-overflow", "recurses without an end", recurses);
