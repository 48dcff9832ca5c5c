/*
 * The passes are a table. Each one packs W, lays the buffers against guard pages, paints all that the kernel must not read
 * or write with a colour of its own, calls the kernel and looks at everything afterwards. The first breach ends the battery.
 *
 * A pass costs a call or a few. Shapes of more than LARGE_MACS get the passes that are marked so: they show each promise
 * once in three calls.
 */
#include "check/battery.h"

#include "base/text.h"
#include "check/buffers.h"
#include "check/change.h"
#include "check/compare.h"
#include "check/oracle.h"
#include "check/state.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LARGE_MACS = 1e8;

/* Races show by chance: a pass with threads is repeated until it has done about this much, at most MAX_REPEATS times. */
static const double REPEATED_MACS = 1e6;
enum { MAX_REPEATS = 8 };

enum { BOTH = TERN_CHANGE_X | TERN_CHANGE_W };

typedef struct pass {
    tern_guard_side side;
    uint32_t threads;
    unsigned change;
    bool alone; /* slice after slice, the last first, each with a Y of its own */
    bool large; /* also for large shapes */
    const char *name;
} pass;

/* The first one takes one thread and unchanged inputs: what is wrong there is wrong in the plainest of calls. */
static const pass passes[] = {
    {TERN_GUARD_AFTER, 1, 0, false, false, "in a first call, with guard pages after its buffers"},
    {TERN_GUARD_AFTER, 1, 0, false, false, "when called again, with other contents of Y and scratch"},
    {TERN_GUARD_AFTER, 1, TERN_CHANGE_X, false, false, "when X is changed in place"},
    {TERN_GUARD_AFTER, 2, 0, false, true, "with 2 threads"},
    {TERN_GUARD_AFTER, 3, 0, false, false, "with 3 threads"},
    {TERN_GUARD_AFTER, 5, 0, false, false, "with 5 threads"},
    {TERN_GUARD_BEFORE, 3, 0, true, true, "slice after slice, with guard pages before its buffers"},
    {TERN_GUARD_BEFORE, 1, BOTH, false, true, "when W and X are changed in place"},
    {TERN_GUARD_UNALIGNED, 1, 0, false, false, "at addresses that are aligned as it declares and no more"},
};

typedef struct battery {
    const tern_battery_task *task;
    tern_battery_result *result;
    const pass *pass;
    bool right_before; /* an earlier pass with the same data was right */
    tern_product product;
    tern_buffers buffers;
    tern_team *team;
    int32_t *row_sum;  /* of W, M values */
    int32_t *expected; /* of this pass, N x M */
    int32_t *other;    /* a Y put together from slices, or that of another call */
    size_t values;     /* N * M */
    size_t passes_done;
    size_t least_growth_bytes; /* of the heap, over all passes */
} battery;

/* Ends the battery. Returns false, so that a step writes `return fail(...)`. */
static bool fail(battery *b, tern_verdict verdict, const char *format, ...) __attribute__((format(printf, 3, 4)));

static bool fail(battery *b, tern_verdict verdict, const char *format, ...)
{
    tern_finding *finding = &b->result->finding;
    va_list arguments;

    finding->verdict = verdict;
    va_start(arguments, format);
    vsnprintf(finding->reason, sizeof finding->reason, format, arguments);
    va_end(arguments);
    tern_text_append(finding->reason, sizeof finding->reason, " %s", b->pass->name);
    return false;
}

static bool fail_machine(battery *b, const char *sentence)
{
    b->result->failed_machine = true;
    tern_text_copy(b->result->finding.reason, sizeof b->result->finding.reason, sentence);
    return false;
}

static void note(battery *b, const char *step)
{
    b->result->step = step;
    b->result->pass = b->pass->name;
}

static tern_guard *buffer(battery *b, tern_buffer which)
{
    return &b->buffers.guard[which];
}

static int32_t *y_of(battery *b)
{
    return (int32_t *)(void *)buffer(b, TERN_BUFFER_Y)->data;
}

