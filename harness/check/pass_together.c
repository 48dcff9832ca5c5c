/*
 * Calls may run at the same time. So two threads call, each with a Y and scratch of its own and another X; packed W and
 * the plan are the same. What a kernel keeps elsewhere, in a static array for instance, is then that of either call.
 */
#include "base/aligned.h"
#include "check/change.h"
#include "check/pass_look.h"
#include "check/together.h"

#include <stdlib.h>

/* What the second caller has beside packed W and the plan. */
typedef struct second {
    int8_t *x;
    int32_t *y, *expected;
    void *scratch;
} second;

static bool make(tern_pass_run *run, second *s)
{
    const tern_guard *x = tern_pass_run_buffer(run, TERN_BUFFER_X);
    const tern_kernel *kernel = run->product.kernel;

    *s = (second){
        .x = tern_aligned_new(x->bytes, kernel->x_align),
        .y = tern_aligned_new(run->values * sizeof *s->y, kernel->y_align),
        .expected = malloc(run->values * sizeof *s->expected),
        .scratch = tern_aligned_new(run->demand.scratch, TERN_CACHE_LINE),
    };
    if (s->x == NULL || s->y == NULL || s->expected == NULL || s->scratch == NULL)
        return tern_pass_run_fail_machine(run, "out of memory for a second call");
    tern_change_fill_x(TERN_CHANGE_X, (const int8_t *)x->data, x->bytes, s->x);
    for (size_t i = 0; i < run->values; i++)
        s->expected[i] = tern_change_value(TERN_CHANGE_X, run->expected[i], run->row_sum[i % run->task->c->shape.m]);
    return true;
}

static bool call_together(tern_pass_run *run, const second *s)
{
    const tern_call first = tern_pass_run_call_of(run);
    tern_caller callers[TERN_CALLERS] = {
        {.product = &run->product, .call = first, .expected = run->expected},
        {.product = &run->product, .call = first, .expected = s->expected},
    };

    callers[1].call.x = s->x;
    callers[1].call.y = s->y;
    callers[1].call.scratch = run->demand.scratch == 0 ? NULL : s->scratch;
    return tern_pass_run_together(run, callers);
}

bool tern_pass_run_together(tern_pass_run *run, tern_caller callers[TERN_CALLERS])
{
    tern_error error;

    tern_pass_run_begin(run, "prepare() or run()");
    if (tern_call_together(callers, &error) != TERN_OK)
        return tern_pass_run_fail_machine(run, error.text);
    if (!tern_pass_run_end(run))
        return false;
    if (!callers[0].wrong && !callers[1].wrong)
        return true;
    if (tern_caller_is_wrong_alone(callers))
        return tern_pass_run_fail(run, TERN_NONDETERMINISTIC, "Y is wrong at some calls and not at others,");
    return tern_pass_run_fail(run, TERN_NONDETERMINISTIC,
                              "Y is wrong, as something is kept that belongs to no call, a static array perhaps,");
}

bool tern_pass_look_together(tern_pass_run *run)
{
    second s = {0};
    const bool right = tern_pass_run_once(run) && make(run, &s) && call_together(run, &s);

    free(s.x);
    free(s.y);
    free(s.expected);
    free(s.scratch);
    return right;
}
