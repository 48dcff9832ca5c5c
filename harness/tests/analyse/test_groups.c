/*
 * Which cases belong together, and which of them the others are measured by.
 */
#include "analyse/fastest.h"
#include "cases.h"

static tern_results results;
static tern_groups groups;

static int set_up(void **state)
{
    (void)state;
    add_run(&results, "one", "plain");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tern_groups_free(&groups);
    tern_results_free(&results);
    return 0;
}

static void divide(const tern_grouping *how)
{
    assert_int_equal(tern_groups_of_results(&groups, &results, how, NULL), TERN_OK);
}

static void a_problem_of_another_run_is_another_group(void **state)
{
    tern_record other = make_case("plain", 30.0);

    (void)state;
    other.problem.p0 = 0.9;
    add_case(&results, "plain", 40.0);
    add_made(&results, other);
    add_case(&results, "quick", 20.0);
    add_run(&results, "two", "plain");
    add_case(&results, "plain", 50.0);
    divide(&tern_by_problem);
    assert_int_equal(groups.count, 3);
    assert_int_equal(groups.group[0].count, 2);
    assert_ptr_equal(groups.group[0].item[0], &results.cases.item[0]);
    assert_ptr_equal(groups.group[0].item[1], &results.cases.item[2]);
    assert_ptr_equal(groups.group[1].item[0], &results.cases.item[1]);
    assert_ptr_equal(groups.group[2].item[0], &results.cases.item[3]);
}

static void what_is_not_taken_is_in_no_group(void **state)
{
    tern_record wrong = make_case("wrong", 1.0);

    (void)state;
    wrong.timed = false;
    add_made(&results, wrong);
    add_case(&results, "plain", 40.0);
    divide(&tern_by_problem_timed);
    assert_int_equal(groups.count, 1);
    assert_int_equal(groups.group[0].count, 1);
    assert_string_equal(groups.group[0].item[0]->kernel, "plain");
}

static void groups_divide_again(void **state)
{
    tern_record toggled = make_case("quick", 10.0);
    tern_groups kernels;

    (void)state;
    strcpy(toggled.toggles, "prefetch=0");
    add_case(&results, "quick", 20.0);
    add_made(&results, toggled);
    add_case(&results, "quick", 30.0);
    divide(&tern_by_problem);
    assert_int_equal(tern_groups_of_group(&kernels, &groups.group[0], &tern_by_kernel, NULL), TERN_OK);
    assert_int_equal(kernels.count, 2);
    assert_int_equal(kernels.group[0].count, 2);
    assert_ptr_equal(kernels.group[1].item[0], &results.cases.item[1]);
    tern_groups_free(&kernels);
}

static void nothing_makes_no_group(void **state)
{
    (void)state;
    divide(&tern_by_problem);
    assert_int_equal(groups.count, 0);
}

static bool is_slow(const tern_record *record)
{
    return record->timing.median_ns >= 20.0;
}

static void the_fastest_of_those_wanted_and_the_next(void **state)
{
    (void)state;
    add_case(&results, "plain", 40.0);
    add_case(&results, "quick", 10.0);
    add_case(&results, "middle", 20.0);
    divide(&tern_by_problem);
    const tern_record *fastest = tern_fastest_of(&groups.group[0], NULL, NULL);
    assert_string_equal(fastest->kernel, "quick");
    assert_string_equal(tern_fastest_of(&groups.group[0], NULL, fastest)->kernel, "middle");
    assert_string_equal(tern_fastest_of(&groups.group[0], is_slow, NULL)->kernel, "middle");
}

static void the_baseline_is_that_of_the_cases_own_run_without_toggles(void **state)
{
    tern_record toggled = make_case("plain", 10.0);

    (void)state;
    strcpy(toggled.toggles, "prefetch=0");
    add_made(&results, toggled);
    add_case(&results, "plain", 40.0);
    add_run(&results, "two", "quick");
    add_case(&results, "plain", 50.0);
    divide(&tern_by_problem);
    assert_ptr_equal(tern_fastest_baseline(&groups.group[0], &results), &results.cases.item[1]);
    assert_null(tern_fastest_baseline(&groups.group[1], &results));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_problem_of_another_run_is_another_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_taken_is_in_no_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(groups_divide_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_makes_no_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_fastest_of_those_wanted_and_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_baseline_is_that_of_the_cases_own_run_without_toggles, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
