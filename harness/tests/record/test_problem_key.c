/*
 * Two keys are the same when every part is, whatever stands behind the ends of their names; and so are their hashes.
 */
#include "record/problem_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const tern_problem_key some = {
    .m = 2, .k = 3, .n = 4, .w = "random", .x = "min", .p0 = 0.25, .seed = 5, .threads = 6, .cache = "hot"};

static void every_part_counts(void **state)
{
    tern_problem_key other[10];

    (void)state;
    for (size_t i = 0; i < 10; i++)
        other[i] = some;
    other[0].m++, other[1].k++, other[2].n++;
    strcpy(other[3].w, "zero");
    strcpy(other[4].x, "max");
    other[5].p0 = 0.5;
    other[6].seed++, other[7].threads++;
    strcpy(other[8].cache, "cold");
    strcpy(other[9].sweep, "sizes");
    for (size_t i = 0; i < 10; i++) {
        assert_false(tern_problem_key_same(&some, &other[i]));
        assert_true(tern_problem_key_hash(&some) != tern_problem_key_hash(&other[i]));
    }
}

static void bytes_behind_a_name_do_not_count(void **state)
{
    tern_problem_key other;

    (void)state;
    memset(&other, 0x5a, sizeof other);
    other.m = 2, other.k = 3, other.n = 4;
    strcpy(other.w, "random");
    strcpy(other.x, "min");
    other.p0 = 0.25, other.seed = 5, other.threads = 6;
    strcpy(other.sweep, "");
    strcpy(other.cache, "hot");
    assert_true(tern_problem_key_same(&some, &other));
    assert_true(tern_problem_key_hash(&some) == tern_problem_key_hash(&other));
}

static void wider_keys_leave_out_what_they_say(void **state)
{
    tern_problem_key other = some;

    (void)state;
    other.threads = 1;
    const tern_problem_key any_threads[] = {tern_problem_key_of_any_threads(some),
                                            tern_problem_key_of_any_threads(other)};
    assert_true(tern_problem_key_same(&any_threads[0], &any_threads[1]));
    strcpy(other.cache, "cold");
    const tern_problem_key data[] = {tern_problem_key_of_data(some), tern_problem_key_of_data(other)};
    assert_true(tern_problem_key_same(&data[0], &data[1]));
    other = some;
    other.p0 = 0.75;
    const tern_problem_key any_zeros[] = {tern_problem_key_of_any_zeros(some), tern_problem_key_of_any_zeros(other)};
    assert_true(tern_problem_key_same(&any_zeros[0], &any_zeros[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_counts),
        cmocka_unit_test(bytes_behind_a_name_do_not_count),
        cmocka_unit_test(wider_keys_leave_out_what_they_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