/* What Y holds where the kernel wrote nothing. */
static int32_t untouched_value(const battery *b)
{
    int32_t value;

    memset(&value, b->buffers.paint, sizeof value);
    return value;
}

static bool owns_team(const battery *b)
{
    return (b->product.kernel->flags & TERN_KERNEL_OWNS_TEAM) != 0;
}

static bool runs_alone(const battery *b)
{
    return b->pass->alone && !owns_team(b);
}

static bool red_zones_whole(battery *b)
{
    tern_guard_breach breach;
    char place[96];

    if (!tern_buffers_find_change(&b->buffers, &breach))
        return true;
    return fail(b, TERN_OVERRUN, "%s writes %s,", b->result->step,
                tern_guard_breach_text(&breach, place, sizeof place));
}

static bool unchanged(battery *b, tern_buffer which)
{
    if (tern_buffers_unchanged(&b->buffers, which))
        return true;
    return fail(b, TERN_OVERRUN, "%s changes %s, which it may only read,", b->result->step, buffer(b, which)->name);
}

static void fill_data(battery *b)
{
    const tern_guard *w = buffer(b, TERN_BUFFER_W), *x = buffer(b, TERN_BUFFER_X);
    const unsigned change = b->pass->change;

    tern_change_fill_w(change, b->task->w, w->bytes, (int8_t *)w->data);
    tern_change_fill_x(change, b->task->x, x->bytes, (int8_t *)x->data);
    for (size_t i = 0; i < b->values; i++)
        b->expected[i] = tern_change_value(change, b->task->expected[i], b->row_sum[i % b->task->c->shape.m]);
}

static bool pack(battery *b)
{
    const tern_guard *staging = buffer(b, TERN_BUFFER_STAGING);
    tern_error error;

    tern_buffers_remember(&b->buffers, TERN_BUFFER_W);
    tern_guard_paint_object(staging);
    note(b, "pack()");
    const size_t bytes =
        b->product.kernel->pack(&b->product.problem, (const int8_t *)buffer(b, TERN_BUFFER_W)->data, staging->data);
    if (bytes == 0)
        return fail_machine(b, "pack() ran out of memory");
    if (bytes > staging->bytes)
        return fail(b, TERN_OVERRUN, "pack() returns %zu bytes, more than the %zu of packed_bytes(),", bytes,
                    staging->bytes);
    if (!red_zones_whole(b) || !unchanged(b, TERN_BUFFER_W))
        return false;
    return tern_buffers_take_packed(&b->buffers, b->product.kernel, bytes, &error) == TERN_OK ||
           fail_machine(b, error.text);
}

/* So that a kernel which reads what it never wrote finds something else there in each pass. */
static void __attribute__((noinline)) scribble_on_stack(uint8_t paint)
{
    volatile uint8_t garbage[16 * 1024];

    for (size_t i = 0; i < sizeof garbage; i++)
        garbage[i] = paint;
}

/* Everything outside the rows must be as it was painted; what is in them is taken over. */
static bool take_slice(battery *b, tern_slice rows)
{
    const int32_t *y = y_of(b), untouched = untouched_value(b);

    for (size_t i = 0; i < b->values; i++) {
        const size_t m = i % b->task->c->shape.m;
        if (m >= rows.begin && m < rows.end)
            b->other[i] = y[i];
        else if (y[i] != untouched)
            return fail(b, TERN_OVERRUN, "the slice of rows %zu to %zu writes row %zu,", rows.begin, rows.end - 1, m);
    }
    return true;
}

