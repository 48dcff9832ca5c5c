#include "check/buffers.h"

#include <string.h>

static const char *const names[TERN_BUFFERS] = {
    [TERN_BUFFER_W] = "W",
    [TERN_BUFFER_STAGING] = "what pack() writes",
    [TERN_BUFFER_PACKED] = "packed W",
    [TERN_BUFFER_X] = "X",
    [TERN_BUFFER_Y] = "Y",
    [TERN_BUFFER_SCRATCH] = "scratch",
    [TERN_BUFFER_PLAN] = "its plan",
    [TERN_BUFFER_ROWS] = "its rows of W",
};

static tern_status make(tern_buffers *buffers, tern_buffer which, size_t bytes, size_t align, tern_error *error)
{
    tern_guard *guard = &buffers->guard[which];

    if (guard->map != NULL && guard->bytes == bytes)
        return TERN_OK;
    tern_guard_free(guard);
    return tern_guard_new(guard, names[which], bytes, align, buffers->side, error);
}

void tern_buffers_free(tern_buffers *buffers)
{
    for (int i = 0; i < TERN_BUFFERS; i++)
        tern_guard_free(&buffers->guard[i]);
}

typedef struct need {
    tern_buffer which;
    size_t bytes, align;
} need;

enum { NEEDS = TERN_BUFFERS - 2 };

/* Of all but PACKED, which is as long as pack() says, and ROWS, which is another for each slice. */
static void list_needs(const tern_product *product, const tern_kernel_demand *demand, need needs[NEEDS])
{
    const tern_kernel *kernel = product->kernel;
    const tern_shape shape = product->problem.shape;

    needs[0] = (need){TERN_BUFFER_W, shape.m * shape.k, 1};
    needs[1] = (need){TERN_BUFFER_STAGING, demand->packed, kernel->packed_align};
    needs[2] = (need){TERN_BUFFER_X, shape.n * shape.k, kernel->x_align};
    needs[3] = (need){TERN_BUFFER_Y, shape.n * shape.m * sizeof(int32_t), kernel->y_align};
    needs[4] = (need){TERN_BUFFER_SCRATCH, demand->scratch, 64};
    needs[5] = (need){TERN_BUFFER_PLAN, demand->plan, 64};
}

/* Each weight and each value may cost this much, and a process what few machines have. */
enum { BYTES_A_VALUE = 4096 };
static const double most_bytes = 64e9, free_bytes = 1e9;

static bool is_excess(double bytes, double values)
{
    return bytes > most_bytes || bytes > free_bytes + BYTES_A_VALUE * values;
}

const char *tern_kernel_demand_excess(const tern_product *product, const tern_kernel_demand *demand)
{
    const tern_shape shape = product->problem.shape;
    const double weights = (double)shape.m * (double)shape.k;
    const double others = (double)shape.n * ((double)shape.m + (double)shape.k) * product->problem.threads;
    const size_t align = product->kernel->packed_align | product->kernel->x_align | product->kernel->y_align;

    if (is_excess((double)demand->packed, weights))
        return "packed_bytes() asks for more memory than any form of so few weights needs,";
    if (is_excess((double)demand->scratch, weights + others))
        return "scratch_bytes() asks for more memory than so small a product needs,";
    if (is_excess((double)demand->plan, weights + others))
        return "plan_bytes() asks for more memory than so small a product needs,";
    return (double)align > free_bytes ? "the kernel asks for an alignment of more than a GiB," : NULL;
}

tern_status tern_buffers_place(tern_buffers *buffers, const tern_product *product, const tern_kernel_demand *demand,
                               tern_guard_side side, tern_error *error)
{
    need needs[NEEDS];
    tern_status status = TERN_OK;

    list_needs(product, demand, needs);
    if (side != buffers->side)
        tern_buffers_free(buffers);
    buffers->side = side;
    for (size_t i = 0; i < NEEDS && status == TERN_OK; i++)
        status = make(buffers, needs[i].which, needs[i].bytes, needs[i].align, error);
    return status;
}

tern_status tern_buffers_fit(tern_buffers *buffers, const tern_product *product, const tern_kernel_demand *demand,
                             tern_error *error)
{
    need needs[NEEDS];
    tern_status status = TERN_OK;

    list_needs(product, demand, needs);
    for (size_t i = 0; i < NEEDS && status == TERN_OK; i++)
        status = tern_guard_fit(&buffers->guard[needs[i].which], names[needs[i].which], needs[i].bytes, needs[i].align,
                                error);
    return status;
}

