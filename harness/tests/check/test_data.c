/*
 * The data of a case are a function of it, have the range and the share of zeros that they should, and the oracle is
 * right about them.
 */
#include "check/data.h"
#include "check/oracle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { M = 301, K = 257, N = 5 };

static const tern_shape shape = {M, K, N};
static int8_t w[M * K], other_w[M * K], x[N * K], other_x[N * K];

static void the_same_seed_gives_the_same_data(void **state)
{
    const tern_data data = {.p0 = 0.42, .seed = 7};

    (void)state;
    tern_data_fill_w(&data, shape, w);
    tern_data_fill_w(&data, shape, other_w);
    assert_memory_equal(w, other_w, sizeof w);
    tern_data_fill_x(&data, shape, x);
    tern_data_fill_x(&data, shape, other_x);
    assert_memory_equal(x, other_x, sizeof x);
}

static void another_seed_gives_other_data(void **state)
{
    const tern_data data = {.p0 = 0.42, .seed = 7}, other = {.p0 = 0.42, .seed = 8};

    (void)state;
    tern_data_fill_w(&data, shape, w);
    tern_data_fill_w(&other, shape, other_w);
    assert_memory_not_equal(w, other_w, sizeof w);
    tern_data_fill_x(&data, shape, x);
    tern_data_fill_x(&other, shape, other_x);
    assert_memory_not_equal(x, other_x, sizeof x);
}

/* Counts lie within five standard deviations of what chance allows. */
static void assert_share(size_t count, size_t of, double share)
{
    const double deviation = sqrt((double)of * share * (1.0 - share));

    assert_true(fabs((double)count - share * (double)of) <= 5.0 * deviation);
}

static void zeros_have_their_share_and_signs_are_even(void **state)
{
    static const double shares[] = {0.0, 0.33, 0.42, 0.85, 1.0};

    (void)state;
    for (size_t s = 0; s < sizeof shares / sizeof *shares; s++) {
        const tern_data data = {.p0 = shares[s], .seed = 3};
        size_t zeros = 0, ones = 0;
        tern_data_fill_w(&data, shape, w);
        for (size_t i = 0; i < sizeof w; i++) {
            assert_in_range(w[i] + 1, 0, 2);
            zeros += w[i] == 0;
            ones += w[i] == 1;
        }
        assert_share(zeros, sizeof w, shares[s]);
        assert_share(ones, sizeof w, 0.5 * (1.0 - shares[s]));
    }
}

static void random_x_takes_every_value(void **state)
{
    const tern_data data = {.seed = 3};
    int seen[256] = {0};
    int8_t *many = malloc(1 << 16);

    (void)state;
    assert_non_null(many);
    tern_data_fill_x(&data, (tern_shape){1, 1 << 16, 1}, many);
    for (size_t i = 0; i < 1 << 16; i++)
        seen[many[i] + 128]++;
    for (int i = 0; i < 256; i++)
        assert_share((size_t)seen[i], 1 << 16, 1.0 / 256.0);
    free(many);
}

/* So that a product with K such tokens is W, up to what each column was multiplied with. */
static void one_hot_tokens_take_every_column_once(void **state)
{
    static const tern_shape shapes[] = {{1, 1, 1}, {1, 7, 7}, {1, 64, 64}, {1, 8, 16}, {1, 9, 4}};
    const tern_data data = {.x = TERN_X_ONEHOT};

    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const size_t k_end = shapes[s].k, tokens = shapes[s].n;
        int8_t hot[64 * 64];
        size_t used = 0;
        tern_data_fill_x(&data, shapes[s], hot);
        for (size_t k = 0; k < k_end; k++) {
            size_t times = 0;
            for (size_t n = 0; n < tokens; n++)
                times += hot[n * k_end + k] != 0;
            assert_in_range(times, tokens / k_end, (tokens + k_end - 1) / k_end);
            used += times;
        }
        assert_int_equal(used, tokens);
    }
}

static size_t count_zeros(const int8_t *values, size_t count)
{
    size_t zeros = 0;

    for (size_t i = 0; i < count; i++)
        zeros += values[i] == 0;
    return zeros;
}

/* How many of the values of two rows differ. */
static size_t count_differences(const int8_t *a, const int8_t *b, size_t count)
{
    size_t different = 0;

    for (size_t i = 0; i < count; i++)
        different += a[i] != b[i];
    return different;
}

static void every_w_is_made_of_trits(void **state)
{
    (void)state;
    for (tern_w_pattern pattern = TERN_W_RANDOM; pattern <= TERN_W_COUNT; pattern++) {
        const tern_data data = {.w = pattern, .p0 = 0.42, .seed = 3};
        tern_data_fill_w(&data, shape, w);
        for (size_t i = 0; i < sizeof w; i++)
            assert_in_range(w[i] + 1, 0, 2);
    }
}

