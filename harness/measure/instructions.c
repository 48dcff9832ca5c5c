#include "measure/instructions.h"

#include "base/text.h"
#include "measure/step.h"

#include <math.h>
#include <stdio.h>

/* The first part shows how many instructions a multiply-add takes; the second is as large as takes half a second. */
static const double first_macs = 4096.0, wanted_instructions = 20000.0;

static double macs_of(tern_shape shape)
{
    return (double)shape.m * (double)shape.k * (double)shape.n;
}

/* Whole tiles that the kernel takes: the least common multiple, as far as it is below size. */
static size_t step_of(size_t tile, size_t multiple, size_t size)
{
    size_t step = tile;

    while (step % multiple != 0 && step < size)
        step += tile;
    return step;
}

/* The size that leaves `most` multiply-adds, where there are `others` of them for each; in whole steps, one at least. */
static size_t shorten(size_t size, size_t step, double others, double most)
{
    const double steps = fmax(1.0, floor(most / others / (double)step));

    return steps * (double)step < (double)size ? (size_t)steps * step : size;
}

tern_shape tern_instructions_part(const tern_kernel *kernel, tern_shape shape, double macs)
{
    const tern_shape multiple = kernel->multiple, tile = kernel->tile;
    tern_shape part = shape;

    part.m = shorten(part.m, step_of(step_of(tile.m, kernel->row_step, part.m), multiple.m, part.m),
                     (double)part.k * (double)part.n, macs);
    part.n = shorten(part.n, step_of(tile.n, multiple.n, part.n), (double)part.m * (double)part.k, macs);
    part.k = shorten(part.k, step_of(tile.k, multiple.k, part.k), (double)part.m * (double)part.n, macs);
    return part;
}

/* Counts on a part of so many multiply-adds at most. */
static tern_status count(const tern_case *c, double macs, const tern_child_options *options,
                         tern_instructions *instructions, tern_error *error)
{
    tern_step_stages stages;
    tern_counter counter;
    tern_case part = *c;

    part.shape = tern_instructions_part(c->kernel, c->shape, macs);
    part.threads = 1;
    *instructions = (tern_instructions){0};
    const tern_status status = tern_step_count(&part, TERN_STEP_LIMIT, options, &counter, &stages, error);
    tern_text_copy(instructions->reason, sizeof instructions->reason, counter.reason);
    if (status != TERN_OK || !isfinite(counter.per_call))
        return status;
    const double columns = (double)part.shape.k * (double)part.shape.n;
    instructions->per_mac = stages.run / (double)part.shape.m / columns + stages.prepare / (double)c->shape.m / columns;
    snprintf(instructions->counted_on, sizeof instructions->counted_on, "%zux%zux%zu", part.shape.m, part.shape.k,
             part.shape.n);
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
    return macs_of(larger) > 2.0 * macs_of(first) ? count(c, macs, options, instructions, error) : TERN_OK;
}
