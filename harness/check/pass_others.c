/*
 * Any number of problems are bound at the same time, and none knows of another. So the kernel is bound to a second one,
 * with other sizes, toggles and threads, and then computes it, before it is called for the first again, and at the same
 * time.
 */
#include "base/aligned.h"
#include "check/data.h"
#include "check/pass_look.h"

#include <stdlib.h>
#include <string.h>

/* The memory of the other problem, aligned for any kernel that is not out of its mind. */
typedef struct other {
    tern_product product;
    int8_t *w, *x;
    void *packed, *scratch, *plan;
    int32_t *y;
} other;

static void drop(other *o)
{
    tern_product_drop_plan(&o->product);
    free(o->w);
    free(o->x);
    free(o->packed);
    free(o->scratch);
    free(o->plan);
    free(o->y);
}

/* Small, with no zero in W, all sizes other than the case's, and each toggle at the end that it is not at. */
static tern_case other_case(const tern_case *c)
{
    const tern_shape multiple = c->kernel->multiple;
    const tern_toggle *toggles = c->kernel->toggles;
    tern_case to = *c;

    to.shape = (tern_shape){11 * multiple.m, 37 * multiple.k, c->shape.n == multiple.n ? 3 * multiple.n : multiple.n};
    to.shape.m += to.shape.m == c->shape.m ? multiple.m : 0;
    to.shape.k += to.shape.k == c->shape.k ? multiple.k : 0;
    to.data = (tern_data){.w = TERN_W_ALTERNATING, .x = TERN_X_RANDOM, .seed = 77};
    for (size_t i = 0; toggles != NULL && toggles[i].name != NULL; i++)
        to.toggle[i] = c->toggle[i] == toggles[i].low ? toggles[i].high : toggles[i].low;
    return to;
}

static bool make(tern_pass_run *run, other *o, const tern_case *c)
{
    const tern_kernel *kernel = c->kernel;
    const tern_problem *problem = &o->product.problem;
    const tern_shape shape = c->shape;

    o->w = malloc(shape.m * shape.k);
    o->x = tern_aligned_new(shape.n * shape.k, kernel->x_align);
    o->y = tern_aligned_new(shape.n * shape.m * sizeof *o->y, kernel->y_align);
    o->packed = tern_aligned_new(kernel->packed_bytes(problem), kernel->packed_align);
    o->scratch = tern_aligned_new(tern_product_scratch_bytes(&o->product), 64);
    o->plan = tern_aligned_new(tern_product_plan_bytes(&o->product), 64);
    if (o->w == NULL || o->x == NULL || o->y == NULL || o->packed == NULL || o->scratch == NULL || o->plan == NULL)
        return tern_pass_run_fail_machine(run, "out of memory for a second problem");
    tern_data_fill_w(&c->data, shape, o->w);
    tern_data_fill_x(&c->data, shape, o->x);
    return true;
}

/* Whether its answers are right is for its own check. */
static tern_call call_of(const other *o)
{
    return (tern_call){.problem = &o->product.problem,
                       .packed = o->packed,
                       .x = o->x,
                       .y = o->y,
                       .scratch = o->scratch,
                       .plan = o->product.plan};
}

/* Computes it before, and at the same time; then its plan is dropped, which leaves that of the first alone. */
static bool look_beside(tern_pass_run *run, other *o)
{
    tern_caller callers[TERN_CALLERS] = {
        {.product = &run->product, .call = tern_pass_run_call_of(run), .expected = run->expected},
        {.product = &o->product, .call = call_of(o)},
    };

    tern_call_alone(&o->product, &callers[1].call);
    if (!tern_pass_run_once(run) || !tern_pass_run_together(run, callers))
        return false;
    tern_product_drop_plan(&o->product);
    return tern_pass_run_once(run);
}

bool tern_pass_look_after_others(tern_pass_run *run)
{
    const tern_case c = other_case(run->task->c);
    other o = {0};
    tern_team *team = run->team;
    bool right;

    tern_pass_run_begin(run, "bind() of another problem");
    if (tern_product_bind(&o.product, &c, 2) != NULL && tern_product_bind(&o.product, &c, 1) != NULL)
        return tern_pass_run_once(run);
    right = tern_pass_run_end(run) && tern_pass_run_once(run) && make(run, &o, &c);
    if (right) {
        tern_pass_run_begin(run, "pack() or run() of another problem");
        tern_product_pack(&o.product, o.w, o.packed, team);
        right = tern_pass_run_end(run) && tern_pass_run_once(run);
    }
    if (right && tern_product_make_plan(&o.product, o.plan) == NULL)
        right = look_beside(run, &o);
    drop(&o);
    return right;
}
