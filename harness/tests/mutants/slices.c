/*
 * Touches what belongs to other slices, or to nobody in run(), and puts it back: right answers when a thread is alone,
 * and bytes that look untouched afterwards. Vector stores without a mask do so, and conversions in place.
 */
#include "mutant.h"

#include <stdbool.h>
#include <string.h>

static int32_t *y_at(const tern_call *call, size_t m, size_t n)
{
    return call->y + n * call->problem->shape.m + m;
}

/* Writes row m of every token by a read and a write of the same value, as a blended store does. */
static void rewrite(const tern_call *call, size_t m)
{
    for (size_t n = 0; n < call->problem->shape.n; n++) {
        volatile int32_t *y = y_at(call, m, n);
        const int32_t old = *y;
        *y = old;
    }
}

static void run_blends_after(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    for (size_t m = rows.end; m % 8 != 0 && m < call->problem->shape.m; m++)
        rewrite(call, m);
}
MUTANT(blends_after, "slice-blends-after", "stores blended vectors into the rows after its slice", run_blends_after);

static void run_blends_before(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    for (size_t m = rows.begin / 8 * 8; m < rows.begin; m++)
        rewrite(call, m);
}
MUTANT(blends_before, "slice-blends-before", "stores blended vectors into the rows before its slice",
       run_blends_before);

/* In all tokens but the last; with pages of rows, as there only whole pages of rows of Y can be closed. */
static void run_blends_between(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    mutant_run(call, rows);
    for (size_t n = 0; n + 1 < shape.n && shape.m > 2048 && rows.end < shape.m; n++) {
        volatile int32_t *y = y_at(call, rows.end, n);
        const int32_t old = *y;
        *y = old;
    }
}
MUTANT(blends_between, "slice-blends-between-tokens", "stores a blended vector after its rows of the first tokens",
       run_blends_between);

/* What it reads there makes no difference to it. */
static void run_reads_next(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    if (rows.end < call->problem->shape.m) {
        const volatile int32_t *y = y_at(call, rows.end, call->problem->shape.n - 1);
        (void)*y;
    }
}
MUTANT(reads_next, "slice-reads-next-row", "reads the row after its slice, and lets it be", run_reads_next);

/* Computes in its neighbour's row, and restores what was there. */
static void run_borrows(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    if (rows.end == shape.m || rows.end == rows.begin) {
        mutant_run(call, rows);
        return;
    }
    for (size_t n = 0; n < shape.n; n++) {
        volatile int32_t *borrowed = y_at(call, rows.end, n);
        const int32_t old = *borrowed;
        for (size_t m = rows.begin; m < rows.end; m++) {
            *borrowed = mutant_value(call, m, n);
            *y_at(call, m, n) = *borrowed;
        }
        *borrowed = old;
    }
}
MUTANT(borrows, "slice-borrows-row", "computes in a row of the next slice and restores it", run_borrows);

/* The last tile is moved back to end with the slice, and may begin before it. */
static void run_moves_tile_back(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    if (rows.end >= 4 && rows.end > rows.begin)
        mutant_run(call, (tern_slice){rows.end - 4, rows.end, rows.thread});
}
MUTANT(moves_tile_back, "slice-tile-moved-back", "moves its last tile back over rows of the slice before",
       run_moves_tile_back);

/* The slice is taken to begin with a tile. */
static void run_rounds_down(const tern_call *call, tern_slice rows)
{
    rows.begin = rows.begin / 4 * 4;
    mutant_run(call, rows);
}
MUTANT(rounds_down, "slice-begin-rounded", "rounds the begin of its slice down to a tile", run_rounds_down);

/* Rows are differences to the row before, whose answer is read from Y. */
static void run_differences(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            *y_at(call, m, n) = m == 0
                                    ? mutant_value(call, m, n)
                                    : *y_at(call, m - 1, n) + (mutant_value(call, m, n) - mutant_value(call, m - 1, n));
}
MUTANT(differences, "slice-differences", "adds to the answer of the row before, of another slice too", run_differences);

/* The first slice clears all of Y, and every slice adds. */
static void run_clears_all(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    if (rows.begin == 0)
        memset(call->y, 0, shape.m * shape.n * sizeof *call->y);
    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            *y_at(call, m, n) = mutant_value(call, m, n);
}
MUTANT(clears_all, "slice-clears-all", "clears all of Y in the first slice", run_clears_all);

/* X becomes unsigned where it lies, and signed again. */
static void flip(const tern_call *call)
{
    volatile int8_t *x = (int8_t *)(uintptr_t)call->x;

    for (size_t i = 0; i < call->problem->shape.n * call->problem->shape.k; i++)
        x[i] = (int8_t)(x[i] ^ INT8_MIN);
}

static void run_x_in_place(const tern_call *call, tern_slice rows)
{
    flip(call);
    flip(call);
    mutant_run(call, rows);
}
MUTANT(x_in_place, "x-in-place-and-back", "converts X where it lies and converts it back", run_x_in_place);

