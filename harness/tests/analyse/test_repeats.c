/*
 * Which runs repeat each other.
 */
#include "analyse/repeats.h"

#include "cases.h"

static tern_results results;
static tern_repeats repeats;

static int tear_down(void **state)
{
    (void)state;
    tern_repeats_free(&repeats);
    tern_results_free(&results);
    return 0;
}

static void runs_repeat_each_other_on_one_machine_with_one_build(void **state)
{
    (void)state;
    add_build(&results, "a", "1");
    add_build(&results, "a", "1");
    add_build(&results, "b", "1");
    add_build(&results, "a", "2");
    add_build(&results, "a", "1")->dirty = true;
    snprintf(add_build(&results, "a", "1")->settings, sizeof(tern_run){0}.settings, "budget=3");
    add_build(&results, "b", "1");
    /* Nothing in common: another part of the same campaign, no repetition. */
    add_build(&results, "b", "1");
    results.cases.item[results.cases.count - 1].timed = false;
    assert_int_equal(tern_repeats_new(&repeats, &results, NULL), TERN_OK);
    const uint32_t expected[] = {0, 0, 2, 3, 4, 5, 2, 7};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(repeats.first[i], expected[i]);
    assert_true(repeats.any);
    assert_int_equal(tern_repeats_machines(&results), 2);
    assert_int_equal(tern_repeats_machine(&results, 2), 2);
    assert_int_equal(tern_repeats_machine(&results, 5), 1);
}

/* Two parts of a campaign check the same sweep: that is one result, and yet neither repeats the other. */
static void what_one_run_could_not_time_joins_no_runs_and_is_shared(void **state)
{
    (void)state;
    add_build(&results, "a", "1");
    add_build(&results, "a", "1");
    results.cases.item[0].timed = false;
    assert_int_equal(tern_repeats_new(&repeats, &results, NULL), TERN_OK);
    assert_true(repeats.shared && !repeats.any);
    assert_int_equal(repeats.like[1], 0);
    assert_int_equal(repeats.first[1], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(runs_repeat_each_other_on_one_machine_with_one_build, tear_down),
        cmocka_unit_test_teardown(what_one_run_could_not_time_joins_no_runs_and_is_shared, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
