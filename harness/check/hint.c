/*
 * Two tables. A fault predicts what a kernel that has it writes at (m, n); it fits when it predicts every value that
 * differs and, if it comes in several kinds, the right values between them. A place says where the differing values
 * lie. Faults that are nearer to certain stand first, and the first that fits is told.
 */
#include "check/hint.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Enough to tell hypotheses apart; some cost a row of K for each. */
enum { SAMPLES = 64 };

typedef struct position {
    size_t m, n;
    int64_t expected, got;
} position;

/* One fault may come in several kinds, numbered by p. */
typedef bool fault_fn(const tern_answer *c, const position *at, size_t p);

/* The sum over k in [begin, end) of x * w. */
static int64_t dot(const tern_answer *c, const position *at, size_t begin, size_t end)
{
    const int8_t *w = c->w + at->m * c->shape.k, *x = c->x + at->n * c->shape.k;
    int64_t sum = 0;

    for (size_t k = begin; k < end; k++)
        sum += x[k] * w[k];
    return sum;
}

static int64_t expected_at(const tern_answer *c, size_t m, size_t n)
{
    return c->expected[n * c->shape.m + m];
}

static bool untouched(const tern_answer *c, const position *at, size_t p)
{
    (void)p;
    return at->got == c->untouched;
}

static bool zero(const tern_answer *c, const position *at, size_t p)
{
    (void)c, (void)p;
    return at->got == 0;
}

static bool negated(const tern_answer *c, const position *at, size_t p)
{
    (void)c, (void)p;
    return at->got == -at->expected;
}

static bool y_transposed(const tern_answer *c, const position *at, size_t p)
{
    const size_t i = at->n * c->shape.m + at->m;

    (void)p;
    return at->got == expected_at(c, i / c->shape.n, i % c->shape.n);
}

static bool x_transposed(const tern_answer *c, const position *at, size_t p)
{
    const int8_t *w = c->w + at->m * c->shape.k;
    int64_t sum = 0;

    (void)p;
    for (size_t k = 0; k < c->shape.k; k++)
        sum += c->x[k * c->shape.n + at->n] * w[k];
    return at->got == sum;
}

static bool w_transposed(const tern_answer *c, const position *at, size_t p)
{
    const int8_t *x = c->x + at->n * c->shape.k;
    int64_t sum = 0;

    (void)p;
    for (size_t k = 0; k < c->shape.k; k++)
        sum += x[k] * c->w[k * c->shape.m + at->m];
    return at->got == sum;
}

static bool tokens_shared(const tern_answer *c, const position *at, size_t p)
{
    return p <= c->shape.n && at->got == expected_at(c, at->m, at->n - at->n % p);
}

/* What the weights +1 and -1 add to the sum, too much, for each x = -128 that they meet. */
static const struct {
    int plus, minus;
} extreme_errors[] = {
    {0, -256},   /* -x in int8 is -128 again */
    {0, -1},     /* -x saturates at 127 */
    {1, -1},     /* clamped to -127 */
    {255, -255}, /* |x| saturates at 127, sign lost */
    {256, -256}, /* |x| is 128, sign lost */
    {128, -128}, /* dropped */
};

static bool extreme_wrong(const tern_answer *c, const position *at, size_t p)
{
    const int8_t *w = c->w + at->m * c->shape.k, *x = c->x + at->n * c->shape.k;
    int64_t error = 0;

    for (size_t k = 0; k < c->shape.k; k++)
        if (x[k] == -128 && w[k] != 0)
            error += w[k] > 0 ? extreme_errors[p].plus : extreme_errors[p].minus;
    return at->got == at->expected + error;
}

static bool tail_missing(const tern_answer *c, const position *at, size_t p)
{
    return p <= c->shape.k && at->got == at->expected - dot(c, at, c->shape.k - p, c->shape.k);
}

static bool tail_twice(const tern_answer *c, const position *at, size_t p)
{
    return p <= c->shape.k && at->got == at->expected + dot(c, at, c->shape.k - p, c->shape.k);
}

static bool saturated_16_bits(const tern_answer *c, const position *at, size_t p)
{
    (void)c, (void)p;
    return (at->expected > INT16_MAX && at->got == INT16_MAX) || (at->expected < INT16_MIN && at->got == INT16_MIN);
}

static bool wrapped(const tern_answer *c, const position *at, size_t bits)
{
    (void)c;
    return (at->got - at->expected) % ((int64_t)1 << bits) == 0;
}

/* A float holds 24 bits. Above that, each addition may round by one, and all of them to the same side. */
static bool rounded_as_float(const tern_answer *c, const position *at, size_t p)
{
    const float rounded = (float)at->got;

    (void)p;
    return llabs(at->expected) > 1 << 24 && (int64_t)rounded == at->got &&
           llabs(at->got - at->expected) <= (int64_t)c->shape.k;
}

