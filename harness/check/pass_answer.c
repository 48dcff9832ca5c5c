/*
 * Whether the answers of a pass are right: of one call, and of as many as the pass makes. Some hints need more than one
 * answer.
 */
#include "check/pass_run.h"

#include "base/text.h"
#include "check/change.h"
#include "check/compare.h"
#include "check/leak.h"

#include <string.h>

/* Small shapes are called more than once where chance or repetition is to show something: until this much is done. */
static const double REPEATED_MACS = 1e6;
enum { MOST_CALLS_IN_RACE = 8, MOST_CALLS_OFTEN = 24 };

/* An allocator hides what is lost until its caches, of seven pieces a size in glibc, are empty. */
enum { CALLS_TO_EMPTY_CACHES = 12 };

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

static bool is_former_answer(tern_pass_run *run)
{
    const int32_t *y = tern_pass_run_y(run);

    for (size_t i = 0; i < run->values; i++)
        if (y[i] != run->expected[i] && y[i] != run->former[i])
            return false;
    return run->changed;
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
    bool kept = is_former_answer(run);

    for (unsigned change = 0; change < run->pass->change; change++)
        kept = kept || is_answer_of(run, change);
    if (kept)
        tern_text_copy(
            hint, bytes,
            "the answer is that of inputs which stood there before: something is kept, or what changed is not read");
    else if (differs_each_time(run))
        tern_text_append(hint, bytes, "%sthe same call gives another answer each time", hint[0] == '\0' ? "" : "; ");
}

bool tern_pass_run_answer_right(tern_pass_run *run)
{
    const tern_answer answer = {
        .shape = run->task->c->shape,
        .w = (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_W)->data,
        .x = (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_X)->data,
        .expected = run->expected,
        .got = tern_pass_run_y(run),
        .untouched = tern_buffers_untouched(&run->buffers),
    };

    if (memcmp(answer.expected, answer.got, run->values * sizeof *answer.got) == 0)
        return true;
    if (!tern_pass_run_open(run))
        return false;
    tern_compare(&answer, &run->result->finding);
    if (run->right_before && run->pass->change == 0 && !run->changed)
        tern_pass_run_fail(run, TERN_NONDETERMINISTIC, "Y was right before, and is wrong");
    else
        tern_pass_run_fail(run, TERN_MISMATCH, "Y is wrong");
    add_hints(run);
    return false;
}

bool tern_pass_run_once(tern_pass_run *run)
{
    return tern_pass_run_call(run) && tern_pass_run_outside_whole(run) && tern_pass_run_answer_right(run);
}

static int calls(const tern_pass_run *run)
{
    const tern_shape shape = run->task->c->shape;
    const double wanted = REPEATED_MACS / tern_shape_macs(shape);
    const bool race = run->pass->threads > 1 && !tern_pass_run_runs_alone(run);
    const int most = run->pass->often ? MOST_CALLS_OFTEN : race ? MOST_CALLS_IN_RACE : 1;

    return wanted < 1.0 ? 1 : wanted < most ? (int)wanted : most;
}

/* Of many calls, each may leave something. */
static bool is_steady(tern_pass_run *run, const tern_leak *leak)
{
    const char *grown = run->grown != NULL ? run->grown : run->result->step;
    char added[64];

    return tern_leak_text(leak, added, sizeof added) == NULL ||
           tern_pass_run_fail(run, TERN_OVERRUN, "%s leaves %s each time,", grown, added);
}

bool tern_pass_look(tern_pass_run *run)
{
    const int count = calls(run);
    tern_leak leak = {0};

    for (int i = 1; i <= count; i++) {
        if (!tern_pass_run_once(run))
            return false;
        if (i >= CALLS_TO_EMPTY_CACHES && run->pass->often)
            tern_leak_look(&leak);
    }
    run->right_before |= run->pass->change == 0;
    return is_steady(run, &leak);
}