static size_t few_bytes(const tern_problem *problem)
{
    (void)problem;
    return 64;
}

static void prepare_in_place(const tern_call *call, tern_slice tokens)
{
    if (tokens.begin == 0) {
        flip(call);
        flip(call);
    }
}
MUTANT_PREPARED(x_in_prepare, "prepare-converts-x", "converts X where it lies and back, in prepare()", few_bytes,
                prepare_in_place, mutant_run);

/* Marks a row of packed W while it is used. */
static void run_marks_w(const tern_call *call, tern_slice rows)
{
    for (size_t m = rows.begin; m < rows.end; m++) {
        volatile int8_t *row = (int8_t *)(uintptr_t)mutant_w(call, m);
        const int8_t old = *row;
        *row = 2;
        *row = old;
        mutant_run(call, (tern_slice){m, m + 1, rows.thread});
    }
}
MUTANT(marks_w, "marks-w-and-back", "marks rows of packed W and restores them", run_marks_w);

/* Stores what it has read, so that nothing changes. */
static void run_rewrites_w(const tern_call *call, tern_slice rows)
{
    volatile int8_t *w = (int8_t *)(uintptr_t)call->packed;
    const int8_t first = w[0];

    mutant_run(call, rows);
    w[0] = first;
}
MUTANT(rewrites_w, "rewrites-w", "stores a weight that it has read where it was", run_rewrites_w);

/* Packed W is brought into another order when it is first used: run() and pack() share the work. */
static size_t late_bytes(const tern_problem *problem)
{
    return mutant_packed_bytes(problem) + 1;
}

static size_t pack_late(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_pack(problem, w, packed);

    for (size_t i = 0; i < bytes; i++)
        ((int8_t *)packed)[i] = (int8_t) - ((int8_t *)packed)[i];
    ((int8_t *)packed)[bytes] = 1;
    return bytes + 1;
}

static void run_packs_late(const tern_call *call, tern_slice rows)
{
    const size_t bytes = mutant_packed_bytes(call->problem);
    int8_t *w = (int8_t *)(uintptr_t)call->packed;

    if (w[bytes] == 1) {
        w[bytes] = 0;
        for (size_t i = 0; i < bytes; i++)
            w[i] = (int8_t)-w[i];
    }
    mutant_run(call, rows);
}
MUTANT_PACKED(packs_late, "packs-in-first-run", "finishes packing in the first call of run()", late_bytes, pack_late,
              run_packs_late);

/* Tables are kept in Y until run() overwrites them. */
static void prepare_in_y(const tern_call *call, tern_slice tokens)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = tokens.begin; n < tokens.end; n++)
        *y_at(call, 0, n) = call->x[n * shape.k];
}
MUTANT_PREPARED(prepares_in_y, "prepare-writes-y", "keeps something in Y between prepare() and run()", few_bytes,
                prepare_in_y, mutant_run);

/* Each unit of prepare() goes on from the one before. */
static size_t sum_bytes(const tern_problem *problem)
{
    return problem->shape.n * sizeof(int32_t);
}

static void prepare_sums(const tern_call *call, tern_slice tokens)
{
    int32_t *sum = call->scratch;

    for (size_t n = tokens.begin; n < tokens.end; n++)
        sum[n] = (n == 0 ? 0 : sum[n - 1]) + call->x[n * call->problem->shape.k];
}

static void run_with_sums(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const int32_t *sum = call->scratch;

    mutant_run(call, rows);
    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            const int32_t first = n == 0 ? sum[0] : (int32_t)((uint32_t)sum[n] - (uint32_t)sum[n - 1]);
            *y_at(call, m, n) += first - call->x[n * shape.k];
        }
}
MUTANT_PREPARED(prefix_sums, "prepare-goes-on", "goes on from the unit before in prepare(), of another slice too",
                sum_bytes, prepare_sums, run_with_sums);

/* Slices of one length or one begin have code of their own. */
#define MUTANT_SLICE(symbol, its_name, its_summary, condition)                                                         \
    static void run_##symbol(const tern_call *call, tern_slice rows)                                                   \
    {                                                                                                                  \
        mutant_run(call, rows);                                                                                        \
        if (rows.begin < rows.end && (condition))                                                                      \
            *y_at(call, rows.end - 1, 0) = mutant_value_short(call, rows.end - 1, 0);                                  \
    }                                                                                                                  \
    MUTANT(symbol, its_name, its_summary, run_##symbol)

MUTANT_SLICE(slice_of_one, "slice-of-one-row", "has a slice of one row wrong, where M is more",
             rows.end - rows.begin == 1 && call->problem->shape.m > 1);
MUTANT_SLICE(slice_begin_6, "slice-begin-6-of-8", "has slices wrong that begin at 6 behind a multiple of 8",
             rows.begin % 8 == 6);
MUTANT_SLICE(slice_length_13, "slice-of-13-of-16-rows",
             "has slices wrong whose length is 13 more than a multiple of 16",
             (rows.end - rows.begin) % 16 == 13 && rows.begin > 0);
