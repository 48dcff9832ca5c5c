#include "check/pass_run.h"

#include "base/text.h"
#include "check/change.h"
#include "check/oracle.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAN_ALIGN = 64 };

bool tern_pass_run_fail(tern_pass_run *run, tern_verdict verdict, const char *format, ...)
{
    tern_finding *finding = &run->result->finding;
    va_list arguments;

    finding->verdict = verdict;
    va_start(arguments, format);
    vsnprintf(finding->reason, sizeof finding->reason, format, arguments);
    va_end(arguments);
    tern_text_append(finding->reason, sizeof finding->reason, " %s", run->pass->name);
    return false;
}

bool tern_pass_run_fail_machine(tern_pass_run *run, const char *sentence)
{
    run->result->failed_machine = true;
    tern_text_copy(run->result->finding.reason, sizeof run->result->finding.reason, sentence);
    return false;
}

tern_guard *tern_pass_run_buffer(tern_pass_run *run, tern_buffer which)
{
    return &run->buffers.guard[which];
}

int32_t *tern_pass_run_y(tern_pass_run *run)
{
    return (int32_t *)(void *)tern_pass_run_buffer(run, TERN_BUFFER_Y)->data;
}

int32_t tern_pass_run_untouched(const tern_pass_run *run)
{
    return tern_buffers_untouched(&run->buffers);
}

bool tern_pass_run_owns_team(const tern_pass_run *run)
{
    return (run->product.kernel->flags & TERN_KERNEL_OWNS_TEAM) != 0;
}

bool tern_pass_run_runs_alone(const tern_pass_run *run)
{
    return run->pass->alone && !tern_pass_run_owns_team(run);
}

/* What the kernel does next, for the parent in case it does not come back. */
static void note(tern_pass_run *run, const char *step)
{
    run->result->step = step;
    run->result->pass = run->pass->name;
}

tern_status tern_pass_run_new(tern_pass_run *run, const tern_battery_task *task, tern_battery_result *result)
{
    const tern_shape shape = task->c->shape;

    *run = (tern_pass_run){.task = task, .result = result, .values = shape.m * shape.n};
    run->row_sum = malloc(shape.m * sizeof *run->row_sum);
    run->expected = malloc(run->values * sizeof *run->expected);
    run->other = malloc(run->values * sizeof *run->other);
    if (run->row_sum == NULL || run->expected == NULL || run->other == NULL)
        return TERN_ENVIRONMENT;
    tern_oracle_row_sums(shape, task->w, run->row_sum);
    return TERN_OK;
}

void tern_pass_run_free(tern_pass_run *run)
{
    tern_product_drop_plan(&run->product);
    tern_team_free(run->team);
    tern_buffers_free(&run->buffers);
    free(run->other);
    free(run->expected);
    free(run->row_sum);
}

static bool unsupported(tern_pass_run *run, const char *sentence)
{
    run->result->finding.verdict = TERN_UNSUPPORTED;
    tern_text_copy(run->result->finding.reason, sizeof run->result->finding.reason, sentence);
    return false;
}

/* Another N that the kernel takes, and more threads than the pass has. Returns whether it does. */
static bool bind_other(tern_pass_run *run, tern_product *other)
{
    const size_t least = run->task->c->kernel->multiple.n;
    tern_case c = *run->task->c;

    c.shape.n = c.shape.n > least ? c.shape.n - least : c.shape.n + least;
    return tern_product_bind(other, &c, run->pass->threads + 2) == NULL;
}

bool tern_pass_run_bind(tern_pass_run *run, bool *refused)
{
    note(run, "drop_plan()");
    tern_product_drop_plan(&run->product);
    note(run, "bind()");
    const char *sentence = tern_product_bind(&run->product, run->task->c, run->pass->threads);

    *refused = sentence != NULL;
    if (!run->pass->other_pack || !bind_other(run, &run->packer))
        tern_product_bind(&run->packer, run->task->c, run->pass->threads);
    if (sentence == NULL || run->pass->threads > 1)
        return true;
    return unsupported(run, sentence); /* one that refuses one thread refuses the case */
}

