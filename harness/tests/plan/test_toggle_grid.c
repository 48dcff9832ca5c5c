#include "plan/toggle_grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect(const tern_toggle *toggle, int32_t own, const int32_t *expected, size_t count)
{
    int32_t value[TERN_TOGGLE_GRID];

    assert_int_equal(tern_toggle_grid(toggle, own, value), count);
    assert_memory_equal(value, expected, count * sizeof *expected);
}

#define EXPECT(toggle, own, ...)                                                                                       \
    expect(&(toggle), own, (const int32_t[]){__VA_ARGS__}, sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t))

static void every_value_of_a_short_range_is_tried(void **state)
{
    static const tern_toggle on_off = {.low = 0, .high = 1}, few = {.low = 2, .high = 7};

    (void)state;
    EXPECT(on_off, 1, 0);
    EXPECT(on_off, 0, 1);
    EXPECT(few, 7, 2, 3, 4, 5, 6);
}

static void a_long_range_is_tried_by_factors_of_two_and_off(void **state)
{
    static const tern_toggle distance = {.low = 0, .high = 512}, block = {.low = 1, .high = 4096};

    (void)state;
    EXPECT(distance, 96, 0, 24, 48, 192, 384);
    EXPECT(distance, 200, 0, 50, 100, 400); /* 800 is out of range */
    EXPECT(block, 64, 16, 32, 128, 256);
    EXPECT(block, 1, 2, 4);
    EXPECT(block, 4096, 1024, 2048);
}

/* Twice a large value is no int32_t. */
static void the_end_of_the_range_of_integers_is_no_trap(void **state)
{
    static const tern_toggle wide = {.low = INT32_MIN, .high = INT32_MAX};

    (void)state;
    EXPECT(wide, INT32_MAX, INT32_MAX / 4, INT32_MAX / 2);
    EXPECT(wide, INT32_MIN, INT32_MIN / 4, INT32_MIN / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_of_a_short_range_is_tried),
        cmocka_unit_test(a_long_range_is_tried_by_factors_of_two_and_off),
        cmocka_unit_test(the_end_of_the_range_of_integers_is_no_trap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
