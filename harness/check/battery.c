/*
 * The passes are a table. Each one packs W, lays the buffers against guard pages, paints all that the kernel must not read
 * or write with a colour of its own, calls the kernel and looks at everything afterwards. The first breach ends the battery.
 *
 * A pass costs a call or a few. Shapes of more than LARGE_MACS get the passes that are marked so: they show each promise
 * once in three calls.
 */
#include "check/battery.h"

#include "base/text.h"
#include "check/change.h"
#include "check/compare.h"
#include "check/state.h"
#include "check/trial.h"

#include <string.h>

static const double LARGE_MACS = 1e8;

/* Races show by chance: a pass with threads is repeated until it has done about this much, at most MAX_REPEATS times. */
static const double REPEATED_MACS = 1e6;
enum { MAX_REPEATS = 8 };

enum { BOTH = TERN_CHANGE_X | TERN_CHANGE_W };

/* The first one takes one thread and unchanged inputs: what is wrong there is wrong in the plainest of calls. */
static const tern_pass passes[] = {
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

typedef struct progress {
    bool right_before; /* an earlier pass with the case's own data was right */
    size_t passes;
    size_t least_growth_bytes; /* of the heap, over all passes */
} progress;

/* Whether all that is wrong in Y is what other inputs would give. */
static bool is_answer_of(tern_trial *trial, unsigned change)
{
    const int32_t *y = tern_trial_y(trial);

    for (size_t i = 0; i < trial->values; i++)
        if (y[i] != trial->expected[i] &&
            y[i] != tern_change_value(change, trial->task->expected[i], trial->row_sum[i % trial->task->c->shape.m]))
            return false;
    return true;
}

static bool differs_each_time(tern_trial *trial)
{
    const size_t bytes = trial->values * sizeof *trial->other;

    if (tern_trial_runs_alone(trial))
        return false;
    memcpy(trial->other, tern_trial_y(trial), bytes);
    return tern_trial_call(trial) && memcmp(trial->other, tern_trial_y(trial), bytes) != 0;
}

/* The hints that need more than one answer. */
static void add_hints(tern_trial *trial)
{
    char *hint = trial->result->finding.hint;
    const size_t bytes = sizeof trial->result->finding.hint;

    for (unsigned change = 0; change < trial->pass->change; change++)
        if (is_answer_of(trial, change)) {
            tern_text_copy(hint, bytes, "the answer is that of inputs which stood there before: something is kept");
            return;
        }
    if (differs_each_time(trial))
        tern_text_append(hint, bytes, "%sthe same call gives another answer each time", hint[0] == '\0' ? "" : "; ");
}

static bool answer_right(tern_trial *trial, const progress *so_far)
{
    const tern_comparison comparison = {
        .shape = trial->task->c->shape,
        .w = (const int8_t *)tern_trial_buffer(trial, TERN_BUFFER_W)->data,
        .x = (const int8_t *)tern_trial_buffer(trial, TERN_BUFFER_X)->data,
        .expected = trial->expected,
        .got = tern_trial_y(trial),
        .untouched = tern_trial_untouched(trial),
    };
    tern_error error;

    if (memcmp(comparison.expected, comparison.got, trial->values * sizeof *comparison.got) == 0)
        return true;
    if (tern_buffers_close_packing(&trial->buffers, false, &error) != TERN_OK)
        return tern_trial_fail_machine(trial, error.text);
    tern_compare(&comparison, &trial->result->finding);
    if (so_far->right_before && trial->pass->change == 0)
        tern_trial_fail(trial, TERN_NONDETERMINISTIC, "Y was right before, and is wrong");
    else
        tern_trial_fail(trial, TERN_MISMATCH, "Y is wrong");
    add_hints(trial);
    return false;
}

static bool state_kept(tern_trial *trial, const tern_state *before, progress *so_far)
{
    tern_state after;

    tern_state_take(&after);
    const size_t growth = after.heap_bytes > before->heap_bytes ? after.heap_bytes - before->heap_bytes : 0;
    if (so_far->passes++ == 0 || growth < so_far->least_growth_bytes)
        so_far->least_growth_bytes = growth;
    const char *difference = tern_state_difference(before, &after, tern_trial_owns_team(trial));
    return difference == NULL ||
           tern_trial_fail(trial, TERN_OVERRUN, "%s leaves %s changed", trial->result->step, difference);
}

static int repeats(const tern_trial *trial)
{
    const tern_shape shape = trial->task->c->shape;
    const double wanted = REPEATED_MACS / ((double)shape.m * (double)shape.k * (double)shape.n);

    if (trial->pass->threads == 1 || tern_trial_runs_alone(trial) || wanted < 1.0)
        return 1;
    return wanted < MAX_REPEATS ? (int)wanted : MAX_REPEATS;
}

static bool run_pass(tern_trial *trial, uint8_t paint, progress *so_far)
{
    tern_state before;
    bool refused;

    if (!tern_trial_bind(trial, &refused))
        return false;
    if (refused)
        return true;
    if (!tern_trial_prepare(trial, paint))
        return false;
    tern_state_take(&before);
    for (int i = repeats(trial); i > 0; i--)
        if (!tern_trial_call(trial) || !tern_trial_outside_whole(trial) || !answer_right(trial, so_far))
            return false;
    if (!state_kept(trial, &before, so_far))
        return false;
    so_far->right_before |= trial->pass->change == 0;
    return true;
}

static void run_passes(tern_trial *trial)
{
    const tern_shape shape = trial->task->c->shape;
    const bool large = (double)shape.m * (double)shape.k * (double)shape.n > LARGE_MACS;
    progress so_far = {0};

    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        trial->pass = &passes[i];
        if ((!large || trial->pass->large) && !run_pass(trial, (uint8_t)(0xA5 + 0x17 * i), &so_far))
            return;
    }
    /* The few passes of a large shape all differ in threads, and an OpenMP run time keeps a team for each number. */
    if (!large && so_far.least_growth_bytes > 0)
        tern_trial_fail(trial, TERN_OVERRUN, "each call leaves %zu bytes or more on the heap, the last one",
                        so_far.least_growth_bytes);
}

void tern_battery_run(const tern_battery_task *task, tern_battery_result *result)
{
    tern_trial trial;

    if (tern_trial_new(&trial, task, result) == TERN_OK) {
        tern_fault_watch(trial.buffers.guard, TERN_BUFFERS, &result->fault);
        result->finding.values = trial.values;
        run_passes(&trial);
    } else {
        tern_trial_fail_machine(&trial, "out of memory for the expected result");
    }
    tern_trial_free(&trial);
}
