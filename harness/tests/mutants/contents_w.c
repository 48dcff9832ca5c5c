/*
 * Wrong for some weights only: what a format, a path for sparse or for equal weights, or a check for rows that repeat
 * gets wrong, where random weights of one density never look.
 */
#include "mutant.h"

#include <stdbool.h>
#include <string.h>

enum { BLOCK = 64 };

static size_t nonzeros(const int8_t *w, size_t count)
{
    size_t found = 0;

    for (size_t k = 0; k < count; k++)
        found += w[k] != 0;
    return found;
}

static bool all_are(const int8_t *w, size_t count, int8_t value)
{
    for (size_t k = 0; k < count; k++)
        if (w[k] != value)
            return false;
    return true;
}

static bool constant(const int8_t *w, size_t count)
{
    return all_are(w, count, w[0]);
}

static int32_t dot(const int8_t *w, const int8_t *x, size_t count)
{
    int32_t sum = 0;

    for (size_t k = 0; k < count; k++)
        sum += x[k] * w[k];
    return sum;
}

/* Blocks of zeros are left out of the packed form, and the index of those that follow is one too high. */
static int32_t skips_zero_block(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = mutant_value(call, m, n);

    for (size_t k = 0; k + 2 * BLOCK <= k_end; k += BLOCK)
        if (all_are(w + k, BLOCK, 0))
            sum -= dot(w + k + BLOCK, x + k + BLOCK, BLOCK);
    return sum;
}
MUTANT_VALUE(skips_zero_block, "zero-block-skips-next", "skips the block of W after one of 64 zeros", skips_zero_block);

/* The same, where a whole tile of 16 rows by 32 columns is zero. */
static int32_t skips_zero_tile(const tern_call *call, size_t m, size_t n)
{
    enum { ROWS = 16, COLUMNS = 32 };
    const tern_shape shape = call->problem->shape;
    int32_t sum = mutant_value(call, m, n);

    if (m / ROWS == shape.m / ROWS)
        return sum;
    for (size_t k = 0; k + 2 * COLUMNS <= shape.k; k += COLUMNS) {
        bool zero = true;
        for (size_t row = m / ROWS * ROWS; zero && row < (m / ROWS + 1) * ROWS; row++)
            zero = all_are(mutant_w(call, row) + k, COLUMNS, 0);
        if (zero)
            sum -= dot(mutant_w(call, m) + k + COLUMNS, mutant_x(call, n) + k + COLUMNS, COLUMNS);
    }
    return sum;
}
MUTANT_VALUE(skips_zero_tile, "zero-tile-skips-next", "skips the tile of W after one that is zero", skips_zero_tile);

/* A row of zeros is passed over before its answer is stored. */
static void run_passes_over(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t m = rows.begin; m < rows.end; m++) {
        if (m > 0 && all_are(mutant_w(call, m), shape.k, 0) && !all_are(mutant_w(call, m - 1), shape.k, 0))
            continue;
        for (size_t n = 0; n < shape.n; n++)
            call->y[n * shape.m + m] = mutant_value(call, m, n);
    }
}
MUTANT(zero_row, "zero-row-among-others", "does not store the answer of a row of zeros after another", run_passes_over);

/* Rows of few nonzeros are kept as a list of them. */
#define IS_SPARSE(share) (nonzeros(mutant_w(call, m), shape.k) * (share) <= shape.k && shape.k >= 64)

MUTANT_LOSES(sparse_tenth, "sparse-rows-lose-one", "loses the last column of rows with a tenth of nonzeros, or fewer",
             IS_SPARSE(10));

/* The distance to the next nonzero is kept in a byte. */
static int32_t far_nonzeros(const tern_call *call, size_t m, size_t n)
{
    const tern_shape shape = call->problem->shape;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;
    size_t previous = 0, at = 0;

    if (!IS_SPARSE(25))
        return mutant_value(call, m, n);
    for (size_t k = 0; k < shape.k; k++)
        if (w[k] != 0) {
            at += (uint8_t)(k - previous);
            sum += w[k] * x[at];
            previous = k;
        }
    return sum;
}
MUTANT_VALUE(far_nonzeros, "sparse-gaps-of-8-bits", "keeps gaps of very sparse rows in 8 bits", far_nonzeros);

/* The number of nonzeros of the first row is taken for all, twice as many being the most that fit. */
static int32_t like_first(const tern_call *call, size_t m, size_t n)
{
    const tern_shape shape = call->problem->shape;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    const size_t room = 2 * nonzeros(mutant_w(call, 0), shape.k) + 8;
    size_t taken = 0;
    int32_t sum = 0;

    for (size_t k = 0; k < shape.k && taken < room; k++)
        if (w[k] != 0) {
            sum += w[k] * x[k];
            taken++;
        }
    return sum;
}
MUTANT_VALUE(like_first, "room-by-first-row", "has room for twice the nonzeros of the first row", like_first);

/* Rows without a zero have a format of one bit a weight. */
MUTANT_LOSES(dense_row, "rows-without-zeros", "loses a column of rows that are not constant and have no zero",
             nonzeros(mutant_w(call, m), shape.k) == shape.k && shape.k >= 100 &&
                 !constant(mutant_w(call, m), shape.k));
MUTANT_LOSES(denser_than, "nearly-dense-rows", "loses a column of rows in which 1 to 6 % of many weights are zero",
             shape.k >= 100 && nonzeros(mutant_w(call, m), shape.k) * 100 >= 94 * shape.k &&
                 nonzeros(mutant_w(call, m), shape.k) * 100 <= 99 * shape.k);

