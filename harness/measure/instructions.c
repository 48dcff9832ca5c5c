#include "measure/instructions.h"

#include "base/text.h"
#include "measure/step.h"

#include <math.h>
#include <stdio.h>

/*
 * The first part shows how many instructions a multiply-add takes; the second, with its halves, takes about a second.
 */
static const double first_macs = 4096.0, wanted_instructions = 8000.0;

/*
 * A call of so few multiply-adds is stepped through in seconds by any kernel. A part of fewer tokens may have twice as
 * many a multiply-add.
 */
static const double short_macs = 1e5, far_more = 2.0;

/* Whole tiles that the kernel takes: the least common multiple, as far as it is below size. */
static size_t step_of(size_t tile, size_t multiple, size_t size)
{
    size_t step = tile;

    while (step % multiple != 0 && step < size)
        step += tile;
    return step;
}

/*
 * The size that leaves `most` multiply-adds, where there are `others` of them for each; in whole steps, one at least.
 */
static size_t shorten(size_t size, size_t step, double others, double most)
{
    const double steps = fmax(1.0, floor(most / others / (double)step));

    return steps * (double)step < (double)size ? (size_t)steps * step : size;
}

static size_t rows_step(const tern_kernel *kernel, tern_shape shape)
{
    return step_of(step_of(kernel->tile.m, kernel->row_step, shape.m), kernel->multiple.m, shape.m);
}

static size_t columns_step(const tern_kernel *kernel, tern_shape shape)
{
    return step_of(kernel->tile.k, kernel->multiple.k, shape.k);
}

tern_shape tern_instructions_part(const tern_kernel *kernel, tern_shape shape, double macs)
{
    tern_shape part = shape;

    part.m = shorten(part.m, rows_step(kernel, shape), (double)part.k * (double)part.n, macs);
    part.n =
        shorten(part.n, step_of(kernel->tile.n, kernel->multiple.n, part.n), (double)part.m * (double)part.k, macs);
    part.k = shorten(part.k, columns_step(kernel, shape), (double)part.m * (double)part.n, macs);
    return part;
}

/* Two sizes of an axis, the same where there is only one. */
typedef struct sizes {
    size_t less, more;
} sizes;

/* Of a part that has whole steps of the axis: half of it, or where that is none, twice, as far as there is so much. */
static sizes sizes_of(size_t whole, size_t part, size_t step)
{
    const size_t half = part / 2 / step * step;

    return part == whole       ? (sizes){part, part}
           : half > 0          ? (sizes){half, part}
           : 2 * part <= whole ? (sizes){part, 2 * part}
                               : (sizes){part, part};
}

/* What a whole takes, when the two sizes take so much. */
static double at_whole(sizes size, double less, double more, double whole)
{
    return size.more == size.less
               ? more * whole / (double)size.more
               : more + (whole - (double)size.more) * (more - less) / (double)(size.more - size.less);
}

typedef struct stepper {
    tern_case c; /* with one thread */
    const tern_child_options *options;
    tern_instructions *instructions;
    tern_error *error;
} stepper;

/* Leaves NaN, and the reason, when stepping is not possible. */
static tern_status count_on(stepper *s, size_t m, size_t k, tern_step_stages *stages)
{
    tern_counter counter;

    s->c.shape.m = m;
    s->c.shape.k = k;
    const tern_status status = tern_step_count(&s->c, TERN_STEP_LIMIT, s->options, &counter, stages, s->error);
    tern_text_copy(s->instructions->reason, sizeof s->instructions->reason, counter.reason);
    if (status == TERN_OK && !isfinite(counter.per_call))
        *stages = (tern_step_stages){NAN, NAN};
    return status;
}

/* At two lengths of rows: what it takes at the whole one. */
static tern_status count_columns(stepper *s, size_t m, sizes k, double whole, tern_step_stages *stages)
{
    tern_step_stages less, more;
    tern_status status = count_on(s, m, k.more, &more);

    less = more;
    if (status == TERN_OK && isfinite(more.run) && k.less != k.more)
        status = count_on(s, m, k.less, &less);
    if (status == TERN_OK)
        *stages = (tern_step_stages){.prepare = at_whole(k, less.prepare, more.prepare, whole),
                                     .run = at_whole(k, less.run, more.run, whole)};
    return status;
}

/*
 * Counts on parts of about so many multiply-adds. A call, a row, and a column have instructions of their own, which a
 * small part has more of: so each axis that is not whole has two sizes, and what it takes is a line through both.
 */
static tern_status count(const tern_case *c, double macs, const tern_child_options *options,
                         tern_instructions *instructions, tern_error *error)
{
    const tern_kernel *kernel = c->kernel;
    const tern_shape part = tern_instructions_part(kernel, c->shape, macs);
    const sizes m = sizes_of(c->shape.m, part.m, rows_step(kernel, c->shape)),
                k = sizes_of(c->shape.k, part.k, columns_step(kernel, c->shape));
    const double columns = (double)c->shape.k, rows = (double)c->shape.m, slice = rows / fmax(c->threads, 1.0);
    stepper s = {*c, options, instructions, error};
    tern_step_stages less, more;

    s.c.threads = 1;
    s.c.shape.n = part.n;
    *instructions = (tern_instructions){0};
    tern_status status = count_columns(&s, m.more, k, columns, &more);
    less = more;
    if (status == TERN_OK && isfinite(more.run) && m.less != m.more)
        status = count_columns(&s, m.less, k, columns, &less);
    if (status != TERN_OK || !isfinite(less.run))
        return status;
    const double run = at_whole(m, less.run, more.run, slice) * rows / slice;
    instructions->per_mac = (run + more.prepare) / rows / columns / (double)part.n;
    snprintf(instructions->counted_on, sizeof instructions->counted_on, "%zux%zux%zu", m.more, k.more, part.n);
    return TERN_OK;
}

tern_status tern_instructions_count(const tern_case *c, const tern_child_options *options,
                                    tern_instructions *instructions, tern_error *error)
{
    const tern_status status = count(c, first_macs, options, instructions, error);

    if (status != TERN_OK || instructions->per_mac <= 0.0)
        return status;
    const double macs = wanted_instructions / instructions->per_mac;
    const tern_shape first = tern_instructions_part(c->kernel, c->shape, first_macs),
                     larger = tern_instructions_part(c->kernel, c->shape, macs);
    return tern_shape_macs(larger) > 2.0 * tern_shape_macs(first) ? count(c, macs, options, instructions, error)
                                                                  : TERN_OK;
}

tern_status tern_instructions_step(const tern_case *c, const tern_child_options *options, tern_counter *counter,
                                   tern_error *error)
{
    const double macs = tern_shape_macs(c->shape);
    tern_instructions part = {0};
    const tern_status status = macs > short_macs ? tern_instructions_count(c, options, &part, error) : TERN_OK;

    if (status != TERN_OK || part.per_mac * macs <= far_more * TERN_STEP_LIMIT)
        return status == TERN_OK ? tern_step_count(c, TERN_STEP_LIMIT, options, counter, NULL, error) : status;
    *counter = (tern_counter){.name = "instructions", .source = "step", .per_call = NAN};
    tern_text_append(counter->reason, sizeof counter->reason,
                     "about %.2g million instructions, more than %g; take a smaller shape, or --counters work",
                     1e-6 * part.per_mac * macs, 1e-6 * TERN_STEP_LIMIT);
    return TERN_OK;
}