static const struct fault {
    fault_fn *fits;
    size_t low, high; /* of p */
    const char *sentence;
} faults[] = {
    {untouched, 0, 0, "Y was not written"},
    {zero, 0, 0, "Y is zero"},
    {negated, 0, 0, "the sign is flipped"},
    {y_transposed, 0, 0, "Y is laid out [M][N] instead of [N][M]"},
    {x_transposed, 0, 0, "X is read as [K][N] instead of [N][K]"},
    {w_transposed, 0, 0, "W is read as [K][M] instead of [M][K]"},
    {tokens_shared, 2, 256, "every %zu tokens have the answer of the first of them"},
    {extreme_wrong, 0, sizeof extreme_errors / sizeof *extreme_errors - 1, "x = -128 is not taken for what it is"},
    {tail_missing, 1, 64, "what is missing is the last columns of K: %zu of them"},
    {tail_twice, 1, 64, "what is too much is the last columns of K, taken twice: %zu of them"},
    {saturated_16_bits, 0, 0, "16-bit sums saturate"},
    {wrapped, 24, 24, "%zu-bit sums overflow: all differences are multiples of 16777216"},
    {wrapped, 16, 16, "%zu-bit sums overflow: all differences are multiples of 65536"},
    {rounded_as_float, 0, 0, "only sums above 2^24 are wrong, and by little: they are rounded as floats"},
};

/* Values that differ, and right ones that lie between them. */
typedef struct samples {
    position wrong[SAMPLES], right[SAMPLES];
    size_t wrong_count, right_count;
} samples;

static bool fits_each(const struct fault *fault, size_t p, const tern_answer *c, const position *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!fault->fits(c, &at[i], p))
            return false;
    return true;
}

/* Of several kinds, one may fit a few wrong values by chance: so it has to say, too, which values are right. */
static bool fits_all(const struct fault *fault, size_t p, const tern_answer *c, const samples *values)
{
    return fits_each(fault, p, c, values->wrong, values->wrong_count) &&
           (fault->low == fault->high || fits_each(fault, p, c, values->right, values->right_count));
}

static void append_fault(char *hint, size_t bytes, const tern_answer *c, const samples *values)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        for (size_t p = faults[i].low; p <= faults[i].high; p++)
            if (fits_all(&faults[i], p, c, values)) {
                tern_text_append(hint, bytes, faults[i].sentence, p);
                return;
            }
}

/* Which indices of one dimension hold differing values. All of them are low plus a multiple of step. */
typedef struct extent {
    size_t count, low, high, step;
} extent;

static size_t greatest_divisor(size_t a, size_t b)
{
    while (b != 0) {
        const size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void extend(extent *e, size_t index)
{
    if (e->count++ == 0)
        e->low = e->high = index;
    e->step = greatest_divisor(e->step, index > e->low ? index - e->low : e->low - index);
    e->low = index < e->low ? index : e->low;
    e->high = index > e->high ? index : e->high;
}

static void append_place(char *hint, size_t bytes, const char *noun, const extent *e, size_t size)
{
    const char *separator = hint[0] == '\0' ? "" : "; ";

    if (size == 1)
        return;
    if (e->low == e->high)
        tern_text_append(hint, bytes, "%sonly %s %zu", separator, noun, e->low);
    else if (e->step > 1)
        tern_text_append(hint, bytes, "%sonly %ss %zu, %zu, ... up to %zu", separator, noun, e->low, e->low + e->step,
                         e->high);
    else if (e->low > 0 && e->high == size - 1)
        tern_text_append(hint, bytes, "%sonly %ss from %zu on", separator, noun, e->low);
    else if (e->low > 0 || e->high < size - 1)
        tern_text_append(hint, bytes, "%sonly %ss %zu to %zu", separator, noun, e->low, e->high);
}

/* Whether index is one that may differ, by what is known of those that do. */
static bool within(const extent *e, size_t index)
{
    return index >= e->low && index <= e->high && (e->step == 0 || (index - e->low) % e->step == 0);
}

static position position_of(const tern_answer *c, size_t i)
{
    return (position){i % c->shape.m, i / c->shape.m, c->expected[i], c->got[i]};
}

/* Of `count` values that differ, SAMPLES at most, evenly; and where all of them lie. */
static void take_wrong(const tern_answer *c, size_t count, samples *values, extent *rows, extent *tokens)
{
    const size_t stride = count / SAMPLES + 1;

    for (size_t i = 0, seen = 0; seen < count; i++) {
        if (c->expected[i] == c->got[i])
            continue;
        const position at = position_of(c, i);
        extend(rows, at.m);
        extend(tokens, at.n);
        if (seen++ % stride == 0)
            values->wrong[values->wrong_count++] = at;
    }
}

/* The first right values of rows and tokens where others differ. */
static void take_right(const tern_answer *c, samples *values, const extent *rows, const extent *tokens)
{
    for (size_t i = 0; i < c->shape.m * c->shape.n && values->right_count < SAMPLES; i++) {
        const position at = position_of(c, i);
        if (at.expected == at.got && within(rows, at.m) && within(tokens, at.n))
            values->right[values->right_count++] = at;
    }
}

void tern_hint_find(const tern_answer *c, char *hint, size_t bytes)
{
    const size_t values = c->shape.m * c->shape.n;
    samples taken = {.wrong_count = 0};
    extent rows = {0}, tokens = {0};
    size_t mismatches = 0;

    for (size_t i = 0; i < values; i++)
        mismatches += c->expected[i] != c->got[i];
    take_wrong(c, mismatches, &taken, &rows, &tokens);
    take_right(c, &taken, &rows, &tokens);
    hint[0] = '\0';
    append_fault(hint, bytes, c, &taken);
    append_place(hint, bytes, "row", &rows, c->shape.m);
    append_place(hint, bytes, "token", &tokens, c->shape.n);
    if (hint[0] == '\0' && mismatches > values - values / 20)
        tern_text_append(hint, bytes, "nearly every value is wrong: another layout of W or X, or another function");
}
