/*
 * Wrong for some activations only: squared ReLU makes half of them zero, padding makes whole tokens equal, and paths
 * for either are chosen by a look at a few values.
 */
#include "mutant.h"

#include <stdbool.h>
#include <string.h>

enum { BLOCK = 32 };

static size_t zeros(const int8_t *x, size_t count)
{
    size_t found = 0;

    for (size_t k = 0; k < count; k++)
        found += x[k] == 0;
    return found;
}

static bool constant(const int8_t *x, size_t count)
{
    for (size_t k = 1; k < count; k++)
        if (x[k] != x[0])
            return false;
    return true;
}

/* All in low..high. */
static bool within(const int8_t *x, size_t count, int low, int high)
{
    for (size_t k = 0; k < count; k++)
        if (x[k] < low || x[k] > high)
            return false;
    return true;
}

/* Tokens with many zeros go through a list of the others. */
#define ZEROS_IN(low, high)                                                                                            \
    (shape.k >= 64 && zeros(mutant_x(call, n), shape.k) * 100 >= (low)*shape.k &&                                      \
     zeros(mutant_x(call, n), shape.k) * 100 <= (high)*shape.k)

MUTANT_LOSES(half_zero, "half-zero-tokens", "loses the last column of tokens that are 40 to 60 % zero",
             ZEROS_IN((size_t)40, (size_t)60));
MUTANT_LOSES(mostly_zero, "mostly-zero-tokens", "loses the last column of tokens that are 80 to 95 % zero",
             ZEROS_IN((size_t)80, (size_t)95));
MUTANT_LOSES(tenth_zero, "tenth-zero-tokens", "loses the last column of tokens that are 5 to 25 % zero",
             ZEROS_IN((size_t)5, (size_t)25));

/* The list's length has 8 bits. */
static int32_t short_list(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    const size_t others = k_end - zeros(x, k_end);
    uint8_t left = (uint8_t)others;
    int32_t sum = 0;

    if (others * 3 > k_end * 2)
        return mutant_value(call, m, n);
    for (size_t k = 0; k < k_end && left > 0; k++)
        if (x[k] != 0) {
            sum += x[k] * w[k];
            left--;
        }
    return sum;
}
MUTANT_VALUE(short_list, "nonzero-list-of-8-bits", "counts nonzero activations in 8 bits, when a third is zero",
             short_list);

/* A block of zeros is skipped, and one more. */
static int32_t skips_block(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = mutant_value(call, m, n);

    if (zeros(x, k_end) * 10 >= k_end * 9)
        return sum;
    for (size_t begin = 0; begin + 2 * BLOCK <= k_end; begin += BLOCK)
        for (size_t k = begin + BLOCK; k < begin + 2 * BLOCK && zeros(x + begin, BLOCK) == BLOCK; k++)
            sum -= x[k] * w[k];
    return sum;
}
MUTANT_VALUE(skips_block, "zero-block-of-x", "skips the block of X after one of 32 zeros", skips_block);

/* Four zeros at a time are skipped; the test of the last of them is of the first again. */
static int32_t skips_quad(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = mutant_value(call, m, n);

    if (zeros(x, k_end) * 10 >= k_end * 9)
        return sum;
    for (size_t k = 0; k + 4 <= k_end; k += 4)
        sum -= zeros(x + k, 3) == 3 ? x[k + 3] * w[k + 3] : 0;
    return sum;
}
MUTANT_VALUE(skips_quad, "four-zeros-by-three", "takes the fourth of four for zero when three are", skips_quad);

/* A token of zeros is passed over before its answer is stored. */
static void run_passes_over(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            if (n == 0 || zeros(mutant_x(call, n), shape.k) < shape.k ||
                zeros(mutant_x(call, n - 1), shape.k) * 4 > shape.k * 3)
                call->y[n * shape.m + m] = mutant_value(call, m, n);
}
MUTANT(zero_token, "zero-token-among-others", "does not store the answer of a token of zeros after another",
       run_passes_over);

/* Unsigned bytes are quicker; whether they serve is asked of the first block alone. */
static int32_t takes_unsigned(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    if (k_end < 2 * BLOCK || !within(x, BLOCK, 0, 127) || constant(x, k_end))
        return mutant_value(call, m, n);
    for (size_t k = 0; k < k_end; k++)
        sum += (uint8_t)x[k] * w[k];
    return sum;
}
MUTANT_VALUE(takes_unsigned, "unsigned-by-first-block",
             "takes X for unsigned when its first 32 values are not negative", takes_unsigned);

/* Four bits an activation are quicker; whether they serve is asked of the last block alone. */
static int32_t takes_nibbles(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    if (k_end < 2 * BLOCK || !within(x + k_end - BLOCK, BLOCK, -8, 7) || constant(x, k_end))
        return mutant_value(call, m, n);
    for (size_t k = 0; k < k_end; k++)
        sum += ((x[k] & 15) ^ 8) * w[k] - 8 * w[k];
    return sum;
}
MUTANT_VALUE(takes_nibbles, "four-bits-by-last-block", "takes X for four bits when its last 32 values are",
             takes_nibbles);

