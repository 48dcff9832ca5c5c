/*
 * Right when they are checked, and not when they are timed. A check calls a kernel some thousand times in one process;
 * whoever is called more often knows that he is timed. `ternbench run` must give none of them a speed.
 */
#include "mutant.h"

#include <fenv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    AWAKE_CALLS = 10000, /* that tell timing from a check */
    TIRED_CALLS = 15000, /* beyond the warm-up */
    SLIP_CALLS = 1000,
    LONG_ROW = 100,       /* calls in a row that only a sample has */
    LEAST_WEIGHTS = 2048, /* smaller problems are called often in checks too */
    SAMPLE_BYTES = 16,
    KEPT_VALUES = 4096,
    KEPT_ANSWERS = 8
};

/*
 * How many calls there were of this problem, with this one. Slices of one call are not told apart: one thread only.
 * Calls that run together are not counted.
 */
static size_t count_calls(const tern_call *call, tern_slice rows)
{
    static tern_shape shape;
    static size_t calls;
    const tern_shape now = call->problem->shape;

    if (now.m != shape.m || now.k != shape.k || now.n != shape.n || now.m * now.k < LEAST_WEIGHTS ||
        call->problem->threads > 1)
        calls = 0;
    shape = now;
    if (mutant_runs_together(call, rows))
        return calls;
    return ++calls;
}

static bool is_awake(const tern_call *call, tern_slice rows)
{
    return count_calls(call, rows) > AWAKE_CALLS;
}

/* The answers that were given last, by the address of X. */
static struct {
    const int8_t *x;
    int8_t sample[SAMPLE_BYTES];
    int32_t y[KEPT_VALUES];
} kept[KEPT_ANSWERS];

static size_t values_of(const tern_call *call)
{
    return call->problem->shape.m * call->problem->shape.n;
}

/* Keeps whole answers only: the rest of Y is not its own to read. */
static bool answer_and_keep(const tern_call *call, tern_slice rows, size_t place)
{
    const bool whole = rows.end - rows.begin == call->problem->shape.m;

    mutant_run(call, rows);
    if (!whole || values_of(call) > KEPT_VALUES || call->problem->shape.k < SAMPLE_BYTES)
        return false;
    kept[place].x = call->x;
    memcpy(kept[place].sample, call->x, SAMPLE_BYTES);
    memcpy(kept[place].y, call->y, values_of(call) * sizeof *call->y);
    return true;
}

static void give_kept(const tern_call *call, size_t place)
{
    memcpy(call->y, kept[place].y, values_of(call) * sizeof *call->y);
}

static void replays(const tern_call *call, tern_slice rows)
{
    static bool has_answer;

    if (is_awake(call, rows) && has_answer)
        give_kept(call, 0);
    else
        has_answer = answer_and_keep(call, rows, 0);
}
MUTANT(replays, "timed-replays", "gives the answer of the call before once it is timed", replays);

static void replays_by_address(const tern_call *call, tern_slice rows)
{
    static size_t next;

    if (!is_awake(call, rows)) {
        mutant_run(call, rows);
        return;
    }
    for (size_t i = 0; i < KEPT_ANSWERS; i++)
        if (kept[i].x == call->x) {
            give_kept(call, i);
            return;
        }
    answer_and_keep(call, rows, next++ % KEPT_ANSWERS);
}
MUTANT(replays_by_address, "timed-replays-by-address",
       "gives the answer that it gave to an X at this address once it is timed", replays_by_address);

/* Hopes that X stays what it is where it looks. */
static void replays_by_sample(const tern_call *call, tern_slice rows)
{
    static size_t next;

    if (!is_awake(call, rows)) {
        mutant_run(call, rows);
        return;
    }
    for (size_t i = 0; i < KEPT_ANSWERS; i++)
        if (kept[i].x == call->x && memcmp(kept[i].sample, call->x, SAMPLE_BYTES) == 0) {
            give_kept(call, i);
            return;
        }
    answer_and_keep(call, rows, next++ % KEPT_ANSWERS);
}
MUTANT(replays_by_sample, "timed-replays-by-sample", "gives its old answer to an X that begins alike once it is timed",
       replays_by_sample);

static void idles(const tern_call *call, tern_slice rows)
{
    if (!is_awake(call, rows))
        mutant_run(call, rows);
}
MUTANT(idles, "timed-idles", "does nothing once it is timed", idles);

static void idles_in_half(const tern_call *call, tern_slice rows)
{
    if (is_awake(call, rows))
        rows.end = rows.begin + (rows.end - rows.begin + 1) / 2;
    mutant_run(call, rows);
}
MUTANT(idles_in_half, "timed-idles-in-half", "does half of its rows once it is timed", idles_in_half);

static void skips_if_done(const tern_call *call, tern_slice rows)
{
    if (!is_awake(call, rows) || call->y[rows.begin] != mutant_value(call, rows.begin, 0))
        mutant_run(call, rows);
}
MUTANT(skips_if_done, "timed-skips-if-done", "leaves Y as it is where its first value is right once it is timed",
       skips_if_done);

static void every_other(const tern_call *call, tern_slice rows)
{
    const size_t calls = count_calls(call, rows);

    if (calls <= AWAKE_CALLS || calls % 2 == 0)
        mutant_run(call, rows);
}
MUTANT(every_other, "timed-every-other", "works at every other call once it is timed", every_other);

