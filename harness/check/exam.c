#include "check/exam.h"

#include "base/text.h"
#include "check/change.h"
#include "check/oracle.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAN_ALIGN = 64 };

bool tern_exam_fail(tern_exam *exam, tern_verdict verdict, const char *format, ...)
{
    tern_finding *finding = &exam->result->finding;
    va_list arguments;

    finding->verdict = verdict;
    va_start(arguments, format);
    vsnprintf(finding->reason, sizeof finding->reason, format, arguments);
    va_end(arguments);
    tern_text_append(finding->reason, sizeof finding->reason, " %s", exam->pass->name);
    return false;
}

bool tern_exam_fail_machine(tern_exam *exam, const char *sentence)
{
    exam->result->failed_machine = true;
    tern_text_copy(exam->result->finding.reason, sizeof exam->result->finding.reason, sentence);
    return false;
}

tern_guard *tern_exam_buffer(tern_exam *exam, tern_buffer which)
{
    return &exam->buffers.guard[which];
}

int32_t *tern_exam_y(tern_exam *exam)
{
    return (int32_t *)(void *)tern_exam_buffer(exam, TERN_BUFFER_Y)->data;
}

int32_t tern_exam_untouched(const tern_exam *exam)
{
    int32_t value;

    memset(&value, exam->buffers.paint, sizeof value);
    return value;
}

bool tern_exam_owns_team(const tern_exam *exam)
{
    return (exam->product.kernel->flags & TERN_KERNEL_OWNS_TEAM) != 0;
}

bool tern_exam_runs_alone(const tern_exam *exam)
{
    return exam->pass->alone && !tern_exam_owns_team(exam);
}

/* What the kernel does next, for the parent in case it does not come back. */
static void note(tern_exam *exam, const char *step)
{
    exam->result->step = step;
    exam->result->pass = exam->pass->name;
}

tern_status tern_exam_new(tern_exam *exam, const tern_battery_task *task, tern_battery_result *result)
{
    const tern_shape shape = task->c->shape;

    *exam = (tern_exam){.task = task, .result = result, .values = shape.m * shape.n};
    exam->row_sum = malloc(shape.m * sizeof *exam->row_sum);
    exam->expected = malloc(exam->values * sizeof *exam->expected);
    exam->other = malloc(exam->values * sizeof *exam->other);
    if (exam->row_sum == NULL || exam->expected == NULL || exam->other == NULL)
        return TERN_ENVIRONMENT;
    tern_oracle_row_sums(shape, task->w, exam->row_sum);
    return TERN_OK;
}

void tern_exam_free(tern_exam *exam)
{
    tern_product_drop_plan(&exam->product);
    tern_team_free(exam->team);
    tern_buffers_free(&exam->buffers);
    free(exam->other);
    free(exam->expected);
    free(exam->row_sum);
}

static bool unsupported(tern_exam *exam, const char *sentence)
{
    exam->result->finding.verdict = TERN_UNSUPPORTED;
    tern_text_copy(exam->result->finding.reason, sizeof exam->result->finding.reason, sentence);
    return false;
}

bool tern_exam_bind(tern_exam *exam, bool *refused)
{
    note(exam, "drop_plan()");
    tern_product_drop_plan(&exam->product);
    note(exam, "bind()");
    const char *sentence = tern_product_bind(&exam->product, exam->task->c, exam->pass->threads);

    *refused = sentence != NULL;
    if (sentence == NULL || exam->pass->threads > 1)
        return true;
    return unsupported(exam, sentence); /* one that refuses one thread refuses the case */
}

static bool make_team(tern_exam *exam)
{
    const bool alone = tern_exam_runs_alone(exam) || tern_exam_owns_team(exam);
    const uint32_t threads = alone ? 1 : exam->pass->threads;
    tern_error error;

    if (exam->team != NULL && tern_team_threads(exam->team) == threads)
        return true;
    tern_team_free(exam->team);
    return tern_team_new(&exam->team, threads, &error) == TERN_OK || tern_exam_fail_machine(exam, error.text);
}