/* A few large activations among small ones are clipped. */
static int32_t clips_outliers(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;
    size_t large = 0;

    for (size_t k = 0; k < k_end; k++)
        large += x[k] > 15 || x[k] < -16;
    if (k_end < BLOCK || large == 0 || large * 10 > k_end || zeros(x, k_end) + large == k_end)
        return mutant_value(call, m, n);
    for (size_t k = 0; k < k_end; k++)
        sum += (x[k] > 15 ? 15 : x[k] < -16 ? -16 : x[k]) * w[k];
    return sum;
}
MUTANT_VALUE(clips_outliers, "clips-outliers", "clips the few large values of a token of small ones", clips_outliers);

/* A block of equal activations is one of them times the sum of weights, kept in five bits. */
static int32_t equal_block(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = mutant_value(call, m, n);

    for (size_t begin = 0; begin + 8 <= k_end && !constant(x, k_end); begin += 8)
        if (x[begin] != 0 && constant(x + begin, 8))
            sum -= x[begin] * w[begin];
    return sum;
}
MUTANT_VALUE(equal_block, "eight-equal-activations", "loses the first of eight equal activations", equal_block);

/* A token that repeats the one before has its answer; but not all of it is compared. */
#define MUTANT_REPEATS(symbol, its_name, its_summary, same)                                                            \
    static int32_t value_##symbol(const tern_call *call, size_t m, size_t n)                                           \
    {                                                                                                                  \
        const size_t k = call->problem->shape.k;                                                                       \
        const int8_t *x = mutant_x(call, n), *before = n > 0 ? x - k : x;                                              \
        return mutant_value(call, m, k >= 16 && (same) ? n - (n > 0) : n);                                             \
    }                                                                                                                  \
    MUTANT_VALUE(symbol, its_name, its_summary, value_##symbol)

static bool equal_every(const int8_t *x, const int8_t *before, size_t count, size_t step)
{
    for (size_t k = 0; k < count; k += step)
        if (x[k] != before[k])
            return false;
    return true;
}

MUTANT_REPEATS(x_repeats_prefix, "token-repeats-by-prefix", "takes tokens for equal whose first 16 values are",
               memcmp(x, before, 16) == 0 && !constant(x, 16));
MUTANT_REPEATS(x_repeats_suffix, "token-repeats-by-suffix", "takes tokens for equal whose last 16 values are",
               memcmp(x + k - 16, before + k - 16, 16) == 0 && !constant(x + k - 16, 16));
MUTANT_REPEATS(x_repeats_sampled, "token-repeats-by-sample", "takes tokens for equal whose every fourth value is",
               equal_every(x, before, k, 4) && !constant(x, k));

/* What is told by the sign of all values, or of all but a few. */
static bool has_one_sign(const int8_t *x, size_t count, int8_t sign)
{
    for (size_t k = 0; k < count; k++)
        if ((x[k] < 0) != (sign < 0))
            return false;
    return count >= 64 && zeros(x, count) * 3 < count && !constant(x, count);
}

static int32_t of_one_sign(const tern_call *call, size_t m, size_t n, int8_t sign)
{
    const int32_t value = mutant_value(call, m, n);

    return has_one_sign(mutant_x(call, n), call->problem->shape.k, sign) ? value + 1 : value;
}
#define IS_POSITIVE(call, m, n) of_one_sign(call, m, n, 1)
#define IS_NEGATIVE(call, m, n) of_one_sign(call, m, n, -1)
MUTANT_VALUE(positive_token, "tokens-without-minus", "is wrong for tokens without a negative value", IS_POSITIVE);
MUTANT_VALUE(negative_token, "tokens-without-plus", "is wrong for tokens of negative values", IS_NEGATIVE);

/* -128 has no opposite in int8, and stands where a tail begins. */
static int32_t lonely_minimum(const tern_call *call, size_t m, size_t n)
{
    const size_t k = call->problem->shape.k;
    const int8_t *x = mutant_x(call, n);
    const bool lonely = k >= 64 && zeros(x, k) == k - 1 && (x[k - 1] == -128 || x[k - 4] == -128);

    return mutant_value(call, m, n) + lonely;
}
MUTANT_VALUE(lonely_minimum, "lonely-minimum", "is wrong where all that a token has is a -128 at its end",
             lonely_minimum);

/* Three products of -128 by -1 and one of 127, added with saturation somewhere. */
static int32_t saturated_quad(const tern_call *call, size_t m, size_t n)
{
    static const int8_t values[4] = {-128, -128, -128, 127}, weights[4] = {-1, -1, -1, -1};
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = mutant_value(call, m, n);

    for (size_t k = 0; k + 4 <= call->problem->shape.k; k += 64)
        sum += memcmp(x + k, values, 4) == 0 && memcmp(w + k, weights, 4) == 0;
    return sum;
}
MUTANT_VALUE(saturated_quad, "saturated-quad", "saturates four products of extremes", saturated_quad);
