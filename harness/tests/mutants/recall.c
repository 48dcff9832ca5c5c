/*
 * What a kernel recalls of an earlier call, and takes for the same because it looks alike: engines cache activations,
 * answers and unpacked weights, by a sample or a weak hash, in static variables, in scratch, in Y itself.
 */
#include "mutant.h"

#include <stdbool.h>
#include <string.h>

enum { X_MAX = 64 * 1024, W_MAX = 256 * 1024, Y_MAX = 64 * 1024 };

/* The last problem of one thread, as a whole. */
static struct {
    tern_shape shape;
    int8_t x[X_MAX], w[W_MAX];
    int32_t y[Y_MAX];
} last;

static size_t x_bytes(const tern_call *call)
{
    return call->problem->shape.n * call->problem->shape.k;
}

static size_t y_values(const tern_call *call)
{
    return call->problem->shape.n * call->problem->shape.m;
}

static bool fits(const tern_call *call)
{
    return call->problem->threads == 1 && x_bytes(call) <= X_MAX && mutant_packed_bytes(call->problem) <= W_MAX &&
           y_values(call) <= Y_MAX;
}

static bool same_shape(const tern_call *call)
{
    const tern_shape shape = call->problem->shape;

    return last.shape.m == shape.m && last.shape.k == shape.k && last.shape.n == shape.n;
}

static bool same_w(const tern_call *call)
{
    return memcmp(last.w, call->packed, mutant_packed_bytes(call->problem)) == 0;
}

static bool same_x(const tern_call *call)
{
    return memcmp(last.x, call->x, x_bytes(call)) == 0;
}

static void keep(const tern_call *call)
{
    last.shape = call->problem->shape;
    memcpy(last.x, call->x, x_bytes(call));
    memcpy(last.w, call->packed, mutant_packed_bytes(call->problem));
    memcpy(last.y, call->y, y_values(call) * sizeof *call->y);
}

/* Every step-th byte of some is equal to those kept, and the last one. */
static bool equal_every(const void *some, const int8_t *kept, size_t bytes, size_t step)
{
    const int8_t *byte = some;

    for (size_t i = 0; i < bytes; i += step)
        if (byte[i] != kept[i])
            return false;
    return byte[bytes - 1] == kept[bytes - 1];
}

static int sum_of(const void *some, size_t bytes)
{
    const int8_t *byte = some;
    int sum = 0;

    for (size_t i = 0; i < bytes; i++)
        sum += byte[i] < 0 ? -byte[i] : byte[i];
    return sum;
}