static bool make_team(tern_pass_run *run)
{
    const bool alone = tern_pass_run_runs_alone(run) || tern_pass_run_owns_team(run);
    const uint32_t threads = alone ? 1 : run->pass->threads;
    tern_error error;

    if (run->team != NULL && tern_team_threads(run->team) == threads)
        return true;
    tern_team_free(run->team);
    return tern_team_new(&run->team, threads, &error) == TERN_OK || tern_pass_run_fail_machine(run, error.text);
}

static void fill_data(tern_pass_run *run)
{
    const tern_battery_task *task = run->task;
    const tern_guard *w = tern_pass_run_buffer(run, TERN_BUFFER_W), *x = tern_pass_run_buffer(run, TERN_BUFFER_X);
    const unsigned change = run->pass->change;

    tern_change_fill_w(change, task->w, w->bytes, (int8_t *)w->data);
    tern_change_fill_x(change, task->x, x->bytes, (int8_t *)x->data);
    for (size_t i = 0; i < run->values; i++)
        run->expected[i] = tern_change_value(change, task->expected[i], run->row_sum[i % task->c->shape.m]);
}

static bool red_zones_whole(tern_pass_run *run)
{
    tern_guard_breach breach;
    char place[96];

    if (!tern_buffers_find_change(&run->buffers, &breach))
        return true;
    return tern_pass_run_fail(run, TERN_OVERRUN, "%s writes %s,", run->result->step,
                              tern_guard_breach_text(&breach, place, sizeof place));
}

static bool unchanged(tern_pass_run *run, tern_buffer which)
{
    if (tern_buffers_unchanged(&run->buffers, which))
        return true;
    return tern_pass_run_fail(run, TERN_OVERRUN, "%s changes %s, which it may only read,", run->result->step,
                              tern_pass_run_buffer(run, which)->name);
}

static bool pack(tern_pass_run *run)
{
    const tern_kernel *kernel = run->product.kernel;
    const tern_guard *staging = tern_pass_run_buffer(run, TERN_BUFFER_STAGING);
    const int8_t *w = (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_W)->data;
    tern_error error;

    tern_buffers_remember(&run->buffers, TERN_BUFFER_W);
    tern_guard_paint_object(staging);
    note(run, "pack()");
    const size_t bytes = run->pass->alone && kernel->pack_rows != NULL
                             ? tern_product_pack_apart(&run->packer, w, staging->data, run->pass->threads)
                             : tern_product_pack(&run->packer, w, staging->data, run->team);
    if (bytes == 0)
        return tern_pass_run_fail_machine(run, "pack() ran out of memory");
    if (bytes > staging->bytes)
        return tern_pass_run_fail(run, TERN_OVERRUN, "pack() returns %zu bytes, more than the %zu of packed_bytes(),",
                                  bytes, staging->bytes);
    if (!red_zones_whole(run) || !unchanged(run, TERN_BUFFER_W))
        return false;
    return tern_buffers_take_packed(&run->buffers, kernel, bytes, &error) == TERN_OK ||
           tern_pass_run_fail_machine(run, error.text);
}

/*
 * Makes and drops the plan of another problem, so that whatever a plan left outside its own memory is of the wrong one.
 */
static bool make_other_plan(tern_pass_run *run)
{
    tern_product other;

    if (!bind_other(run, &other))
        return true;
    const size_t bytes = (tern_product_plan_bytes(&other) + PLAN_ALIGN - 1) / PLAN_ALIGN * PLAN_ALIGN;
    void *memory = aligned_alloc(PLAN_ALIGN, bytes);
    if (memory == NULL)
        return tern_pass_run_fail_machine(run, "out of memory for a plan");
    tern_product_make_plan(&other, memory);
    tern_product_drop_plan(&other);
    free(memory);
    return true;
}

static bool make_plan(tern_pass_run *run)
{
    const tern_guard *plan = tern_pass_run_buffer(run, TERN_BUFFER_PLAN);

    if (plan->bytes == 0)
        return true;
    note(run, "make_plan()");
    tern_guard_paint_object(plan);
    const char *lacking = tern_product_make_plan(&run->product, plan->data);
    if (lacking != NULL)
        return unsupported(run, lacking);
    return red_zones_whole(run) && make_other_plan(run);
}

