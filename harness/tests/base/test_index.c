/*
 * An index gives back every place of a hash, in order, and no other, however many share it.
 */
#include "base/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { PLACES = 10000, HASHES = 97 };

static void an_empty_one_has_nothing(void **state)
{
    const tern_index index = {0};
    size_t cursor = 0, place;

    (void)state;
    assert_false(tern_index_next(&index, 7, &cursor, &place));
}

/* Hashes that end alike fill neighbouring slots, and the last slots go on at the first. */
static void gives_back_all_places_of_a_hash_in_order(void **state)
{
    static const uint64_t spread[] = {1, UINT64_C(1) << 32, UINT64_MAX / HASHES};
    const size_t spreads = sizeof spread / sizeof *spread;

    (void)state;
    for (size_t s = 0; s < spreads; s++) {
        tern_index index = {0};
        for (size_t i = 0; i < PLACES; i++)
            assert_int_equal(tern_index_add(&index, i % HASHES * spread[s] - 3, i, NULL), TERN_OK);
        for (size_t h = 0; h < HASHES; h++) {
            size_t cursor = 0, place, expected = h;
            for (; tern_index_next(&index, h * spread[s] - 3, &cursor, &place); expected += HASHES)
                assert_int_equal(place, expected);
            assert_true(expected >= PLACES);
        }
        size_t cursor = 0, place;
        assert_false(tern_index_next(&index, 12345, &cursor, &place));
        tern_index_free(&index);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_has_nothing),
        cmocka_unit_test(gives_back_all_places_of_a_hash_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
