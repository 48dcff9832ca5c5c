/*
 * X of timed calls: each call has another one, none strays far from the case's own, and all are aligned.
 */
#include "measure/inputs.h"

#include "measure/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CALLS = 200, MOST_VALUES = 9000 };

static size_t differences(const int8_t *a, const int8_t *b, size_t values)
{
    size_t count = 0;

    for (size_t i = 0; i < values; i++)
        count += a[i] != b[i];
    return count;
}

static int8_t *some_x(size_t values)
{
    static int8_t x[MOST_VALUES];

    for (size_t i = 0; i < values; i++)
        x[i] = (int8_t)(i * i % 251);
    return x;
}

static void each_x_differs_in_one_value(void **state)
{
    static const size_t sizes[] = {1, 5, 64, 1500, MOST_VALUES};

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const int8_t *x = some_x(sizes[s]);
        tern_inputs inputs;
        bool moves = false;
        assert_int_equal(tern_inputs_new(&inputs, x, sizes[s], tern_inputs_usual, 1, 0, 1, NULL), TERN_OK);
        for (uint32_t call = 0; call < CALLS; call++) {
            const size_t before = inputs.changed[inputs.at];
            const int8_t *next = tern_inputs_next(&inputs);
            assert_ptr_equal(next, inputs.slot[inputs.at]);
            assert_int_equal(differences(next, x, sizes[s]), 1);
            moves = moves || inputs.changed[inputs.at] != before;
        }
        assert_true(moves || sizes[s] == 1);
        tern_inputs_free(&inputs);
    }
}

static void a_period_leaves_x_alone_in_between(void **state)
{
    enum { VALUES = 300 };
    int8_t before[VALUES];
    tern_inputs inputs;
    uint32_t changes = 0;

    (void)state;
    assert_int_equal(tern_inputs_new(&inputs, some_x(VALUES), VALUES, tern_inputs_usual, 1, 0, 1, NULL), TERN_OK);
    tern_inputs_set_period(&inputs, TERN_INPUTS_SELDOM);
    for (uint32_t call = 0; call < TERN_INPUTS_SELDOM * CALLS; call++) {
        const uint32_t next = (inputs.at + 1) % inputs.slots;
        memcpy(before, inputs.slot[next], VALUES);
        changes += differences(tern_inputs_next(&inputs), before, VALUES) > 0;
    }
    assert_int_equal(changes, CALLS);
    for (uint32_t slot = 0; slot < inputs.slots; slot++)
        assert_int_equal(differences(inputs.slot[slot], inputs.x, VALUES), 1);
    tern_inputs_free(&inputs);
}

static int by_value(const void *a, const void *b)
{
    return *(const int8_t *)a - *(const int8_t *)b;
}

/* What is measured stays what was asked for: the same values, elsewhere. */
static void a_renewed_x_has_the_same_values(void **state)
{
    enum { VALUES = 300 };
    const int8_t *x = some_x(VALUES);
    int8_t sorted[VALUES], expected[VALUES];
    tern_inputs inputs;

    (void)state;
    memcpy(expected, x, VALUES);
    qsort(expected, VALUES, 1, by_value);
    assert_int_equal(tern_inputs_new(&inputs, x, VALUES, tern_inputs_usual, 1, 0, 1, NULL), TERN_OK);
    for (uint32_t i = 0; i < CALLS; i++) {
        tern_inputs_next(&inputs);
        tern_inputs_renew(&inputs);
        for (uint32_t slot = 0; slot < inputs.slots; slot++) {
            memcpy(sorted, inputs.slot[slot], VALUES);
            qsort(sorted, VALUES, 1, by_value);
            assert_memory_equal(sorted, expected, VALUES);
        }
    }
    assert_true(differences(inputs.slot[0], x, VALUES) > VALUES / 2);
    tern_inputs_next(&inputs);
    tern_inputs_next(&inputs);
    tern_inputs_free(&inputs);
}

/*
 * Whatever the harness did to X is known; what another does to one value of it is seen in its token and nowhere else.
 */
static void a_write_to_x_is_seen(void **state)
{
    enum { TOKEN = 60, TOKENS = 5, VALUES = TOKEN * TOKENS };
    tern_inputs inputs;

    (void)state;
    assert_int_equal(tern_inputs_new(&inputs, some_x(VALUES), VALUES, tern_inputs_usual, 1, 0, 1, NULL), TERN_OK);
    for (uint32_t call = 0; call < 10 * CALLS; call++) {
        if (call % 7 == 0)
            tern_inputs_renew(&inputs);
        if (call % 50 == 0)
            tern_inputs_set_period(&inputs, call % 100 == 0 ? 1 : TERN_INPUTS_SELDOM);
        tern_inputs_next(&inputs);
        assert_true(tern_inputs_are_whole(&inputs, 0, VALUES));
        const size_t at = call * 31 % VALUES;
        inputs.slot[inputs.at][at] ^= 0x10;
        for (size_t token = 0; token < TOKENS; token++)
            assert_int_equal(tern_inputs_are_whole(&inputs, token * TOKEN, TOKEN), at / TOKEN != token);
        inputs.slot[inputs.at][at] ^= 0x10;
    }
    tern_inputs_free(&inputs);
}

static void slots_are_placed_as_asked(void **state)
{
    static const size_t aligns[] = {1, 64, 256, 4096}, offsets[] = {0, 64, 1024, 4032};

    (void)state;
    for (size_t i = 0; i < sizeof aligns / sizeof *aligns; i++)
        for (size_t j = 0; j < sizeof offsets / sizeof *offsets; j++) {
            tern_inputs inputs;
            assert_int_equal(
                tern_inputs_new(&inputs, some_x(100), 100, tern_inputs_usual, aligns[i], offsets[j], 1, NULL), TERN_OK);
            for (uint32_t slot = 0; slot < inputs.slots; slot++)
                assert_int_equal((uintptr_t)inputs.slot[slot] % aligns[i], 0);
            if (offsets[j] % aligns[i] == 0)
                assert_int_equal((uintptr_t)inputs.slot[0] % TERN_SMALL_PAGE, offsets[j]);
            tern_inputs_free(&inputs);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_x_differs_in_one_value),     cmocka_unit_test(a_period_leaves_x_alone_in_between),
        cmocka_unit_test(a_renewed_x_has_the_same_values), cmocka_unit_test(a_write_to_x_is_seen),
        cmocka_unit_test(slots_are_placed_as_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