bool tern_pass_run_prepare(tern_pass_run *run, uint8_t paint)
{
    tern_error error;

    if (tern_buffers_place(&run->buffers, &run->product, &run->packer, run->pass->side, &error) != TERN_OK ||
        tern_buffers_close_packing(&run->buffers, false, &error) != TERN_OK)
        return tern_pass_run_fail_machine(run, error.text);
    if (!make_team(run))
        return false;
    tern_buffers_paint(&run->buffers, paint);
    fill_data(run);
    if (!pack(run))
        return false;
    tern_buffers_paint(&run->buffers, paint);
    if (!make_plan(run))
        return false;
    tern_buffers_remember(&run->buffers, TERN_BUFFER_PLAN);
    tern_buffers_remember(&run->buffers, TERN_BUFFER_X);
    tern_buffers_remember(&run->buffers, TERN_BUFFER_PACKED);
    return tern_buffers_close_packing(&run->buffers, true, &error) == TERN_OK ||
           tern_pass_run_fail_machine(run, error.text);
}

/* Everything outside the rows must be as it was painted; what is in them is taken over. */
static bool take_slice(tern_pass_run *run, tern_slice rows)
{
    const int32_t *y = tern_pass_run_y(run), untouched = tern_pass_run_untouched(run);

    for (size_t i = 0; i < run->values; i++) {
        const size_t m = i % run->task->c->shape.m;
        if (m >= rows.begin && m < rows.end)
            run->other[i] = y[i];
        else if (y[i] != untouched)
            return tern_pass_run_fail(run, TERN_OVERRUN, "the slice of rows %zu to %zu writes row %zu,", rows.begin,
                                      rows.end - 1, m);
    }
    return true;
}

static bool call_slices(tern_pass_run *run, const tern_call *call)
{
    const tern_stages *stages = &run->product.stages;
    const uint32_t threads = run->product.problem.threads;

    note(run, "prepare()");
    for (uint32_t t = threads; stages->prepare != NULL && t-- > 0;) {
        const tern_slice units = tern_slice_of(stages->prepare_units, t, threads);
        if (units.begin < units.end)
            stages->prepare(call, units);
    }
    note(run, "run()");
    for (uint32_t t = threads; t-- > 0;) {
        const tern_slice rows = tern_product_rows(&run->product, t, threads);
        if (rows.begin == rows.end)
            continue;
        tern_guard_paint_object(tern_pass_run_buffer(run, TERN_BUFFER_Y));
        stages->run(call, rows);
        if (!take_slice(run, rows))
            return false;
    }
    memcpy(tern_pass_run_y(run), run->other, run->values * sizeof *run->other);
    return true;
}

static void __attribute__((noinline)) scribble_on_stack(uint8_t paint)
{
    uint8_t garbage[64 * 1024];

    memset(garbage, paint, sizeof garbage);
    /* Or the compiler finds that nobody reads it. */
    __asm__ volatile("" : : "r"(garbage) : "memory");
}

/*
 * So that a kernel which reads what it never wrote finds something else there in each pass. Scratch stays as the last
 * call left it when the inputs have changed: nothing in it may be taken for still right.
 */
static void scribble(tern_pass_run *run)
{
    const uint8_t paint = run->buffers.paint;

    tern_guard_paint_object(tern_pass_run_buffer(run, TERN_BUFFER_Y));
    if (run->pass->change == 0)
        tern_guard_paint_object(tern_pass_run_buffer(run, TERN_BUFFER_SCRATCH));
    mallopt(M_PERTURB, paint);
    scribble_on_stack(paint);
}

bool tern_pass_run_call(tern_pass_run *run)
{
    const tern_call call = {
        .problem = &run->product.problem,
        .packed = tern_pass_run_buffer(run, TERN_BUFFER_PACKED)->data,
        .x = (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_X)->data,
        .y = tern_pass_run_y(run),
        .scratch = tern_pass_run_buffer(run, TERN_BUFFER_SCRATCH)->data,
        .plan = run->product.plan,
    };

    scribble(run);
    if (tern_pass_run_runs_alone(run))
        return call_slices(run, &call);
    note(run, run->product.stages.prepare == NULL ? "run()" : "prepare() or run()");
    tern_product_call(&run->product, &call, run->team);
    return true;
}

bool tern_pass_run_outside_whole(tern_pass_run *run)
{
    return red_zones_whole(run) && unchanged(run, TERN_BUFFER_X) && unchanged(run, TERN_BUFFER_PACKED) &&
           unchanged(run, TERN_BUFFER_PLAN);
}
