#include "check/pass_run.h"

#include "base/heap.h"
#include "base/text.h"
#include "check/change.h"
#include "check/oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool tern_pass_run_fail(tern_pass_run *run, tern_verdict verdict, const char *format, ...)
{
    tern_finding *finding = &run->result->finding;
    va_list arguments;

    finding->verdict = verdict;
    va_start(arguments, format);
    vsnprintf(finding->reason, sizeof finding->reason, format, arguments);
    va_end(arguments);
    tern_text_append(finding->reason, sizeof finding->reason, " %s", run->pass->name);
    if (run->product.problem.threads > 1 && run->product.problem.threads != run->pass->threads)
        tern_text_append(finding->reason, sizeof finding->reason, " (it refuses %u thread%s, this was with %u)",
                         run->pass->threads, tern_text_plural(run->pass->threads), run->product.problem.threads);
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

bool tern_pass_run_runs_alone(const tern_pass_run *run)
{
    return run->pass->slicing != TERN_SLICES_SHARED && !tern_kernel_owns_team(run->product.kernel);
}

void tern_pass_run_begin(tern_pass_run *run, const char *step)
{
    run->result->step = step;
    run->result->pass = run->pass->name;
    run->watched = run->pass->watched && !run->task->c->brief;
    if (run->watched)
        tern_state_take_awaiting(&run->state, tern_kernel_owns_team(run->task->c->kernel), run->files);
    run->registers = tern_registers_take();
}

bool tern_pass_run_end(tern_pass_run *run)
{
    tern_state before = run->watched ? run->state : (tern_state){0}, after = before;

    /* First of all: the compiler's own code relies on some of them. */
    after.thread.registers = tern_registers_take();
    before.thread.registers = run->registers;
    if (run->watched) {
        const tern_registers left = after.thread.registers;
        tern_state_take_awaiting(&after, tern_kernel_owns_team(run->task->c->kernel), before.process.files);
        after.thread.registers = left;
        if (after.heap_bytes > before.heap_bytes || after.mapped_bytes > before.mapped_bytes)
            run->grown = run->result->step;
    }
    /* Threads of its own are a kernel's affair where it is to have some. */
    const bool owns_threads = tern_kernel_owns_team(run->product.kernel) && run->product.problem.threads > 1;
    const char *difference = tern_state_difference(&before, &after, owns_threads);
    if (difference != NULL)
        return tern_pass_run_fail(run, TERN_OVERRUN, "%s leaves %s changed", run->result->step, difference);
    const char *buffer = run->watched ? tern_buffers_access_changed(&run->buffers) : NULL;
    return buffer == NULL ||
           tern_pass_run_fail(run, TERN_OVERRUN, "%s changes the protection of %s", run->result->step, buffer);
}

tern_status tern_pass_run_new(tern_pass_run *run, const tern_battery_task *task, tern_battery_result *result)
{
    const tern_shape shape = task->c->shape;

    *run = (tern_pass_run){.task = task, .result = result, .values = shape.m * shape.n};
    run->row_sum = malloc(shape.m * sizeof *run->row_sum);
    run->expected = malloc(run->values * sizeof *run->expected);
    run->former = malloc(run->values * sizeof *run->former);
    run->other = malloc(run->values * sizeof *run->other);
    if (run->row_sum == NULL || run->expected == NULL || run->former == NULL || run->other == NULL)
        return TERN_ENVIRONMENT;
    tern_oracle_row_sums(shape, task->w, run->row_sum);
    return TERN_OK;
}

void tern_pass_run_free(tern_pass_run *run)
{
    tern_product_drop_plan(&run->product);
    tern_team_free(run->team);
    free(run->difference);
    tern_buffers_free(&run->buffers);
    free(run->other);
    free(run->former);
    free(run->expected);
    free(run->row_sum);
}

/* A kernel that takes no number of threads from 2 to this one is taken for one that computes with one thread alone. */
enum { MOST_TRIED_THREADS = 64 };

static bool unsupported(tern_pass_run *run, const char *sentence)
{
    run->result->finding.verdict = TERN_UNSUPPORTED;
    tern_text_copy(run->result->finding.reason, sizeof run->result->finding.reason, sentence);
    return false;
}

/* Another N that the kernel takes, and more threads than the pass has, as many as it takes. Returns whether it does. */
static bool bind_other(const tern_pass_run *run, tern_product *other)
{
    const size_t step = run->pass->other_pack * run->task->c->kernel->multiple.n;
    const uint32_t more = run->pass->other_pack > 1 ? MOST_TRIED_THREADS : 2;
    tern_case c = *run->task->c;

    c.shape.n = c.shape.n > step ? c.shape.n - step : c.shape.n + step;
    return tern_product_bind(other, &c, run->pass->threads + more) == NULL ||
           tern_product_bind(other, &c, run->pass->threads) == NULL;
}

/* Leaves *sentence NULL when the kernel accepts. */
static bool bind(tern_pass_run *run, uint32_t threads, const char **sentence)
{
    tern_pass_run_begin(run, "bind()");
    *sentence = tern_product_bind(&run->product, run->task->c, threads);
    if (!tern_pass_run_end(run))
        return false;
    return *sentence != NULL || run->product.stages.run != NULL ||
           tern_pass_run_fail(run, TERN_CRASH, "bind() takes the problem and leaves run NULL,");
}

bool tern_pass_run_bind(tern_pass_run *run, bool *refused)
{
    const uint32_t wanted = run->pass->threads;
    const uint32_t most = wanted > MOST_TRIED_THREADS ? wanted : MOST_TRIED_THREADS;
    const uint32_t tries = wanted > 1 ? most : 1;
    const char *sentence = "";

    run->result->pass = run->pass->name;
    if (run->product.plan != NULL && !tern_pass_run_open(run))
        return false;
    tern_pass_run_begin(run, "drop_plan()");
    tern_product_drop_plan(&run->product);
    /* Those above the wanted one, then those below it, down to 2. */
    for (uint32_t i = 0; i < tries && sentence != NULL; i++) {
        const uint32_t threads = wanted + i <= most ? wanted + i : most + 1 - i;
        if (!bind(run, threads, &sentence))
            return false;
    }
    if (sentence == NULL && !(run->pass->other_pack > 0 && bind_other(run, &run->packer)))
        tern_product_bind(&run->packer, run->task->c, run->product.problem.threads);
    *refused = sentence != NULL;
    run->accepted |= sentence == NULL && wanted == 1;
    if (sentence == NULL || wanted > 1)
        return true;
    if (run->accepted)
        return tern_pass_run_fail(run, TERN_NONDETERMINISTIC, "bind() refuses what it has taken before (\"%s\")",
                                  sentence);
    /* One that refuses one thread refuses the case. */
    return unsupported(run, sentence);
}

static bool make_team(tern_pass_run *run)
{
    const bool alone = tern_pass_run_runs_alone(run) || tern_kernel_owns_team(run->product.kernel);
    const uint32_t threads = alone ? 1 : run->product.problem.threads;
    tern_error error;

    if (run->team != NULL && tern_team_threads(run->team) == threads)
        return true;
    tern_team_free(run->team);
    run->team = NULL;
    free(run->difference);
    run->difference = calloc(threads, sizeof *run->difference);
    if (run->difference == NULL)
        return tern_pass_run_fail_machine(run, "out of memory for a team of threads");
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

bool tern_pass_run_outside_whole(tern_pass_run *run)
{
    return red_zones_whole(run) && unchanged(run, TERN_BUFFER_X) && unchanged(run, TERN_BUFFER_PACKED) &&
           unchanged(run, TERN_BUFFER_PLAN);
}

/* Asks the kernel how much memory it needs. */
static bool ask(tern_pass_run *run)
{
    tern_product *product = &run->product;

    tern_pass_run_begin(run, "packed_bytes()");
    run->demand.packed = product->kernel->packed_bytes(&run->packer.problem);
    if (!tern_pass_run_end(run))
        return false;
    tern_pass_run_begin(run, "scratch_bytes()");
    run->demand.scratch = tern_product_scratch_bytes(product);
    if (!tern_pass_run_end(run))
        return false;
    tern_pass_run_begin(run, "plan_bytes()");
    run->demand.plan = tern_product_plan_bytes(product);
    if (!tern_pass_run_end(run))
        return false;
    const char *excess = tern_kernel_demand_excess(product, &run->demand);
    return excess == NULL || tern_pass_run_fail(run, TERN_OVERRUN, "%s", excess);
}

/*
 * Slice after slice, the last first, each from its own rows and nothing else. Returns the bytes, SIZE_MAX when it
 * failed.
 */
static size_t pack_apart(tern_pass_run *run, const int8_t *w, void *packed)
{
    const tern_problem *problem = &run->packer.problem;
    const uint32_t slices = run->product.problem.threads;
    const size_t k = problem->shape.k;
    tern_error error;

    for (uint32_t i = slices; i-- > 0;) {
        const tern_slice rows = tern_product_rows(&run->packer, i, slices);
        if (rows.begin >= rows.end)
            continue;
        const size_t bytes = (rows.end - rows.begin) * k;
        if (tern_buffers_fit_rows(&run->buffers, w + rows.begin * k, bytes, &error) != TERN_OK) {
            tern_pass_run_fail_machine(run, error.text);
            return SIZE_MAX;
        }
        run->product.kernel->pack_rows(problem, (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_ROWS)->data, rows,
                                       packed);
        if (!red_zones_whole(run))
            return SIZE_MAX;
    }
    return run->product.kernel->packed_bytes(problem);
}

bool tern_pass_run_pack(tern_pass_run *run)
{
    const tern_kernel *kernel = run->product.kernel;
    const tern_guard *staging = tern_pass_run_buffer(run, TERN_BUFFER_STAGING);
    const int8_t *w = (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_W)->data;
    const bool alone = run->pass->slicing != TERN_SLICES_SHARED && kernel->pack_rows != NULL;
    tern_error error;

    tern_buffers_remember(&run->buffers, TERN_BUFFER_W);
    tern_guard_paint_object(staging);
    tern_pass_run_begin(run, kernel->pack_rows != NULL ? "pack_rows()" : "pack()");
    const size_t bytes =
        alone ? pack_apart(run, w, staging->data) : tern_product_pack(&run->packer, w, staging->data, run->team);
    if (bytes == SIZE_MAX && alone)
        return false;
    if (!tern_pass_run_end(run))
        return false;
    if (bytes == 0 && tern_heap_refusals() > 0)
        return tern_pass_run_fail_machine(run, "out of memory: the kernel got none to pack with");
    if (bytes == 0)
        return tern_pass_run_fail(run, TERN_CRASH, "%s gives up: it returns 0, as when memory ran out,",
                                  run->result->step);
    if (bytes > staging->bytes)
        return tern_pass_run_fail(run, TERN_OVERRUN, "pack() returns %zu bytes, more than the %zu of packed_bytes(),",
                                  bytes, staging->bytes);
    if (!red_zones_whole(run) || !unchanged(run, TERN_BUFFER_W))
        return false;
    return tern_buffers_take_packed(&run->buffers, kernel, bytes, &error) == TERN_OK ||
           tern_pass_run_fail_machine(run, error.text);
}

static bool make_plan(tern_pass_run *run)
{
    const tern_guard *plan = tern_pass_run_buffer(run, TERN_BUFFER_PLAN);

    if (run->product.kernel->plan_bytes == NULL)
        return true;
    tern_guard_paint_object(plan);
    tern_pass_run_begin(run, "make_plan()");
    const char *lacking = tern_product_make_plan(&run->product, plan->data);
    if (!tern_pass_run_end(run))
        return false;
    return lacking == NULL ? red_zones_whole(run) : unsupported(run, lacking);
}

bool tern_pass_run_open(tern_pass_run *run)
{
    tern_error error;

    return tern_buffers_open(&run->buffers, &error) == TERN_OK || tern_pass_run_fail_machine(run, error.text);
}

bool tern_pass_run_protect(tern_pass_run *run)
{
    tern_error error;

    tern_buffers_paint(&run->buffers, run->buffers.paint);
    tern_buffers_remember(&run->buffers, TERN_BUFFER_PLAN);
    tern_buffers_remember(&run->buffers, TERN_BUFFER_X);
    tern_buffers_remember(&run->buffers, TERN_BUFFER_PACKED);
    return tern_buffers_protect(&run->buffers, &error) == TERN_OK || tern_pass_run_fail_machine(run, error.text);
}

/* Buffers and data, all but packed W. */
static bool lay_out(tern_pass_run *run, uint8_t paint)
{
    tern_error error;

    run->calls = 0;
    run->changed = false;
    if (!ask(run))
        return false;
    if (tern_buffers_place(&run->buffers, &run->product, &run->demand, run->pass->side, &error) != TERN_OK)
        return tern_pass_run_fail_machine(run, error.text);
    if (!tern_pass_run_open(run) || !make_team(run))
        return false;
    tern_buffers_paint(&run->buffers, paint);
    fill_data(run);
    return true;
}

bool tern_pass_run_prepare(tern_pass_run *run, uint8_t paint)
{
    return lay_out(run, paint) && tern_pass_run_pack(run) && make_plan(run) && tern_pass_run_protect(run);
}

bool tern_pass_run_take_packed(tern_pass_run *run, int file, size_t bytes)
{
    tern_error error;

    if (!lay_out(run, 0xC3))
        return false;
    const tern_guard *staging = tern_pass_run_buffer(run, TERN_BUFFER_STAGING);
    if (pread(file, staging->data, bytes, 0) != (ssize_t)bytes)
        return tern_pass_run_fail_machine(run, "what one process packed cannot be read by another");
    if (tern_buffers_take_packed(&run->buffers, run->product.kernel, bytes, &error) != TERN_OK)
        return tern_pass_run_fail_machine(run, error.text);
    return make_plan(run) && tern_pass_run_protect(run);
}