static void structured_w_has_its_structure(void **state)
{
    static bool seen[6561];
    static int8_t every[81 * 648];
    tern_data data = {.w = TERN_W_MIXED, .p0 = 0.42, .seed = 3};

    (void)state;
    tern_data_fill_w(&data, shape, w);
    assert_int_equal(count_zeros(w + 1 * K, K), 0);
    assert_int_equal(count_zeros(w + 3 * K, K), K);
    data.w = TERN_W_NEAR;
    tern_data_fill_w(&data, shape, w);
    for (size_t m = 1; m < M; m++)
        assert_int_equal(count_differences(w, w + m * K, K), 1);
    data.w = TERN_W_COUNT;
    tern_data_fill_w(&data, (tern_shape){81, 648, 1}, every);
    for (size_t i = 0; i < sizeof every; i += 8) {
        size_t pattern = 0;
        for (size_t j = 0; j < 8; j++)
            pattern = 3 * pattern + (size_t)(every[i + j] + 1);
        seen[pattern] = true;
    }
    for (size_t i = 0; i < sizeof seen; i++)
        assert_true(seen[i]);
    data.w = TERN_W_BLOCKS;
    tern_data_fill_w(&data, shape, w);
    for (size_t k = 0; k < 256; k++) /* row 5 is made of runs of 256, or of zeros */
        assert_true(w[5 * K + k] == 0 || w[5 * K + k] == w[5 * K + k / 64 * 64]);
}

static void structured_x_has_its_structure(void **state)
{
    tern_data data = {.x = TERN_X_RELU2, .seed = 3};

    (void)state;
    tern_data_fill_x(&data, shape, x);
    for (size_t i = 0; i < sizeof x; i++)
        assert_true(x[i] >= 0);
    assert_in_range(count_zeros(x, sizeof x), sizeof x / 2, sizeof x * 2 / 3);
    data.x = TERN_X_SPARSE;
    for (size_t k = 100; k < 100 + 9; k++) {
        tern_data_fill_x(&data, (tern_shape){1, k, 1}, x);
        assert_in_range(count_zeros(x, k), 1, k - 1);
    }
    data.x = TERN_X_BLOCKS;
    tern_data_fill_x(&data, shape, x);
    assert_int_equal(count_zeros(x + 4 * K, K), K);
    data.x = TERN_X_NEAR;
    tern_data_fill_x(&data, shape, x);
    for (size_t n = 1; n < N; n++)
        assert_int_equal(count_differences(x, x + n * K, K), 1);
}

/* Against the definition, written down once more. */
static void the_oracle_is_the_definition(void **state)
{
    const tern_data data = {.p0 = 0.42, .seed = 5};
    static int32_t y[N * M];

    (void)state;
    tern_data_fill_w(&data, shape, w);
    tern_data_fill_x(&data, shape, x);
    assert_int_equal(tern_oracle_fill(shape, w, x, y, NULL), TERN_OK);
    for (size_t n = 0; n < N; n++)
        for (size_t m = 0; m < M; m++) {
            long long sum = 0;
            for (size_t k = 0; k < K; k++)
                sum += (long long)x[n * K + k] * w[m * K + k];
            assert_int_equal(y[n * M + m], sum);
        }
}

static void the_oracle_holds_at_the_largest_k(void **state)
{
    const tern_shape longest = {1, TERN_MAX_K, 1};
    int8_t *ones = malloc(longest.k), *least = malloc(longest.k);
    int32_t y;

    (void)state;
    assert_non_null(ones);
    assert_non_null(least);
    memset(ones, 1, longest.k);
    memset(least, -128, longest.k);
    assert_int_equal(tern_oracle_fill(longest, ones, least, &y, NULL), TERN_OK);
    assert_int_equal(y, -128 * (int)TERN_MAX_K);
    free(least);
    free(ones);
}

static void threads_change_nothing(void **state)
{
    const tern_shape large = {700, 1001, 64}; /* enough for two threads */
    const tern_data data = {.p0 = 0.42, .seed = 9};
    int8_t *a = malloc(large.m * large.k), *b = malloc(large.n * large.k);
    int32_t *y = malloc(large.m * large.n * sizeof *y), *row = malloc(large.n * sizeof *row);

    (void)state;
    assert_true(a != NULL && b != NULL && y != NULL && row != NULL);
    tern_data_fill_w(&data, large, a);
    tern_data_fill_x(&data, large, b);
    assert_int_equal(tern_oracle_fill(large, a, b, y, NULL), TERN_OK);
    for (size_t m = 0; m < large.m; m++) {
        const tern_shape one = {1, large.k, large.n};
        assert_int_equal(tern_oracle_fill(one, a + m * large.k, b, row, NULL), TERN_OK);
        for (size_t n = 0; n < large.n; n++)
            assert_int_equal(y[n * large.m + m], row[n]);
    }
    free(row);
    free(y);
    free(b);
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_data),
        cmocka_unit_test(another_seed_gives_other_data),
        cmocka_unit_test(zeros_have_their_share_and_signs_are_even),
        cmocka_unit_test(random_x_takes_every_value),
        cmocka_unit_test(every_w_is_made_of_trits),
        cmocka_unit_test(structured_w_has_its_structure),
        cmocka_unit_test(structured_x_has_its_structure),
        cmocka_unit_test(one_hot_tokens_take_every_column_once),
        cmocka_unit_test(the_oracle_is_the_definition),
        cmocka_unit_test(the_oracle_holds_at_the_largest_k),
        cmocka_unit_test(threads_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
