/*
 * The passes are a table. Each one packs W, lays the buffers against guard pages, paints all that the kernel must not
 * read or write with a colour of its own, calls the kernel and looks at everything afterwards. The first breach ends
 * the battery.
 *
 * A pass costs a call or a few. Shapes of more than LARGE_MACS get the passes that are marked so: they show each
 * promise once in three calls.
 */
#include "check/battery.h"

#include "base/text.h"
#include "check/change.h"
#include "check/compare.h"
#include "check/pass_run.h"
#include "check/state.h"

#include <string.h>

static const double LARGE_MACS = 1e8;

/* Small shapes are called more than once where chance or repetition is to show something: until this much is done. */
static const double REPEATED_MACS = 1e6;
enum { MOST_CALLS_IN_RACE = 8, MOST_CALLS_OFTEN = 24 };

/* An allocator hides what is lost until its caches, of seven pieces a size in glibc, are empty. */
enum { CALLS_TO_EMPTY_CACHES = 12 };

enum { BOTH = TERN_CHANGE_X | TERN_CHANGE_W };

/* The first one takes one thread and unchanged inputs: what is wrong there is wrong in the plainest of calls. */
static const tern_pass passes[] = {
    {TERN_GUARD_AFTER, 1, 0, .name = "in a first call, with guard pages after its buffers"},
    {TERN_GUARD_AFTER, 1, 0, .often = true, .name = "when called again, with other contents of Y and scratch"},
    {TERN_GUARD_AFTER, 1, TERN_CHANGE_X, .name = "when X is changed in place"},
    {TERN_GUARD_AFTER, 2, 0, .large = true, .name = "with 2 threads"},
    {TERN_GUARD_AFTER, 3, 0, .name = "with 3 threads"},
    {TERN_GUARD_AFTER, 5, 0, .name = "with 5 threads"},
    {TERN_GUARD_BEFORE, 3, 0, .alone = true, .large = true,
     .name = "slice after slice, with guard pages before its buffers"},
    {TERN_GUARD_BEFORE, 1, BOTH, .large = true, .name = "when W and X are changed in place"},
    {TERN_GUARD_UNALIGNED, 1, 0, .name = "at addresses that are aligned as it declares and no more"},
    {TERN_GUARD_AFTER, 1, 0, .other_pack = true, .name = "with W packed for another N and more threads"},
};

/* Whether all that is wrong in Y is what other inputs would give. */
static bool is_answer_of(tern_pass_run *run, unsigned change)
{
    const int32_t *y = tern_pass_run_y(run);

    for (size_t i = 0; i < run->values; i++)
        if (y[i] != run->expected[i] &&
            y[i] != tern_change_value(change, run->task->expected[i], run->row_sum[i % run->task->c->shape.m]))
            return false;
    return true;
}

static bool differs_each_time(tern_pass_run *run)
{
    const size_t bytes = run->values * sizeof *run->other;

    if (tern_pass_run_runs_alone(run))
        return false;
    memcpy(run->other, tern_pass_run_y(run), bytes);
    return tern_pass_run_call(run) && memcmp(run->other, tern_pass_run_y(run), bytes) != 0;
}

/* The hints that need more than one answer. */
static void add_hints(tern_pass_run *run)
{
    char *hint = run->result->finding.hint;
    const size_t bytes = sizeof run->result->finding.hint;

    for (unsigned change = 0; change < run->pass->change; change++)
        if (is_answer_of(run, change)) {
            tern_text_copy(hint, bytes, "the answer is that of inputs which stood there before: something is kept");
            return;
        }
    if (differs_each_time(run))
        tern_text_append(hint, bytes, "%sthe same call gives another answer each time", hint[0] == '\0' ? "" : "; ");
}

static bool answer_right(tern_pass_run *run)
{
    const tern_comparison comparison = {
        .shape = run->task->c->shape,
        .w = (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_W)->data,
        .x = (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_X)->data,
        .expected = run->expected,
        .got = tern_pass_run_y(run),
        .untouched = tern_pass_run_untouched(run),
    };
    tern_error error;

    if (memcmp(comparison.expected, comparison.got, run->values * sizeof *comparison.got) == 0)
        return true;
    if (tern_buffers_close_packing(&run->buffers, false, &error) != TERN_OK)
        return tern_pass_run_fail_machine(run, error.text);
    tern_compare(&comparison, &run->result->finding);
    if (run->right_before && run->pass->change == 0)
        tern_pass_run_fail(run, TERN_NONDETERMINISTIC, "Y was right before, and is wrong");
    else
        tern_pass_run_fail(run, TERN_MISMATCH, "Y is wrong");
    add_hints(run);
    return false;
}

static int calls(const tern_pass_run *run)
{
    const tern_shape shape = run->task->c->shape;
    const double wanted = REPEATED_MACS / ((double)shape.m * (double)shape.k * (double)shape.n);
    const bool race = run->pass->threads > 1 && !tern_pass_run_runs_alone(run);
    const int most = run->pass->often ? MOST_CALLS_OFTEN : race ? MOST_CALLS_IN_RACE : 1;

    return wanted < 1.0 ? 1 : wanted < most ? (int)wanted : most;
}

/* Calls the kernel and looks at its answer and at everything else. */
static bool call_and_look(tern_pass_run *run)
{
    const int count = calls(run);
    size_t least_growth_bytes = SIZE_MAX; /* of the heap, by a call */
    tern_state before, after;

    tern_state_take(&before);
    for (int i = 0; i < count; i++, before = after) {
        if (!tern_pass_run_call(run) || !tern_pass_run_outside_whole(run) || !answer_right(run))
            return false;
        tern_state_take(&after);
        const char *difference = tern_state_difference(&before, &after, tern_pass_run_owns_team(run));
        if (difference != NULL)
            return tern_pass_run_fail(run, TERN_OVERRUN, "%s leaves %s changed", run->result->step, difference);
        const size_t growth = after.heap_bytes > before.heap_bytes ? after.heap_bytes - before.heap_bytes : 0;
        if (i >= CALLS_TO_EMPTY_CACHES && growth < least_growth_bytes)
            least_growth_bytes = growth;
    }
    if (count > CALLS_TO_EMPTY_CACHES && least_growth_bytes > 0)
        return tern_pass_run_fail(run, TERN_OVERRUN, "%s leaves %zu bytes more on the heap each time,",
                                  run->result->step, least_growth_bytes);
    run->right_before |= run->pass->change == 0;
    return true;
}

static bool run_pass(tern_pass_run *run, uint8_t paint)
{
    bool refused;

    if (!tern_pass_run_bind(run, &refused))
        return false;
    return refused || (tern_pass_run_prepare(run, paint) && call_and_look(run));
}

static void run_passes(tern_pass_run *run)
{
    const tern_shape shape = run->task->c->shape;
    const bool large = (double)shape.m * (double)shape.k * (double)shape.n > LARGE_MACS;

    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        run->pass = &passes[i];
        if ((!large || run->pass->large) && !run_pass(run, (uint8_t)(0xA5 + 0x17 * i)))
            return;
    }
}

void tern_battery_run(const tern_battery_task *task, tern_battery_result *result)
{
    tern_pass_run run;

    if (tern_pass_run_new(&run, task, result) == TERN_OK) {
        tern_fault_watch(run.buffers.guard, TERN_BUFFERS, &result->fault);
        result->finding.values = run.values;
        run_passes(&run);
    } else {
        tern_pass_run_fail_machine(&run, "out of memory for the expected result");
    }
    tern_pass_run_free(&run);
}
