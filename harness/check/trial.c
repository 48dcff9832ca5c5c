#include "check/trial.h"

#include "base/text.h"
#include "check/change.h"
#include "check/oracle.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool tern_trial_fail(tern_trial *trial, tern_verdict verdict, const char *format, ...)
{
    tern_finding *finding = &trial->result->finding;
    va_list arguments;

    finding->verdict = verdict;
    va_start(arguments, format);
    vsnprintf(finding->reason, sizeof finding->reason, format, arguments);
    va_end(arguments);
    tern_text_append(finding->reason, sizeof finding->reason, " %s", trial->pass->name);
    return false;
}

bool tern_trial_fail_machine(tern_trial *trial, const char *sentence)
{
    trial->result->failed_machine = true;
    tern_text_copy(trial->result->finding.reason, sizeof trial->result->finding.reason, sentence);
    return false;
}

tern_guard *tern_trial_buffer(tern_trial *trial, tern_buffer which)
{
    return &trial->buffers.guard[which];
}

int32_t *tern_trial_y(tern_trial *trial)
{
    return (int32_t *)(void *)tern_trial_buffer(trial, TERN_BUFFER_Y)->data;
}

int32_t tern_trial_untouched(const tern_trial *trial)
{
    int32_t value;

    memset(&value, trial->buffers.paint, sizeof value);
    return value;
}

bool tern_trial_owns_team(const tern_trial *trial)
{
    return (trial->product.kernel->flags & TERN_KERNEL_OWNS_TEAM) != 0;
}

bool tern_trial_runs_alone(const tern_trial *trial)
{
    return trial->pass->alone && !tern_trial_owns_team(trial);
}

/* What the kernel does next, for the parent in case it does not come back. */
static void note(tern_trial *trial, const char *step)
{
    trial->result->step = step;
    trial->result->pass = trial->pass->name;
}

tern_status tern_trial_new(tern_trial *trial, const tern_battery_task *task, tern_battery_result *result)
{
    const tern_shape shape = task->c->shape;

    *trial = (tern_trial){.task = task, .result = result, .values = shape.m * shape.n};
    trial->row_sum = malloc(shape.m * sizeof *trial->row_sum);
    trial->expected = malloc(trial->values * sizeof *trial->expected);
    trial->other = malloc(trial->values * sizeof *trial->other);
    if (trial->row_sum == NULL || trial->expected == NULL || trial->other == NULL)
        return TERN_ENVIRONMENT;
    tern_oracle_row_sums(shape, task->w, trial->row_sum);
    return TERN_OK;
}

void tern_trial_free(tern_trial *trial)
{
    tern_team_free(trial->team);
    tern_buffers_free(&trial->buffers);
    free(trial->other);
    free(trial->expected);
    free(trial->row_sum);
}

bool tern_trial_bind(tern_trial *trial, bool *refused)
{
    note(trial, "bind()");
    const char *sentence = tern_product_bind(&trial->product, trial->task->c, trial->pass->threads);

    *refused = sentence != NULL;
    if (sentence == NULL || trial->pass->threads > 1)
        return true;
    /* One that refuses one thread refuses the case. */
    trial->result->finding.verdict = TERN_UNSUPPORTED;
    tern_text_copy(trial->result->finding.reason, sizeof trial->result->finding.reason, sentence);
    return false;
}

static bool make_team(tern_trial *trial)
{
    const bool alone = tern_trial_runs_alone(trial) || tern_trial_owns_team(trial);
    const uint32_t threads = alone ? 1 : trial->pass->threads;
    tern_error error;

    if (trial->team != NULL && tern_team_threads(trial->team) == threads)
        return true;
    tern_team_free(trial->team);
    return tern_team_new(&trial->team, threads, &error) == TERN_OK || tern_trial_fail_machine(trial, error.text);
}

static void fill_data(tern_trial *trial)
{
    const tern_battery_task *task = trial->task;
    const tern_guard *w = tern_trial_buffer(trial, TERN_BUFFER_W), *x = tern_trial_buffer(trial, TERN_BUFFER_X);
    const unsigned change = trial->pass->change;

    tern_change_fill_w(change, task->w, w->bytes, (int8_t *)w->data);
    tern_change_fill_x(change, task->x, x->bytes, (int8_t *)x->data);
    for (size_t i = 0; i < trial->values; i++)
        trial->expected[i] = tern_change_value(change, task->expected[i], trial->row_sum[i % task->c->shape.m]);
}

static bool red_zones_whole(tern_trial *trial)
{
    tern_guard_breach breach;
    char place[96];

    if (!tern_buffers_find_change(&trial->buffers, &breach))
        return true;
    return tern_trial_fail(trial, TERN_OVERRUN, "%s writes %s,", trial->result->step,
                           tern_guard_breach_text(&breach, place, sizeof place));
}

static bool unchanged(tern_trial *trial, tern_buffer which)
{
    if (tern_buffers_unchanged(&trial->buffers, which))
        return true;
    return tern_trial_fail(trial, TERN_OVERRUN, "%s changes %s, which it may only read,", trial->result->step,
                           tern_trial_buffer(trial, which)->name);
}