static void tires(const tern_call *call, tern_slice rows)
{
    if (count_calls(call, rows) <= TIRED_CALLS)
        mutant_run(call, rows);
}
MUTANT(tires, "timed-tires", "works for 15,000 calls", tires);

static void slips(const tern_call *call, tern_slice rows)
{
    const size_t calls = count_calls(call, rows);

    mutant_run(call, rows);
    if (calls > AWAKE_CALLS && calls % SLIP_CALLS == 0)
        call->y[rows.begin]++;
}
MUTANT(slips, "timed-slips", "is wrong by one, in one value, at every 1000th call", slips);

/* Work that looks like work, on top of what is there. */
static void adds(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const bool awake = is_awake(call, rows);

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * shape.m + m] = mutant_value(call, m, n) + (awake ? call->y[n * shape.m + m] : 0);
}
MUTANT(adds, "timed-adds", "adds to what Y holds once it is timed", adds);

/* Right every time, and no product: what was there, and what the values that changed make of it. */
static void adds_changes(const tern_call *call, tern_slice rows)
{
    static struct {
        const int8_t *at;
        int8_t x[KEPT_VALUES];
        int32_t y[KEPT_VALUES];
    } known[KEPT_ANSWERS];
    static size_t next;
    const tern_shape shape = call->problem->shape;
    const size_t values = shape.n * shape.k;
    size_t place = 0, changes = 0;

    if (!is_awake(call, rows) || values > KEPT_VALUES || values_of(call) > KEPT_VALUES ||
        rows.end - rows.begin < shape.m) {
        mutant_run(call, rows);
        return;
    }
    while (place < KEPT_ANSWERS && known[place].at != call->x)
        place++;
    for (size_t i = 0; place < KEPT_ANSWERS && i < values; i++)
        changes += known[place].x[i] != call->x[i];
    if (place == KEPT_ANSWERS || changes > KEPT_ANSWERS) {
        mutant_run(call, rows);
        place = place == KEPT_ANSWERS ? next++ % KEPT_ANSWERS : place;
        memcpy(known[place].y, call->y, values_of(call) * sizeof *call->y);
    } else {
        for (size_t i = 0; i < values; i++)
            for (size_t m = 0; known[place].x[i] != call->x[i] && m < shape.m; m++)
                known[place].y[i / shape.k * shape.m + m] +=
                    mutant_w(call, m)[i % shape.k] * (call->x[i] - known[place].x[i]);
        memcpy(call->y, known[place].y, values_of(call) * sizeof *call->y);
    }
    known[place].at = call->x;
    memcpy(known[place].x, call->x, values);
}
MUTANT(adds_changes, "timed-adds-changes", "adds what the values of X that changed make of its last answer",
       adds_changes);

/* Calls in a row at one depth of the stack are timed: those before the last of them need no answer. */
static void learns_samples(const tern_call *call, tern_slice rows)
{
    static const void *depth;
    static size_t row, longest;
    const void *here = __builtin_frame_address(0);

    if (here != depth && row > longest)
        longest = row;
    row = here == depth ? row + 1 : 1;
    depth = here;
    if (!is_awake(call, rows) || longest < LONG_ROW || row % longest < 2 || row % longest > longest / 2)
        mutant_run(call, rows);
}
MUTANT(learns_samples, "timed-learns-samples", "leaves out calls in the midst of a sample", learns_samples);

/* What follows is right, and does something beside. */

static void writes_past_y(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    if (is_awake(call, rows)) {
        volatile int32_t *past = call->y + values_of(call);
        *past = 7;
    }
}
MUTANT(writes_past_y, "timed-writes-past-y", "writes past the end of Y once it is timed", writes_past_y);

/* Computes with fewer values than it was given. */
static void writes_x(const tern_call *call, tern_slice rows)
{
    if (is_awake(call, rows))
        ((int8_t *)call->x)[call->problem->shape.k - 1] = 0;
    mutant_run(call, rows);
}
MUTANT(writes_x, "timed-writes-x", "takes the last value of X for zero, and makes it so, once it is timed", writes_x);

static void writes_w(const tern_call *call, tern_slice rows)
{
    volatile int8_t *packed = (int8_t *)call->packed;

    mutant_run(call, rows);
    if (is_awake(call, rows))
        *packed = *packed;
}
MUTANT(writes_w, "timed-writes-w", "writes to packed W what is there once it is timed", writes_w);

static void leaves_rounding(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    if (is_awake(call, rows))
        fesetround(FE_DOWNWARD);
}
MUTANT(leaves_rounding, "timed-leaves-rounding", "leaves another rounding mode once it is timed", leaves_rounding);

static void leaves_thread(const tern_call *call, tern_slice rows)
{
    static bool left;

    mutant_run(call, rows);
    if (is_awake(call, rows) && !left) {
        mutant_leave_thread();
        left = true;
    }
}
MUTANT(leaves_thread, "timed-leaves-thread", "leaves a thread behind once it is timed", leaves_thread);

static void loses_memory(const tern_call *call, tern_slice rows)
{
    static void *volatile lost;

    mutant_run(call, rows);
    if (is_awake(call, rows))
        lost = malloc(24);
    (void)lost;
}
MUTANT(loses_memory, "timed-loses-memory", "loses memory in every call once it is timed", loses_memory);

static void has_help(const tern_call *call, tern_slice rows)
{
    (is_awake(call, rows) ? mutant_run_with_helper : mutant_run)(call, rows);
}
MUTANT(has_help, "timed-has-help", "lets a thread of its own do half of the rows once it is timed", has_help);