static void fill_data(tern_exam *exam)
{
    const tern_battery_task *task = exam->task;
    const tern_guard *w = tern_exam_buffer(exam, TERN_BUFFER_W), *x = tern_exam_buffer(exam, TERN_BUFFER_X);
    const unsigned change = exam->pass->change;

    tern_change_fill_w(change, task->w, w->bytes, (int8_t *)w->data);
    tern_change_fill_x(change, task->x, x->bytes, (int8_t *)x->data);
    for (size_t i = 0; i < exam->values; i++)
        exam->expected[i] = tern_change_value(change, task->expected[i], exam->row_sum[i % task->c->shape.m]);
}

static bool red_zones_whole(tern_exam *exam)
{
    tern_guard_breach breach;
    char place[96];

    if (!tern_buffers_find_change(&exam->buffers, &breach))
        return true;
    return tern_exam_fail(exam, TERN_OVERRUN, "%s writes %s,", exam->result->step,
                          tern_guard_breach_text(&breach, place, sizeof place));
}

static bool unchanged(tern_exam *exam, tern_buffer which)
{
    if (tern_buffers_unchanged(&exam->buffers, which))
        return true;
    return tern_exam_fail(exam, TERN_OVERRUN, "%s changes %s, which it may only read,", exam->result->step,
                          tern_exam_buffer(exam, which)->name);
}

static bool pack(tern_exam *exam)
{
    const tern_kernel *kernel = exam->product.kernel;
    const tern_guard *staging = tern_exam_buffer(exam, TERN_BUFFER_STAGING);
    const int8_t *w = (const int8_t *)tern_exam_buffer(exam, TERN_BUFFER_W)->data;
    tern_error error;

    tern_buffers_remember(&exam->buffers, TERN_BUFFER_W);
    tern_guard_paint_object(staging);
    note(exam, "pack()");
    const size_t bytes = exam->pass->alone && kernel->pack_rows != NULL
                             ? tern_product_pack_apart(&exam->product, w, staging->data, exam->pass->threads)
                             : tern_product_pack(&exam->product, w, staging->data, exam->team);
    if (bytes == 0)
        return tern_exam_fail_machine(exam, "pack() ran out of memory");
    if (bytes > staging->bytes)
        return tern_exam_fail(exam, TERN_OVERRUN, "pack() returns %zu bytes, more than the %zu of packed_bytes(),",
                              bytes, staging->bytes);
    if (!red_zones_whole(exam) || !unchanged(exam, TERN_BUFFER_W))
        return false;
    return tern_buffers_take_packed(&exam->buffers, kernel, bytes, &error) == TERN_OK ||
           tern_exam_fail_machine(exam, error.text);
}

/*
 * Makes and drops the plan of another problem, so that whatever a plan left outside its own memory is of the wrong one.
 */
static bool make_other_plan(tern_exam *exam)
{
    tern_case c = *exam->task->c;
    tern_product other;

    c.shape.n += exam->product.kernel->multiple.n;
    if (tern_product_bind(&other, &c, exam->pass->threads + 1) != NULL)
        return true;
    const size_t bytes = (tern_product_plan_bytes(&other) + PLAN_ALIGN - 1) / PLAN_ALIGN * PLAN_ALIGN;
    void *memory = aligned_alloc(PLAN_ALIGN, bytes);
    if (memory == NULL)
        return tern_exam_fail_machine(exam, "out of memory for a plan");
    tern_product_make_plan(&other, memory);
    tern_product_drop_plan(&other);
    free(memory);
    return true;
}

static bool make_plan(tern_exam *exam)
{
    const tern_guard *plan = tern_exam_buffer(exam, TERN_BUFFER_PLAN);

    if (plan->bytes == 0)
        return true;
    note(exam, "make_plan()");
    tern_guard_paint_object(plan);
    const char *lacking = tern_product_make_plan(&exam->product, plan->data);
    if (lacking != NULL)
        return unsupported(exam, lacking);
    return red_zones_whole(exam) && make_other_plan(exam);
}