static bool call_alone(battery *b, const tern_call *call)
{
    const tern_stages *stages = &b->product.stages;
    const uint32_t threads = b->product.problem.threads;

    note(b, "prepare()");
    for (uint32_t t = threads; stages->prepare != NULL && t-- > 0;) {
        const tern_slice units = tern_slice_of(stages->prepare_units, t, threads);
        if (units.begin < units.end)
            stages->prepare(call, units);
    }
    note(b, "run()");
    for (uint32_t t = threads; t-- > 0;) {
        const tern_slice rows = tern_product_rows(&b->product, t, threads);
        if (rows.begin == rows.end)
            continue;
        tern_guard_paint_object(buffer(b, TERN_BUFFER_Y));
        stages->run(call, rows);
        if (!take_slice(b, rows))
            return false;
    }
    memcpy(y_of(b), b->other, b->values * sizeof *b->other);
    return true;
}

static bool call_kernel(battery *b)
{
    const tern_call call = {
        .problem = &b->product.problem,
        .packed = buffer(b, TERN_BUFFER_PACKED)->data,
        .x = (const int8_t *)buffer(b, TERN_BUFFER_X)->data,
        .y = y_of(b),
        .scratch = buffer(b, TERN_BUFFER_SCRATCH)->data,
    };

    tern_guard_paint_object(buffer(b, TERN_BUFFER_Y));
    tern_guard_paint_object(buffer(b, TERN_BUFFER_SCRATCH));
    mallopt(M_PERTURB, b->buffers.paint);
    scribble_on_stack(b->buffers.paint);
    if (runs_alone(b))
        return call_alone(b, &call);
    note(b, b->product.stages.prepare == NULL ? "run()" : "prepare() or run()");
    tern_product_call(&b->product, &call, b->team);
    return true;
}

/* Whether all that is wrong in Y is what other inputs would give. */
static bool is_answer_of(battery *b, unsigned change)
{
    const int32_t *y = y_of(b);

    for (size_t i = 0; i < b->values; i++)
        if (y[i] != b->expected[i] &&
            y[i] != tern_change_value(change, b->task->expected[i], b->row_sum[i % b->task->c->shape.m]))
            return false;
    return true;
}

static bool differs_each_time(battery *b)
{
    const size_t bytes = b->values * sizeof *b->other;

    if (runs_alone(b))
        return false;
    memcpy(b->other, y_of(b), bytes);
    call_kernel(b);
    return memcmp(b->other, y_of(b), bytes) != 0;
}

/* The hints that need more than one answer. */
static void add_hints(battery *b)
{
    char *hint = b->result->finding.hint;
    const size_t bytes = sizeof b->result->finding.hint;

    for (unsigned change = 0; change < b->pass->change; change++)
        if (is_answer_of(b, change)) {
            tern_text_copy(hint, bytes, "the answer is that of inputs which stood there before: something is kept");
            return;
        }
    if (differs_each_time(b))
        tern_text_append(hint, bytes, "%sthe same call gives another answer each time", hint[0] == '\0' ? "" : "; ");
}

static bool answer_right(battery *b)
{
    const tern_comparison comparison = {
        .shape = b->task->c->shape,
        .w = (const int8_t *)buffer(b, TERN_BUFFER_W)->data,
        .x = (const int8_t *)buffer(b, TERN_BUFFER_X)->data,
        .expected = b->expected,
        .got = y_of(b),
        .untouched = untouched_value(b),
    };

    tern_compare(&comparison, &b->result->finding);
    if (b->result->finding.verdict == TERN_EXACT)
        return true;
    if (b->right_before && b->pass->change == 0)
        fail(b, TERN_NONDETERMINISTIC, "Y was right before, and is wrong");
    else
        fail(b, TERN_MISMATCH, "Y is wrong");
    add_hints(b);
    return false;
}

static bool state_kept(battery *b, const tern_state *before)
{
    tern_state after;

    tern_state_take(&after);
    const size_t growth = after.heap_bytes > before->heap_bytes ? after.heap_bytes - before->heap_bytes : 0;
    if (b->passes_done++ == 0 || growth < b->least_growth_bytes)
        b->least_growth_bytes = growth;
    const char *difference = tern_state_difference(before, &after, owns_team(b));
    return difference == NULL || fail(b, TERN_OVERRUN, "%s leaves %s changed", b->result->step, difference);
}

