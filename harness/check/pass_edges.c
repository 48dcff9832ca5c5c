/*
 * Each slice with its edge on the edge of a page, and all that lies beyond closed: what is read or written of another
 * slice's rows is found even when it is put back. Y is moved for it. In the last token, that shows the rows after the
 * slice; in the first one, those before it.
 */
#include "base/round.h"
#include "check/pass_look.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Two halves, each with room for Y: one open, the other closed. Y lies across the middle. */
typedef struct room {
    uint8_t *map;
    size_t half_bytes;
} room;

typedef enum beyond { AFTER, BEFORE } beyond;

static const char *const name_of_others = "the rows of other slices";

/* Bytes of Y up to the edge. */
static size_t bytes_to_edge(const tern_pass_run *run, tern_slice rows, beyond which)
{
    const tern_shape shape = run->task->c->shape;

    return sizeof(int32_t) * (which == AFTER ? (shape.n - 1) * shape.m + rows.end : rows.begin);
}

/* Makes the room the buffer Y. False when the kernel wants Y aligned in another way, and there is nothing to try. */
static bool move_y(tern_pass_run *run, const room *r, tern_slice rows, beyond which)
{
    tern_guard *y = tern_pass_run_buffer(run, TERN_BUFFER_Y);
    uint8_t *middle = r->map + r->half_bytes, *data = middle - bytes_to_edge(run, rows, which);

    if ((uintptr_t)data % run->product.kernel->y_align != 0)
        return false;
    mprotect(r->map, 2 * r->half_bytes, PROT_READ | PROT_WRITE);
    memset(data, run->buffers.paint, y->bytes);
    mprotect(which == AFTER ? middle : r->map, r->half_bytes, PROT_NONE);
    y->name = name_of_others;
    y->data = data;
    y->map = r->map;
    y->map_bytes = 2 * r->half_bytes;
    y->access = TERN_GUARD_CLOSED;
    return true;
}

static void take_rows(tern_pass_run *run, tern_slice rows)
{
    const tern_shape shape = run->task->c->shape;
    const int32_t *y = tern_pass_run_y(run);

    for (size_t at = rows.begin; at < run->values && rows.begin < rows.end; at += shape.m)
        memcpy(run->other + at, y + at, (rows.end - rows.begin) * sizeof *y);
}

static bool run_slice(tern_pass_run *run, const room *r, uint32_t thread, beyond which)
{
    tern_guard *y = tern_pass_run_buffer(run, TERN_BUFFER_Y);
    const tern_guard found = *y;
    const tern_slice rows = tern_product_rows(&run->product, thread, run->product.problem.threads);

    if (rows.begin == rows.end || !move_y(run, r, rows, which))
        return true;
    const tern_call call = tern_pass_run_call_of(run);
    tern_pass_run_begin(run, "run()");
    run->product.stages.run(&call, rows);
    const bool kept = tern_pass_run_end(run);
    take_rows(run, rows);
    *y = found;
    return kept;
}

static bool prepare(tern_pass_run *run)
{
    const tern_stages *stages = &run->product.stages;
    const tern_call call = tern_pass_run_call_of(run);

    if (stages->prepare == NULL)
        return true;
    tern_pass_run_begin(run, "prepare()");
    stages->prepare(&call, (tern_slice){.end = stages->prepare_units});
    return tern_pass_run_end(run);
}

bool tern_pass_look_beyond_edges(tern_pass_run *run)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), y_bytes = run->values * sizeof *run->other;
    room r = {.half_bytes = tern_round_up(y_bytes, page)};
    bool right = true;

    if (!tern_pass_run_runs_alone(run))
        return true;
    r.map = mmap(NULL, 2 * r.half_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (r.map == MAP_FAILED)
        return tern_pass_run_fail_machine(run, "out of memory for a Y that lies across the edge of a page");
    memcpy(run->other, run->expected, y_bytes);
    right = prepare(run);
    for (uint32_t t = run->product.problem.threads; right && t-- > 0;)
        right = run_slice(run, &r, t, AFTER) && run_slice(run, &r, t, BEFORE);
    munmap(r.map, 2 * r.half_bytes);
    if (!right)
        return false;
    memcpy(tern_pass_run_y(run), run->other, y_bytes);
    return tern_pass_run_outside_whole(run) && tern_pass_run_answer_right(run);
}