tern_status tern_buffers_fit_packed(tern_buffers *buffers, const tern_kernel *kernel, size_t bytes, tern_error *error)
{
    tern_guard *packed = &buffers->guard[TERN_BUFFER_PACKED];
    const tern_status status = tern_guard_fit(packed, names[TERN_BUFFER_PACKED], bytes, kernel->packed_align, error);

    if (status == TERN_OK)
        memcpy(packed->data, buffers->guard[TERN_BUFFER_STAGING].data, bytes);
    return status;
}

tern_status tern_buffers_fit_rows(tern_buffers *buffers, const int8_t *rows, size_t bytes, tern_error *error)
{
    tern_guard *guard = &buffers->guard[TERN_BUFFER_ROWS];
    const tern_status status = tern_guard_fit(guard, names[TERN_BUFFER_ROWS], bytes, 1, error);

    if (status == TERN_OK) {
        tern_guard_paint(guard, buffers->paint);
        memcpy(guard->data, rows, bytes);
    }
    return status;
}

int32_t tern_buffers_untouched(const tern_buffers *buffers)
{
    int32_t value;

    memset(&value, buffers->paint, sizeof value);
    return value;
}

tern_status tern_buffers_take_packed(tern_buffers *buffers, const tern_kernel *kernel, size_t bytes, tern_error *error)
{
    const tern_guard *staging = &buffers->guard[TERN_BUFFER_STAGING];
    tern_guard *packed = &buffers->guard[TERN_BUFFER_PACKED];
    const size_t room = buffers->side == TERN_GUARD_AFTER || buffers->side == TERN_GUARD_APART ? bytes : staging->bytes;
    const tern_status status = make(buffers, TERN_BUFFER_PACKED, room, kernel->packed_align, error);

    if (status != TERN_OK)
        return status;
    packed->bytes = bytes;
    memcpy(packed->data, staging->data, bytes);
    return TERN_OK;
}

void tern_buffers_paint(tern_buffers *buffers, uint8_t paint)
{
    buffers->paint = paint;
    for (int i = 0; i < TERN_BUFFERS; i++)
        if (buffers->guard[i].map != NULL && buffers->guard[i].access == TERN_GUARD_OPEN)
            tern_guard_paint(&buffers->guard[i], paint);
}

static tern_status set_access(tern_buffers *buffers, const tern_guard_access access[TERN_BUFFERS], tern_error *error)
{
    tern_status status = TERN_OK;

    for (int i = 0; i < TERN_BUFFERS && status == TERN_OK; i++)
        status = tern_guard_set_access(&buffers->guard[i], access[i], error);
    return status;
}

tern_status tern_buffers_protect(tern_buffers *buffers, tern_error *error)
{
    static const tern_guard_access access[TERN_BUFFERS] = {
        [TERN_BUFFER_W] = TERN_GUARD_CLOSED,         [TERN_BUFFER_STAGING] = TERN_GUARD_CLOSED,
        [TERN_BUFFER_PACKED] = TERN_GUARD_READ_ONLY, [TERN_BUFFER_X] = TERN_GUARD_READ_ONLY,
        [TERN_BUFFER_PLAN] = TERN_GUARD_READ_ONLY,   [TERN_BUFFER_ROWS] = TERN_GUARD_CLOSED,
    };

    return set_access(buffers, access, error);
}

tern_status tern_buffers_open(tern_buffers *buffers, tern_error *error)
{
    static const tern_guard_access access[TERN_BUFFERS] = {TERN_GUARD_OPEN};

    return set_access(buffers, access, error);
}

bool tern_buffers_find_change(const tern_buffers *buffers, tern_guard_breach *breach)
{
    for (int i = 0; i < TERN_BUFFERS; i++)
        if (buffers->guard[i].map != NULL && buffers->guard[i].access != TERN_GUARD_CLOSED &&
            tern_guard_find_change(&buffers->guard[i], breach))
            return true;
    return false;
}

void tern_buffers_remember(tern_buffers *buffers, tern_buffer which)
{
    buffers->hash[which] = XXH3_64bits(buffers->guard[which].data, buffers->guard[which].bytes);
}

bool tern_buffers_unchanged(const tern_buffers *buffers, tern_buffer which)
{
    return buffers->hash[which] == XXH3_64bits(buffers->guard[which].data, buffers->guard[which].bytes);
}
