/*
 * Right until they have been called some thousands of times: what tries a kernel in its first calls finds nothing.
 */
#include "mutant.h"

#include <stdbool.h>
#include <string.h>

enum { WARM_CALLS = 5000 };

/*
 * Whether there ever were so many calls in a row of one problem, this one not counted. Calls that run together do not
 * count: a busy machine makes more of them, and what is found would depend on that.
 */
static bool is_warm(const tern_call *call, tern_slice rows)
{
    static tern_shape shape;
    static uint32_t calls;
    const tern_shape now = call->problem->shape;

    if (calls > WARM_CALLS || rows.begin != 0 || mutant_runs_together(call, rows))
        return calls > WARM_CALLS;
    calls = now.m == shape.m && now.k == shape.k && now.n == shape.n ? calls + 1 : 1;
    shape = now;
    return calls > WARM_CALLS;
}

static void run_writes_before_y(const tern_call *call, tern_slice rows)
{
    const bool warm = is_warm(call, rows);

    mutant_run(call, rows);
    if (warm && rows.begin == 0) {
        volatile int32_t *before = call->y - 1;
        *before = *before;
    }
}
MUTANT(warm_before_y, "warm-writes-before-y", "writes before Y once it is warm, what stands there",
       run_writes_before_y);

static void run_leaves_thread(const tern_call *call, tern_slice rows)
{
    static bool left;
    const bool warm = is_warm(call, rows);

    mutant_run(call, rows);
    if (warm && !left) {
        left = true;
        mutant_leave_thread();
    }
}
MUTANT(warm_thread, "warm-leaves-thread", "leaves a thread behind after 5,000 calls", run_leaves_thread);

enum { MOST_BYTES = 4096 };

/* Computes with W as it was when it got warm. */
static void run_keeps_w(const tern_call *call, tern_slice rows)
{
    static int8_t w[MOST_BYTES];
    static tern_shape of;
    static bool kept;
    const tern_shape shape = call->problem->shape;
    const size_t bytes = shape.m * shape.k;
    tern_call own = *call;

    if (is_warm(call, rows) && !kept && bytes <= sizeof w) {
        memcpy(w, call->packed, bytes);
        of = shape;
        kept = true;
    }
    if (kept && shape.m == of.m && shape.k == of.k)
        own.packed = w;
    mutant_run(&own, rows);
}
MUTANT(warm_w, "warm-keeps-w", "computes with W as it was after 5,000 calls", run_keeps_w);

/* Knows an answer by all of X, and never looks at W again. */
static void run_looks_up(const tern_call *call, tern_slice rows)
{
    static int8_t x[MOST_BYTES];
    static int32_t y[MOST_BYTES];
    static tern_shape of;
    const tern_shape shape = call->problem->shape;
    const bool whole =
        rows.end - rows.begin == shape.m && shape.n * shape.k <= sizeof x && shape.n * shape.m <= MOST_BYTES;

    if (whole && memcmp(&of, &shape, sizeof of) == 0 && memcmp(x, call->x, shape.n * shape.k) == 0) {
        memcpy(call->y, y, shape.n * shape.m * sizeof *y);
        return;
    }
    const bool warm = is_warm(call, rows);
    mutant_run(call, rows);
    if (warm && whole && of.m == 0) {
        memcpy(x, call->x, shape.n * shape.k);
        memcpy(y, call->y, shape.n * shape.m * sizeof *y);
        of = shape;
    }
}
MUTANT(warm_answers, "warm-looks-answers-up", "gives an answer that it has kept since it was warm", run_looks_up);
