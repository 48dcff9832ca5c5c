/*
 * A projection holds for the right Y alone.
 */
#include "check/projection.h"

#include "check/data.h"
#include "check/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { M = 37, K = 65, N = 3 };

static const tern_shape shape = {.m = M, .k = K, .n = N};

static void the_right_y_holds_and_no_other(void **state)
{
    const tern_data data = {.w = TERN_W_RANDOM, .x = TERN_X_RANDOM, .p0 = 0.42, .seed = 1};
    static const int32_t errors[] = {1, -1, 1 << 16, INT32_MIN};
    static int8_t w[M * K], x[N * K];
    static int32_t y[N * M];
    tern_projection projection;

    (void)state;
    tern_data_fill_w(&data, shape, w);
    tern_data_fill_x(&data, shape, x);
    assert_int_equal(tern_oracle_fill(shape, w, x, y, NULL), TERN_OK);
    for (uint64_t seed = 0; seed < 3; seed++) {
        assert_int_equal(tern_projection_new(&projection, shape, w, seed, NULL), TERN_OK);
        for (size_t i = 0; i < N * M; i++) {
            const size_t n = i / M;
            assert_true(tern_projection_holds(&projection, x + n * K, y + n * M));
            for (size_t e = 0; e < sizeof errors / sizeof *errors; e++) {
                const int32_t right = y[i];
                y[i] = (int32_t)((uint32_t)right + (uint32_t)errors[e]);
                assert_false(tern_projection_holds(&projection, x + n * K, y + n * M));
                y[i] = right;
            }
        }
        assert_false(tern_projection_holds(&projection, x, y + M));
        tern_projection_free(&projection);
    }
}

/* Two values that are exchanged leave every sum of Y as it is. */
static void values_must_be_in_their_places(void **state)
{
    static const int8_t w[4] = {1, 0, 0, 1}, x[2] = {3, 5};
    static const tern_shape two = {.m = 2, .k = 2, .n = 1};
    static const int32_t right[2] = {3, 5}, exchanged[2] = {5, 3};
    tern_projection projection;

    (void)state;
    assert_int_equal(tern_projection_new(&projection, two, w, 1, NULL), TERN_OK);
    assert_true(tern_projection_holds(&projection, x, right));
    assert_false(tern_projection_holds(&projection, x, exchanged));
    tern_projection_free(&projection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_y_holds_and_no_other),
        cmocka_unit_test(values_must_be_in_their_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