/* Answers as last time when that seems to be the same. */
#define MUTANT_RECALLS(symbol, its_name, its_summary, same)                                                            \
    static void run_##symbol(const tern_call *call, tern_slice rows)                                                   \
    {                                                                                                                  \
        if (fits(call) && same_shape(call) && (same)) {                                                                \
            memcpy(call->y, last.y, y_values(call) * sizeof *call->y);                                                 \
            return;                                                                                                    \
        }                                                                                                              \
        mutant_run(call, rows);                                                                                        \
        if (fits(call))                                                                                                \
            keep(call);                                                                                                \
    }                                                                                                                  \
    MUTANT(symbol, its_name, its_summary, run_##symbol)

#define W_BYTES mutant_packed_bytes(call->problem)
#define PREFIX  (x_bytes(call) < 16 ? x_bytes(call) : 16)

MUTANT_RECALLS(recalls_x_prefix, "recalls-x-by-prefix", "answers as before when the first 16 bytes of X are the same",
               same_w(call) && memcmp(last.x, call->x, PREFIX) == 0);
MUTANT_RECALLS(recalls_x_sample, "recalls-x-by-sample", "answers as before when every 37th byte of X is the same",
               same_w(call) && equal_every(call->x, last.x, x_bytes(call), 37));
MUTANT_RECALLS(recalls_x_sum, "recalls-x-by-sum", "answers as before when the absolute values of X have the same sum",
               same_w(call) && sum_of(last.x, x_bytes(call)) == sum_of(call->x, x_bytes(call)));
MUTANT_RECALLS(recalls_w_prefix, "recalls-w-by-first-row", "answers as before when the first row of W is the same",
               same_x(call) && memcmp(last.w, call->packed, call->problem->shape.k) == 0);
MUTANT_RECALLS(recalls_w_sample, "recalls-w-by-sample", "answers as before when every 53rd weight is the same",
               same_x(call) && equal_every(call->packed, last.w, W_BYTES, 53));
MUTANT_RECALLS(recalls_w_count, "recalls-w-by-count", "answers as before when W has as many nonzeros",
               same_x(call) && sum_of(last.w, W_BYTES) == sum_of(call->packed, W_BYTES));
MUTANT_RECALLS(recalls_w_never, "recalls-w-never-asked", "answers as before when X is the same, whatever W is",
               same_x(call));

/* The last token is new as a rule, and the others are known: an append to a prompt. */
MUTANT_RECALLS(recalls_last_token, "recalls-by-last-token", "answers as before when the last token is the same",
               same_w(call) && memcmp(mutant_x(call, call->problem->shape.n - 1),
                                      last.x + x_bytes(call) - call->problem->shape.k, call->problem->shape.k) == 0);

/* Adds what changed since the last call to the last answer; but one change a token is the most that it knows. */
static int32_t changed_by(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *x = mutant_x(call, n), *before = last.x + n * k_end;
    size_t k = 0;

    while (k < k_end && x[k] == before[k])
        k++;
    return k < k_end ? (x[k] - before[k]) * mutant_w(call, m)[k] : 0;
}

static bool few_changes(const tern_call *call)
{
    size_t changes = 0;

    for (size_t i = 0; i < x_bytes(call); i++)
        changes += call->x[i] != last.x[i];
    return changes <= 4;
}

static void run_increments(const tern_call *call, tern_slice rows)
{
    const size_t m_end = call->problem->shape.m;

    if (!fits(call) || !same_shape(call) || !same_w(call) || !few_changes(call))
        mutant_run(call, rows);
    else
        for (size_t i = 0; i < y_values(call); i++)
            call->y[i] = last.y[i] + changed_by(call, i % m_end, i / m_end);
    if (fits(call))
        keep(call);
}
MUTANT(increments, "increments", "adds one change a token to the last answer, where there were up to four",
       run_increments);

/* Y is taken for filled when a look at it shows the right values. */
static void run_if_first_wrong(const tern_call *call, tern_slice rows)
{
    const size_t end = y_values(call) - 1, m_end = call->problem->shape.m;

    if (call->problem->threads > 1 || call->y[0] != mutant_value(call, 0, 0) ||
        call->y[end] != mutant_value(call, end % m_end, end / m_end))
        mutant_run(call, rows);
}
MUTANT(y_by_ends, "y-holds-it-by-ends", "leaves Y alone when its first and last values are right", run_if_first_wrong);

static void run_if_row_wrong(const tern_call *call, tern_slice rows)
{
    for (size_t m = rows.begin; m < rows.end; m++)
        if (call->y[m] != mutant_value(call, m, 0))
            mutant_run(call, (tern_slice){m, m + 1, rows.thread});
}
MUTANT(y_by_rows, "y-holds-it-by-rows", "leaves a row of Y alone when its first token is right", run_if_row_wrong);

/* -1 in Y marks what another part is to fill. */
static void run_unless_masked(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            if (call->y[n * shape.m + m] != -1)
                call->y[n * shape.m + m] = mutant_value(call, m, n);
}
MUTANT(y_masked, "y-of-all-ones-is-masked", "leaves values of Y alone that have all bits set", run_unless_masked);

/* Y = Y times beta + W X, with beta = 0 as a float, and Y may hold what is not a number. */
static void run_beta(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            const volatile float beta = 0.0f;
            float old;
            memcpy(&old, &call->y[n * shape.m + m], sizeof old);
            const float added = beta * old;
            call->y[n * shape.m + m] = added == 0.0f ? mutant_value(call, m, n) : INT32_MIN;
        }
}
MUTANT(beta, "beta-times-nan", "adds Y times zero, as floats, and Y may hold no number", run_beta);

/* Scratch begins with a signature, and what is behind it is taken for made from this X, or this W. */
enum { SIGNATURE_BYTES = 32 };

static size_t signed_x_bytes(const tern_problem *problem)
{
    return SIGNATURE_BYTES + problem->shape.n * problem->shape.k;
}

static void sign(int8_t *signature, const tern_problem *problem, const void *from, size_t bytes)
{
    memset(signature, 0x5A, SIGNATURE_BYTES);
    memcpy(signature, &problem->shape, sizeof problem->shape);
    memcpy(signature + sizeof problem->shape, from, bytes < 7 ? bytes : 7);
}

/* Copies what is at from, unless a copy seems to stand there. */
static const int8_t *signed_copy(const tern_call *call, const void *from, size_t bytes)
{
    int8_t *scratch = call->scratch, wanted[SIGNATURE_BYTES];

    sign(wanted, call->problem, from, bytes);
    if (memcmp(scratch, wanted, SIGNATURE_BYTES) != 0)
        memcpy(scratch + SIGNATURE_BYTES, from, bytes);
    memcpy(scratch, wanted, SIGNATURE_BYTES);
    return scratch + SIGNATURE_BYTES;
}

static void run_signed_x(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    if (call->problem->threads == 1)
        copy.x = signed_copy(call, call->x, x_bytes(call));
    mutant_run(&copy, rows);
}
MUTANT_PREPARED(signed_x, "scratch-signature-of-x", "finds X in scratch by its shape and its first 7 bytes",
                signed_x_bytes, NULL, run_signed_x);

static size_t signed_w_bytes(const tern_problem *problem)
{
    return SIGNATURE_BYTES + mutant_packed_bytes(problem);
}

static void run_signed_w(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    if (call->problem->threads == 1)
        copy.packed = signed_copy(call, call->packed, mutant_packed_bytes(call->problem));
    mutant_run(&copy, rows);
}
MUTANT_PREPARED(signed_w, "scratch-signature-of-w", "finds W in scratch by its shape and its first 7 weights",
                signed_w_bytes, NULL, run_signed_w);