static bool pack(tern_trial *trial)
{
    const tern_kernel *kernel = trial->product.kernel;
    const tern_guard *staging = tern_trial_buffer(trial, TERN_BUFFER_STAGING);
    const int8_t *w = (const int8_t *)tern_trial_buffer(trial, TERN_BUFFER_W)->data;
    tern_error error;

    tern_buffers_remember(&trial->buffers, TERN_BUFFER_W);
    tern_guard_paint_object(staging);
    note(trial, "pack()");
    const size_t bytes = kernel->pack(&trial->product.problem, w, staging->data);
    if (bytes == 0)
        return tern_trial_fail_machine(trial, "pack() ran out of memory");
    if (bytes > staging->bytes)
        return tern_trial_fail(trial, TERN_OVERRUN, "pack() returns %zu bytes, more than the %zu of packed_bytes(),",
                               bytes, staging->bytes);
    if (!red_zones_whole(trial) || !unchanged(trial, TERN_BUFFER_W))
        return false;
    return tern_buffers_take_packed(&trial->buffers, kernel, bytes, &error) == TERN_OK ||
           tern_trial_fail_machine(trial, error.text);
}

bool tern_trial_prepare(tern_trial *trial, uint8_t paint)
{
    tern_error error;

    if (tern_buffers_place(&trial->buffers, &trial->product, trial->pass->side, &error) != TERN_OK ||
        tern_buffers_close_packing(&trial->buffers, false, &error) != TERN_OK)
        return tern_trial_fail_machine(trial, error.text);
    if (!make_team(trial))
        return false;
    tern_buffers_paint(&trial->buffers, paint);
    fill_data(trial);
    if (!pack(trial))
        return false;
    tern_buffers_paint(&trial->buffers, paint);
    tern_buffers_remember(&trial->buffers, TERN_BUFFER_X);
    tern_buffers_remember(&trial->buffers, TERN_BUFFER_PACKED);
    return tern_buffers_close_packing(&trial->buffers, true, &error) == TERN_OK ||
           tern_trial_fail_machine(trial, error.text);
}

/* Everything outside the rows must be as it was painted; what is in them is taken over. */
static bool take_slice(tern_trial *trial, tern_slice rows)
{
    const int32_t *y = tern_trial_y(trial), untouched = tern_trial_untouched(trial);

    for (size_t i = 0; i < trial->values; i++) {
        const size_t m = i % trial->task->c->shape.m;
        if (m >= rows.begin && m < rows.end)
            trial->other[i] = y[i];
        else if (y[i] != untouched)
            return tern_trial_fail(trial, TERN_OVERRUN, "the slice of rows %zu to %zu writes row %zu,", rows.begin,
                                   rows.end - 1, m);
    }
    return true;
}

static bool call_slices(tern_trial *trial, const tern_call *call)
{
    const tern_stages *stages = &trial->product.stages;
    const uint32_t threads = trial->product.problem.threads;

    note(trial, "prepare()");
    for (uint32_t t = threads; stages->prepare != NULL && t-- > 0;) {
        const tern_slice units = tern_slice_of(stages->prepare_units, t, threads);
        if (units.begin < units.end)
            stages->prepare(call, units);
    }
    note(trial, "run()");
    for (uint32_t t = threads; t-- > 0;) {
        const tern_slice rows = tern_product_rows(&trial->product, t, threads);
        if (rows.begin == rows.end)
            continue;
        tern_guard_paint_object(tern_trial_buffer(trial, TERN_BUFFER_Y));
        stages->run(call, rows);
        if (!take_slice(trial, rows))
            return false;
    }
    memcpy(tern_trial_y(trial), trial->other, trial->values * sizeof *trial->other);
    return true;
}

static void __attribute__((noinline)) scribble_on_stack(uint8_t paint)
{
    volatile uint8_t garbage[16 * 1024];

    for (size_t i = 0; i < sizeof garbage; i++)
        garbage[i] = paint;
}

/*
 * So that a kernel which reads what it never wrote finds something else there in each pass. Scratch stays as the last call
 * left it when the inputs have changed: nothing in it may be taken for still right.
 */
static void scribble(tern_trial *trial)
{
    const uint8_t paint = trial->buffers.paint;

    tern_guard_paint_object(tern_trial_buffer(trial, TERN_BUFFER_Y));
    if (trial->pass->change == 0)
        tern_guard_paint_object(tern_trial_buffer(trial, TERN_BUFFER_SCRATCH));
    mallopt(M_PERTURB, paint);
    scribble_on_stack(paint);
}

bool tern_trial_call(tern_trial *trial)
{
    const tern_call call = {
        .problem = &trial->product.problem,
        .packed = tern_trial_buffer(trial, TERN_BUFFER_PACKED)->data,
        .x = (const int8_t *)tern_trial_buffer(trial, TERN_BUFFER_X)->data,
        .y = tern_trial_y(trial),
        .scratch = tern_trial_buffer(trial, TERN_BUFFER_SCRATCH)->data,
    };

    scribble(trial);
    if (tern_trial_runs_alone(trial))
        return call_slices(trial, &call);
    note(trial, trial->product.stages.prepare == NULL ? "run()" : "prepare() or run()");
    tern_product_call(&trial->product, &call, trial->team);
    return true;
}

bool tern_trial_outside_whole(tern_trial *trial)
{
    return red_zones_whole(trial) && unchanged(trial, TERN_BUFFER_X) && unchanged(trial, TERN_BUFFER_PACKED);
}