/* The length of a run has four bits. */
static int32_t short_runs(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;
    size_t run = 0;

    if (constant(w, k_end))
        return mutant_value(call, m, n);
    for (size_t k = 0; k < k_end; k++) {
        run = k > 0 && w[k] == w[k - 1] ? run + 1 : 1;
        sum += w[k] * (run == 16 ? 0 : x[k]);
    }
    return sum;
}
MUTANT_VALUE(short_runs, "runs-of-15", "loses the sixteenth of a run of equal weights", short_runs);

/* 32 weights in a word of two bits each, and one word is an escape code. */
static int32_t escapes(const tern_call *call, size_t m, size_t n)
{
    enum { WORD = 32 };
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = mutant_value(call, m, n);

    for (size_t k = 0; k + WORD <= k_end && !constant(w, k_end); k += WORD)
        if (all_are(w + k, WORD, -1))
            sum -= dot(w + k, x + k, WORD);
    return sum;
}
MUTANT_VALUE(escapes, "word-of-minus-ones", "takes 32 weights of -1 for an escape code", escapes);

/* A code of one nonzero in a group of 16 stands in a table that ends too early. */
static int32_t lonely(const tern_call *call, size_t m, size_t n)
{
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = mutant_value(call, m, n);

    for (size_t k = 0; k + MUTANT_GROUP <= k_end; k += MUTANT_GROUP)
        if (w[k + MUTANT_GROUP - 1] == -1 && nonzeros(w + k, MUTANT_GROUP) == 1)
            sum += 2 * x[k + MUTANT_GROUP - 1];
    return sum;
}
MUTANT_VALUE(lonely, "group-of-one-weight", "has the sign wrong of a -1 that ends 15 zeros", lonely);

/* A block of equal weights is w times the sum of X, which is kept in int8. */
static int32_t dot_in_8_bits(const int8_t *w, const int8_t *x, size_t count)
{
    int8_t sum = 0;

    for (size_t k = 0; k < count; k++)
        sum = (int8_t)(sum + x[k]);
    return w[0] * sum;
}

static int32_t equal_blocks(const tern_call *call, size_t m, size_t n)
{
    enum { EQUAL = 32 };
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = mutant_value(call, m, n);

    for (size_t k = 0; k + EQUAL <= k_end && !constant(w, k_end); k += EQUAL)
        if (constant(w + k, EQUAL))
            sum += dot_in_8_bits(w + k, x + k, EQUAL) - dot(w + k, x + k, EQUAL);
    return sum;
}
MUTANT_VALUE(equal_blocks, "block-of-equal-weights", "adds X for 32 equal weights in int8", equal_blocks);

/* The sum of a block of 128 weights is kept in int8. */
static int32_t block_sums(const tern_call *call, size_t m, size_t n)
{
    enum { LARGE = 128 };
    const size_t k_end = call->problem->shape.k;
    const int8_t *w = mutant_w(call, m);
    int32_t sum = mutant_value(call, m, n);

    for (size_t k = 0; k + LARGE <= k_end && !constant(w, k_end); k += LARGE)
        if (all_are(w + k, LARGE, 1))
            sum += 256;
    return sum;
}
MUTANT_VALUE(block_sums, "block-sums-of-8-bits", "keeps sums of 128 weights in int8", block_sums);

/* A row that repeats the one before has its answer; but not all of it is compared. */
#define MUTANT_REPEATS(symbol, its_name, its_summary, same)                                                            \
    static int32_t value_##symbol(const tern_call *call, size_t m, size_t n)                                           \
    {                                                                                                                  \
        const size_t k = call->problem->shape.k;                                                                       \
        const int8_t *w = mutant_w(call, m), *before = m > 0 ? w - k : w;                                              \
        return mutant_value(call, k >= BLOCK && (same) ? m - (m > 0) : m, n);                                          \
    }                                                                                                                  \
    MUTANT_VALUE(symbol, its_name, its_summary, value_##symbol)

MUTANT_REPEATS(w_repeats_prefix, "row-repeats-by-prefix", "takes rows for equal whose first 48 weights are",
               memcmp(w, before, 48) == 0);
MUTANT_REPEATS(w_repeats_suffix, "row-repeats-by-suffix", "takes rows for equal whose last 48 weights are",
               memcmp(w + k - 48, before + k - 48, 48) == 0);

static size_t equal_at_even(const int8_t *w, const int8_t *before, size_t count)
{
    size_t equal = 0;

    for (size_t k = 0; k < count; k += 2)
        equal += w[k] == before[k];
    return equal;
}
MUTANT_REPEATS(w_repeats_sampled, "row-repeats-by-sample", "takes rows for equal whose even columns are",
               equal_at_even(w, before, k) == (k + 1) / 2);

/* A table of all patterns of twelve weights, one entry of which is wrong. */
static int32_t one_pattern(const tern_call *call, size_t m, size_t n)
{
    static const int8_t pattern[12] = {1, 0, -1, -1, 1, 1, -1, 0, 1, -1, 0, 0};
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = mutant_value(call, m, n);

    for (size_t k = 0; k + sizeof pattern <= call->problem->shape.k; k += sizeof pattern)
        if (memcmp(w + k, pattern, sizeof pattern) == 0)
            sum += x[k];
    return sum;
}
MUTANT_VALUE(one_pattern, "one-of-531441-patterns", "is wrong for one pattern of twelve weights", one_pattern);

/* A row is taken for empty whose last weight is the only one. */
static int32_t misses_last(const tern_call *call, size_t m, size_t n)
{
    const size_t k = call->problem->shape.k;

    return k > 100 && nonzeros(mutant_w(call, m), k - 1) == 0 ? 0 : mutant_value(call, m, n);
}
MUTANT_VALUE(misses_last, "row-of-a-last-weight", "takes a row for empty without a look at its last weight",
             misses_last);
