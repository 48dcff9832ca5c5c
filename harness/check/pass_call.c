/*
 * How a pass calls the kernel: by a team, or slice after slice on one thread, which needs no CPUs and shows what each
 * slice touches.
 */
#include "check/pass_run.h"

#include "base/cpu_mask.h"
#include "base/round.h"

#include <assert.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Part i of the units. Uneven parts grow with the square of their number, so that some are empty and some are large. */
static tern_slice part(const tern_pass_run *run, size_t units, uint32_t i)
{
    const uint32_t parts = run->product.problem.threads;

    if (run->pass->slicing != TERN_SLICES_UNEVEN)
        return tern_slice_of(units, i, parts);
    const size_t square = (size_t)parts * parts;
    return (tern_slice){
        .begin = units * i * i / square, .end = units * (i + 1) * (i + 1) / square, .thread = (parts - i) % parts};
}

/* So many rows at least that a slice's part of Y is whole pages; 0 when the slices of this problem are not. */
static size_t rows_of_pages(const tern_pass_run *run)
{
    const tern_shape shape = run->task->c->shape;
    const size_t page_rows = (size_t)sysconf(_SC_PAGESIZE) / sizeof(int32_t), step = run->product.kernel->row_step;
    size_t rows = page_rows;

    while (rows % step != 0 && rows < shape.m)
        rows += page_rows;
    return 2 * rows <= shape.m && (shape.n == 1 || shape.m % page_rows == 0) ? rows : 0;
}

bool tern_pass_run_applies(const tern_pass_run *run)
{
    return run->pass->slicing != TERN_SLICES_ON_PAGES || rows_of_pages(run) != 0;
}

static tern_slice rows_of(const tern_pass_run *run, uint32_t i)
{
    const size_t rows = run->task->c->shape.m;
    const size_t step = run->pass->slicing == TERN_SLICES_ON_PAGES ? rows_of_pages(run) : run->product.kernel->row_step;

    assert(step > 0); /* tern_pass_run_applies() has been asked */
    tern_slice slice = part(run, tern_divide_up(rows, step), i);

    slice.begin = slice.begin * step < rows ? slice.begin * step : rows;
    slice.end = slice.end * step < rows ? slice.end * step : rows;
    return slice;
}

/* Everything outside the rows must be as it was painted; what is in them is taken over. */
static bool take_slice(tern_pass_run *run, tern_slice rows)
{
    const int32_t *y = tern_pass_run_y(run), untouched = tern_buffers_untouched(&run->buffers);

    for (size_t i = 0; i < run->values; i++) {
        const size_t m = i % run->task->c->shape.m;
        if (m >= rows.begin && m < rows.end)
            run->other[i] = y[i];
        else if (y[i] != untouched && rows.begin == rows.end)
            return tern_pass_run_fail(run, TERN_OVERRUN, "an empty slice of run() writes row %zu,", m);
        else if (y[i] != untouched)
            return tern_pass_run_fail(run, TERN_OVERRUN, "the slice of rows %zu to %zu writes row %zu,", rows.begin,
                                      rows.end - 1, m);
    }
    return true;
}

/* Closes all of Y but the rows, or opens all of it when rows are all. */
static void close_others(tern_pass_run *run, tern_slice rows, bool closed)
{
    const tern_shape shape = run->task->c->shape;
    int32_t *y = tern_pass_run_y(run);

    if (run->pass->slicing != TERN_SLICES_ON_PAGES)
        return;
    mprotect(y, run->values * sizeof *y, closed ? PROT_NONE : PROT_READ | PROT_WRITE);
    for (size_t n = 0; closed && n < shape.n; n++)
        mprotect(y + n * shape.m + rows.begin, (rows.end - rows.begin) * sizeof *y, PROT_READ | PROT_WRITE);
    run->buffers.guard[TERN_BUFFER_Y].access = closed ? TERN_GUARD_CLOSED : TERN_GUARD_OPEN;
}

/* The next CPU that this thread may use, if there is more than one. */
static void move_on(const tern_pass_run *run, const cpu_set_t *allowed, int *cpu)
{
    const size_t bytes = tern_cpu_mask_bytes();

    if (run->pass->slicing != TERN_SLICES_UNEVEN || allowed == NULL || CPU_COUNT_S(bytes, allowed) < 2)
        return;
    do
        *cpu = (*cpu + 1) % (int)(8 * bytes);
    while (!CPU_ISSET_S((size_t)*cpu, bytes, allowed));
    tern_cpu_mask_bind(*cpu);
}

static bool y_untouched(tern_pass_run *run)
{
    const int32_t *y = tern_pass_run_y(run), untouched = tern_buffers_untouched(&run->buffers);

    for (size_t i = 0; i < run->values; i++)
        if (y[i] != untouched)
            return tern_pass_run_fail(run, TERN_OVERRUN, "prepare() writes Y,");
    return true;
}

static bool prepare_apart(tern_pass_run *run, const tern_call *call)
{
    const tern_stages *stages = &run->product.stages;
    const uint32_t threads = run->product.problem.threads;

    for (uint32_t t = threads; stages->prepare != NULL && t-- > 0;) {
        const tern_slice units = part(run, stages->prepare_units, t);
        tern_pass_run_begin(run, "prepare()");
        stages->prepare(call, units);
        if (!tern_pass_run_end(run))
            return false;
    }
    return stages->prepare == NULL || y_untouched(run);
}

