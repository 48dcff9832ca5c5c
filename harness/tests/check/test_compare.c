/*
 * Y is compared value by value, and the pattern of what differs is put into words. The mutants show the hints on
 * kernels; here stand the figures, and what must not be said.
 */
#include "check/compare.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { M = 40, K = 24, N = 6, UNTOUCHED = 0x5A5A5A5A };

static int8_t w[M * K], x[N * K];
static int32_t expected[N * M], got[N * M];

static const tern_answer answer = {
    .shape = {M, K, N}, .w = w, .x = x, .expected = expected, .got = got, .untouched = UNTOUCHED};

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof w; i++)
        w[i] = (int8_t)((int)(i * i * 7 % 31 % 3) - 1);
    for (size_t i = 0; i < sizeof x; i++)
        x[i] = (int8_t)((int)(i * 37 % 251) - 125);
    for (size_t i = 0; i < N * M; i++) {
        expected[i] = 0;
        for (size_t k = 0; k < K; k++)
            expected[i] += x[i / M * K + k] * w[i % M * K + k];
    }
    memcpy(got, expected, sizeof got);
    return 0;
}

static void equal_is_exact(void **state)
{
    tern_finding finding;

    (void)state;
    tern_compare(&answer, &finding);
    assert_int_equal(finding.verdict, TERN_EXACT);
    assert_int_equal(finding.values, N * M);
    assert_int_equal(finding.mismatches, 0);
    assert_string_equal(finding.hint, "");
}

static void differences_are_counted_and_measured(void **state)
{
    tern_finding finding;
    double size = 0.0;

    (void)state;
    for (size_t i = 0; i < N * M; i++)
        size += (double)expected[i] * expected[i];
    got[3] += 3;
    got[2 * M + 5] -= 4;
    tern_compare(&answer, &finding);
    assert_int_equal(finding.verdict, TERN_MISMATCH);
    assert_int_equal(finding.mismatches, 2);
    assert_int_equal(finding.max_abs, 4);
    assert_true(fabs(finding.relative_l2 - 5.0 / sqrt(size)) < 1e-12);
    assert_int_equal(finding.differences, 2);
    assert_int_equal(finding.difference[1].n, 2);
    assert_int_equal(finding.difference[1].m, 5);
    assert_int_equal(finding.difference[1].expected - finding.difference[1].got, 4);
}

static void the_largest_difference_does_not_overflow(void **state)
{
    tern_finding finding;

    (void)state;
    expected[0] = INT32_MAX;
    got[0] = INT32_MIN;
    tern_compare(&answer, &finding);
    assert_int_equal(finding.max_abs, UINT32_MAX);
}

static void hint_is(const char *words)
{
    tern_finding finding;

    tern_compare(&answer, &finding);
    if (strstr(finding.hint, words) == NULL)
        fail_msg("expected a hint with '%s', got '%s'", words, finding.hint);
}

static void places_are_told(void **state)
{
    (void)state;
    got[4 * M + 9] += 1;
    hint_is("only row 9; only token 4");
    got[5 * M + 17] += 2;
    hint_is("only rows 9, 17, ... up to 17; only tokens from 4 on");
    got[3 * M + 12] += 3;
    hint_is("only rows 9 to 17; only tokens from 3 on");
    got[4 * M + M - 1] += 4;
    hint_is("only rows from 9 on");
}

static void a_place_may_be_found_in_any_order(void **state)
{
    (void)state;
    got[0 * M + 32] += 1;
    got[1 * M + 20] += 1;
    got[2 * M + 8] += 1;
    hint_is("only rows 8, 20, ... up to 32; only tokens 0 to 2");
}

static void nothing_is_said_of_noise(void **state)
{
    tern_finding finding;

    (void)state;
    for (size_t i = 0; i < N * M; i++)
        got[i] += (int32_t)(i * 2654435761u % 7) - 3;
    tern_compare(&answer, &finding);
    assert_int_equal(finding.verdict, TERN_MISMATCH);
    assert_string_equal(finding.hint, "");
}

static void w_read_across_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < N * M; i++) {
        got[i] = 0;
        for (size_t k = 0; k < K; k++)
            got[i] += x[i / M * K + k] * w[k * M + i % M];
    }
    hint_is("W is read as [K][M]");
}

static void y_of_zeros_is_told(void **state)
{
    (void)state;
    memset(got, 0, sizeof got);
    hint_is("Y is zero");
}

static void the_width_of_a_sum_is_told(void **state)
{
    (void)state;
    got[4 * M + 9] += 3 << 24;
    got[5 * M + 17] -= 1 << 24;
    hint_is("24-bit sums overflow");
    got[3 * M + 12] += 1 << 16;
    hint_is("16-bit sums overflow");
}

/* Leaves out the last three columns. */
static void cut(size_t n, size_t m)
{
    for (size_t k = K - 3; k < K; k++)
        got[n * M + m] -= x[n * K + k] * w[m * K + k];
}

/* Where four values could have lost them, and two have, something else took as much from those two. */
static void a_tail_is_missing_from_all_or_none(void **state)
{
    tern_finding finding;

    (void)state;
    cut(4, 9);
    cut(5, 18);
    tern_compare(&answer, &finding);
    assert_int_equal(finding.mismatches, 2);
    assert_null(strstr(finding.hint, "columns"));
    cut(4, 18);
    cut(5, 9);
    hint_is("missing is the last columns of K");
}

static void only_what_a_float_holds_is_rounded_as_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < N * M; i++)
        got[i] = expected[i] = (1 << 26) + 1;
    got[7] -= 1;
    hint_is("rounded as floats");
    got[8] += 1;
    hint_is("only rows 7 to 8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(equal_is_exact, set_up),
        cmocka_unit_test_setup(differences_are_counted_and_measured, set_up),
        cmocka_unit_test_setup(the_largest_difference_does_not_overflow, set_up),
        cmocka_unit_test_setup(places_are_told, set_up),
        cmocka_unit_test_setup(a_place_may_be_found_in_any_order, set_up),
        cmocka_unit_test_setup(nothing_is_said_of_noise, set_up),
        cmocka_unit_test_setup(w_read_across_is_told, set_up),
        cmocka_unit_test_setup(y_of_zeros_is_told, set_up),
        cmocka_unit_test_setup(the_width_of_a_sum_is_told, set_up),
        cmocka_unit_test_setup(a_tail_is_missing_from_all_or_none, set_up),
        cmocka_unit_test_setup(only_what_a_float_holds_is_rounded_as_one, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