static int repeats(const battery *b)
{
    const tern_shape shape = b->task->c->shape;
    const double wanted = REPEATED_MACS / ((double)shape.m * (double)shape.k * (double)shape.n);

    if (b->pass->threads == 1 || runs_alone(b) || wanted < 1.0)
        return 1;
    return wanted < MAX_REPEATS ? (int)wanted : MAX_REPEATS;
}

/* Calls the kernel and looks at all that it might have spoilt. */
static bool call_and_look(battery *b)
{
    tern_state before;

    tern_buffers_remember(&b->buffers, TERN_BUFFER_X);
    tern_buffers_remember(&b->buffers, TERN_BUFFER_PACKED);
    tern_state_take(&before);
    for (int i = repeats(b); i > 0; i--)
        if (!call_kernel(b) || !red_zones_whole(b) || !unchanged(b, TERN_BUFFER_X) ||
            !unchanged(b, TERN_BUFFER_PACKED) || !answer_right(b))
            return false;
    return state_kept(b, &before);
}

/* Buffers and threads for the pass. */
static bool make_room(battery *b)
{
    const uint32_t threads = runs_alone(b) || owns_team(b) ? 1 : b->pass->threads;
    tern_error error;

    if (tern_buffers_place(&b->buffers, &b->product, b->pass->side, &error) != TERN_OK)
        return fail_machine(b, error.text);
    if (b->team != NULL && tern_team_threads(b->team) == threads)
        return true;
    tern_team_free(b->team);
    return tern_team_new(&b->team, threads, &error) == TERN_OK || fail_machine(b, error.text);
}

static bool run_pass(battery *b, uint8_t paint)
{
    note(b, "bind()");
    const char *refusal = tern_product_bind(&b->product, b->task->c, b->pass->threads);
    if (refusal != NULL) {
        /* A kernel may refuse a number of threads; one that refuses one thread refuses the case. */
        if (b->pass->threads > 1)
            return true;
        b->result->finding.verdict = TERN_UNSUPPORTED;
        tern_text_copy(b->result->finding.reason, sizeof b->result->finding.reason, refusal);
        return false;
    }
    if (!make_room(b))
        return false;
    tern_buffers_paint(&b->buffers, paint);
    fill_data(b);
    if (!pack(b))
        return false;
    tern_buffers_paint(&b->buffers, paint);
    if (!call_and_look(b))
        return false;
    b->right_before |= b->pass->change == 0;
    return true;
}

static void run_passes(battery *b)
{
    const tern_shape shape = b->task->c->shape;
    const bool large = (double)shape.m * (double)shape.k * (double)shape.n > LARGE_MACS;

    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        b->pass = &passes[i];
        if ((!large || b->pass->large) && !run_pass(b, (uint8_t)(0xA5 + 0x17 * i)))
            return;
    }
    if (b->least_growth_bytes > 0)
        fail(b, TERN_OVERRUN, "each call leaves at least %zu bytes more on the heap, the last one",
             b->least_growth_bytes);
}

void tern_battery_run(const tern_battery_task *task, tern_battery_result *result)
{
    const tern_shape shape = task->c->shape;
    battery b = {.task = task, .result = result, .pass = &passes[0], .values = shape.m * shape.n};

    tern_fault_watch(b.buffers.guard, TERN_BUFFERS, &result->fault);
    result->finding.values = b.values;
    b.row_sum = malloc(shape.m * sizeof *b.row_sum);
    b.expected = malloc(b.values * sizeof *b.expected);
    b.other = malloc(b.values * sizeof *b.other);
    if (b.row_sum == NULL || b.expected == NULL || b.other == NULL) {
        fail_machine(&b, "out of memory for the expected result");
    } else {
        tern_oracle_row_sums(shape, task->w, b.row_sum);
        run_passes(&b);
    }
    tern_team_free(b.team);
    tern_buffers_free(&b.buffers);
    free(b.other);
    free(b.expected);
    free(b.row_sum);
}