bool tern_exam_prepare(tern_exam *exam, uint8_t paint)
{
    tern_error error;

    if (tern_buffers_place(&exam->buffers, &exam->product, exam->pass->side, &error) != TERN_OK ||
        tern_buffers_close_packing(&exam->buffers, false, &error) != TERN_OK)
        return tern_exam_fail_machine(exam, error.text);
    if (!make_team(exam))
        return false;
    tern_buffers_paint(&exam->buffers, paint);
    fill_data(exam);
    if (!pack(exam))
        return false;
    tern_buffers_paint(&exam->buffers, paint);
    if (!make_plan(exam))
        return false;
    tern_buffers_remember(&exam->buffers, TERN_BUFFER_PLAN);
    tern_buffers_remember(&exam->buffers, TERN_BUFFER_X);
    tern_buffers_remember(&exam->buffers, TERN_BUFFER_PACKED);
    return tern_buffers_close_packing(&exam->buffers, true, &error) == TERN_OK ||
           tern_exam_fail_machine(exam, error.text);
}

/* Everything outside the rows must be as it was painted; what is in them is taken over. */
static bool take_slice(tern_exam *exam, tern_slice rows)
{
    const int32_t *y = tern_exam_y(exam), untouched = tern_exam_untouched(exam);

    for (size_t i = 0; i < exam->values; i++) {
        const size_t m = i % exam->task->c->shape.m;
        if (m >= rows.begin && m < rows.end)
            exam->other[i] = y[i];
        else if (y[i] != untouched)
            return tern_exam_fail(exam, TERN_OVERRUN, "the slice of rows %zu to %zu writes row %zu,", rows.begin,
                                  rows.end - 1, m);
    }
    return true;
}

static bool call_slices(tern_exam *exam, const tern_call *call)
{
    const tern_stages *stages = &exam->product.stages;
    const uint32_t threads = exam->product.problem.threads;

    note(exam, "prepare()");
    for (uint32_t t = threads; stages->prepare != NULL && t-- > 0;) {
        const tern_slice units = tern_slice_of(stages->prepare_units, t, threads);
        if (units.begin < units.end)
            stages->prepare(call, units);
    }
    note(exam, "run()");
    for (uint32_t t = threads; t-- > 0;) {
        const tern_slice rows = tern_product_rows(&exam->product, t, threads);
        if (rows.begin == rows.end)
            continue;
        tern_guard_paint_object(tern_exam_buffer(exam, TERN_BUFFER_Y));
        stages->run(call, rows);
        if (!take_slice(exam, rows))
            return false;
    }
    memcpy(tern_exam_y(exam), exam->other, exam->values * sizeof *exam->other);
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
static void scribble(tern_exam *exam)
{
    const uint8_t paint = exam->buffers.paint;

    tern_guard_paint_object(tern_exam_buffer(exam, TERN_BUFFER_Y));
    if (exam->pass->change == 0)
        tern_guard_paint_object(tern_exam_buffer(exam, TERN_BUFFER_SCRATCH));
    mallopt(M_PERTURB, paint);
    scribble_on_stack(paint);
}

bool tern_exam_call(tern_exam *exam)
{
    const tern_call call = {
        .problem = &exam->product.problem,
        .packed = tern_exam_buffer(exam, TERN_BUFFER_PACKED)->data,
        .x = (const int8_t *)tern_exam_buffer(exam, TERN_BUFFER_X)->data,
        .y = tern_exam_y(exam),
        .scratch = tern_exam_buffer(exam, TERN_BUFFER_SCRATCH)->data,
        .plan = exam->product.plan,
    };

    scribble(exam);
    if (tern_exam_runs_alone(exam))
        return call_slices(exam, &call);
    note(exam, exam->product.stages.prepare == NULL ? "run()" : "prepare() or run()");
    tern_product_call(&exam->product, &call, exam->team);
    return true;
}

bool tern_exam_outside_whole(tern_exam *exam)
{
    return red_zones_whole(exam) && unchanged(exam, TERN_BUFFER_X) && unchanged(exam, TERN_BUFFER_PACKED) &&
           unchanged(exam, TERN_BUFFER_PLAN);
}