static bool run_apart(tern_pass_run *run, const tern_call *call, const cpu_set_t *allowed, int *cpu)
{
    const uint32_t threads = run->product.problem.threads;

    for (uint32_t t = threads; t-- > 0;) {
        const tern_slice rows = rows_of(run, t);
        tern_guard_paint_object(tern_pass_run_buffer(run, TERN_BUFFER_Y));
        if (t + 1 == threads || t == threads / 2) /* a move waits until a busy CPU has time */
            move_on(run, allowed, cpu);
        close_others(run, rows, true);
        tern_pass_run_begin(run, rows.begin == rows.end ? "an empty slice of run()" : "run()");
        run->product.stages.run(call, rows);
        if (!tern_pass_run_end(run))
            return false;
        close_others(run, rows, false);
        if (!take_slice(run, rows))
            return false;
    }
    memcpy(tern_pass_run_y(run), run->other, run->values * sizeof *run->other);
    return true;
}

static bool call_slices(tern_pass_run *run, const tern_call *call)
{
    cpu_set_t *allowed = tern_cpu_mask_get();
    int cpu = -1;

    move_on(run, allowed, &cpu);
    const bool goes_on = prepare_apart(run, call) && run_apart(run, call, allowed, &cpu);
    if (cpu >= 0)
        tern_cpu_mask_set(allowed);
    free(allowed);
    return goes_on;
}

/* One thread, or the kernel's own: all units and all rows. */
static bool call_whole(tern_pass_run *run, const tern_call *call)
{
    const tern_stages *stages = &run->product.stages;

    if (stages->prepare != NULL && stages->prepare_units > 0) {
        tern_pass_run_begin(run, "prepare()");
        stages->prepare(call, (tern_slice){.end = stages->prepare_units});
        if (!tern_pass_run_end(run) || (run->watched && !tern_pass_run_outside_whole(run)))
            return false;
    }
    tern_pass_run_begin(run, "run()");
    stages->run(call, (tern_slice){.end = run->task->c->shape.m});
    return tern_pass_run_end(run);
}

typedef struct team_call {
    tern_pass_run *run;
    const tern_call *call;
    const char **difference; /* what thread i found changed */
} team_call;

static const char *do_stage(const team_call *t, tern_stage_fn *stage, tern_slice slice)
{
    const bool watched = t->run->watched;
    tern_thread_state before = {0}, after = {0};

    if (slice.begin >= slice.end)
        return NULL;
    if (watched)
        tern_thread_state_take(&before);
    before.registers = tern_registers_take();
    stage(t->call, slice);
    const tern_registers left = tern_registers_take();
    if (watched)
        tern_thread_state_take(&after);
    after.registers = left;
    return tern_thread_state_difference(&before, &after, false);
}

static void call_in_thread(void *argument, uint32_t thread, uint32_t threads)
{
    team_call *t = argument;
    const tern_stages *stages = &t->run->product.stages;

    const bool crossed = t->run->pass->crossed;

    if (stages->prepare != NULL) {
        const uint32_t end = !crossed ? thread + 1 : thread == 0 ? threads : 0;
        for (uint32_t i = thread; i < end && t->difference[thread] == NULL; i++)
            t->difference[thread] = do_stage(t, stages->prepare, tern_slice_of(stages->prepare_units, i, threads));
        tern_team_barrier(t->run->team);
        if (thread == 0)
            t->run->result->step = t->difference[0] == NULL ? "run()" : "prepare()";
    }
    const uint32_t share = !crossed ? thread : thread + 1 == threads ? 0 : thread + 1;
    if (t->difference[thread] == NULL)
        t->difference[thread] = do_stage(t, stages->run, tern_product_rows(&t->run->product, share, threads));
}

static bool call_team(tern_pass_run *run, const tern_call *call)
{
    team_call t = {.run = run, .call = call, .difference = run->difference};
    const uint32_t threads = run->product.problem.threads;

    memset(run->difference, 0, threads * sizeof *run->difference);
    tern_pass_run_begin(run, run->product.stages.prepare == NULL ? "run()" : "prepare()");
    tern_team_run(run->team, call_in_thread, &t);
    for (uint32_t i = 0; i < threads; i++)
        if (run->difference[i] != NULL)
            return tern_pass_run_fail(run, TERN_OVERRUN, "%s leaves %s changed in thread %u", run->result->step,
                                      run->difference[i], i);
    return tern_pass_run_end(run);
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
    const bool kept = run->pass->keep && run->calls > 0;

    if (!kept)
        tern_guard_paint_object(tern_pass_run_buffer(run, TERN_BUFFER_Y));
    if (!kept && run->pass->change == 0)
        tern_guard_paint_object(tern_pass_run_buffer(run, TERN_BUFFER_SCRATCH));
    mallopt(M_PERTURB, paint);
    scribble_on_stack(paint);
    run->calls++;
}

tern_call tern_pass_run_call_of(tern_pass_run *run)
{
    return (tern_call){
        .problem = &run->product.problem,
        .packed = tern_pass_run_buffer(run, TERN_BUFFER_PACKED)->data,
        .x = (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_X)->data,
        .y = tern_pass_run_y(run),
        .scratch = tern_pass_run_buffer(run, TERN_BUFFER_SCRATCH)->data,
        .plan = run->product.plan,
    };
}

bool tern_pass_run_call(tern_pass_run *run)
{
    const tern_call call = tern_pass_run_call_of(run);

    scribble(run);
    if (tern_pass_run_runs_alone(run))
        return call_slices(run, &call);
    return tern_team_threads(run->team) == 1 ? call_whole(run, &call) : call_team(run, &call);
}
