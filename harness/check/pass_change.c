/*
 * A kernel that remembers what it was asked knows it again by something: a prefix, a sample, a sum, a hash. So little
 * is changed here that most of these stay the same. With x[n][k] changed by d, row n of Y changes by d times column k
 * of W, and with w[m][k] changed by d, column m of Y by d times column k of X.
 */
#include "base/random.h"
#include "check/pass_look.h"

#include <string.h>

enum { CHANGES = 8, CHANGES_OF_LARGE = 1, STREAM = 7 };

typedef struct place {
    size_t row, k;
} place;

static void change_x(tern_pass_run *run, place at, int8_t value)
{
    const tern_shape shape = run->task->c->shape;
    int8_t *x = (int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_X)->data + at.row * shape.k + at.k;
    const int8_t *w = run->task->w + at.k;
    const int32_t by = value - *x;

    for (size_t m = 0; m < shape.m; m++)
        run->expected[at.row * shape.m + m] += by * w[m * shape.k];
    *x = value;
}

static void change_w(tern_pass_run *run, place at, int8_t value)
{
    const tern_shape shape = run->task->c->shape;
    int8_t *w = (int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_W)->data + at.row * shape.k + at.k;
    const int8_t *x = run->task->x + at.k;
    const int32_t by = value - *w;

    for (size_t n = 0; n < shape.n; n++)
        run->expected[n * shape.m + at.row] += by * x[n * shape.k];
    *w = value;
}

/* The last place, the first, then any. */
static place place_of(uint32_t i, size_t rows, size_t k)
{
    const uint64_t random = tern_random_number(STREAM, i);

    if (i < 2)
        return i == 0 ? (place){rows - 1, k - 1} : (place){0, 0};
    return (place){random % rows, (random >> 32) % k};
}

/* A place in the same row with another value, or the same place when there is none. */
static place partner_of(const int8_t *values, place at, size_t k)
{
    const int8_t *row = values + at.row * k;

    for (size_t step = 1; step < k; step++)
        if (row[(at.k + step) % k] != row[at.k])
            return (place){at.row, (at.k + step) % k};
    return at;
}

typedef void change_fn(tern_pass_run *run, place at, int8_t value);

/* Changes one value in every second turn, and exchanges two in the others, which keeps all sums. */
static void change_some(tern_pass_run *run, uint32_t i, const int8_t *values, size_t rows, change_fn *change)
{
    const size_t k = run->task->c->shape.k;
    const place at = place_of(i, rows, k);
    const int8_t value = values[at.row * k + at.k];
    const place partner = i % 2 != 0 ? partner_of(values, at, k) : at;
    const int8_t other = values[partner.row * k + partner.k];

    if (other != value) {
        change(run, partner, value);
        change(run, at, other);
    } else if (change == change_w) {
        change(run, at, (int8_t)(value == 1 ? -1 : value + 1));
    } else {
        change(run, at, (int8_t)(value ^ (i % 4 < 2 ? 0x40 : 1)));
    }
}

static void keep_former(tern_pass_run *run)
{
    memcpy(run->former, run->expected, run->values * sizeof *run->former);
    run->changed = true;
}

static uint32_t changes_for(const tern_pass_run *run)
{
    return run->values > 4096 ? CHANGES_OF_LARGE : CHANGES;
}

bool tern_pass_look_at_values(tern_pass_run *run)
{
    const int8_t *x = (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_X)->data;

    if (!tern_pass_run_once(run))
        return false;
    for (uint32_t i = 0; i < changes_for(run); i++) {
        keep_former(run);
        if (!tern_pass_run_open(run))
            return false;
        change_some(run, i, x, run->task->c->shape.n, change_x);
        if (!tern_pass_run_protect(run) || !tern_pass_run_once(run))
            return false;
    }
    return true;
}

bool tern_pass_look_at_weights(tern_pass_run *run)
{
    if (!tern_pass_run_once(run))
        return false;
    for (uint32_t i = 0; i < changes_for(run) / 2; i++) {
        keep_former(run);
        if (!tern_pass_run_open(run))
            return false;
        const int8_t *w = (const int8_t *)tern_pass_run_buffer(run, TERN_BUFFER_W)->data;
        change_some(run, i, w, run->task->c->shape.m, change_w);
        if (!tern_pass_run_pack(run) || !tern_pass_run_protect(run) || !tern_pass_run_once(run))
            return false;
    }
    return true;
}

bool tern_pass_look_at_old_y(tern_pass_run *run)
{
    static const uint8_t fills[] = {0x00, 0xFF, 0x01, 0x80};

    if (!tern_pass_run_once(run) || !tern_pass_run_once(run)) /* the second time over the right answer */
        return false;
    for (size_t i = 0; i < sizeof fills; i++) {
        memset(tern_pass_run_y(run), fills[i], run->values * sizeof(int32_t));
        if (!tern_pass_run_once(run))
            return false;
    }
    return true;
}
