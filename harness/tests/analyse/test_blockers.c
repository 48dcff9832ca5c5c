/*
 * Rules: each sees what it is for, and nothing in records that are as they should be.
 */
#include "analyse/blockers.h"

#include "cases.h"

#include <stdlib.h>

static tern_results results;
static tern_blockers found;

static int tear_down(void **state)
{
    (void)state;
    tern_blockers_free(&found);
    tern_results_free(&results);
    return 0;
}

static const tern_blocker *find(const char *symptom)
{
    tern_blockers_free(&found);
    assert_int_equal(tern_blockers_find(&found, &results, NULL), TERN_OK);
    for (size_t i = 0; i < found.count; i++)
        if (strstr(found.item[i].symptom, symptom) != NULL)
            return &found.item[i];
    return NULL;
}

static void end_run(void)
{
    const tern_run_end end = {.complete = true};

    assert_int_equal(tern_results_add(&results, TERN_LINE_END, &end, NULL), TERN_OK);
}

static void a_clean_run_has_none(void **state)
{
    (void)state;
    add_run(&results, "host", "");
    add_case(&results, "a", 10.0);
    end_run();
    assert_null(find(""));
    assert_int_equal(found.count, 0);
}

static void what_is_wrong_comes_first_with_its_hint_and_its_command(void **state)
{
    tern_record wrong = make_case("wrong", 1.0);

    (void)state;
    wrong.timed = false;
    wrong.finding = (tern_finding){.verdict = TERN_MISMATCH, .hint = "transposed"};
    add_run(&results, "host", "");
    add_made(&results, wrong);
    const tern_blocker *b = find("MISMATCH: wrong/64x64x1");
    assert_ptr_equal(b, &found.item[0]);
    assert_int_equal(b->severity, TERN_BLOCKER_CRITICAL);
    assert_string_equal(b->cause, "transposed");
    assert_non_null(strstr(b->fix, "'wrong/64x64x1'"));
    assert_true(isnan(b->benefit.median));
    assert_non_null(find("run 1 is cut off"));
    assert_int_equal(found.warnings, 0);
}

static void a_wrong_setting_of_a_search_is_told_and_one_that_refuses_is_not(void **state)
{
    const tern_tried wrong = {.id = "auto/64x64x1",
                              .kernel = "a",
                              .toggles = "prefetch=0",
                              .wrong = true,
                              .reason = "MISMATCH: 2 of 64 values differ"};
    const tern_tried refuses = {.id = "auto/64x64x1", .kernel = "b", .reason = "UNSUPPORTED: one token only"};

    (void)state;
    add_run(&results, "host", "");
    assert_int_equal(tern_results_add(&results, TERN_LINE_TRIED, &wrong, NULL), TERN_OK);
    assert_int_equal(tern_results_add(&results, TERN_LINE_TRIED, &refuses, NULL), TERN_OK);
    end_run();
    const tern_blocker *b = find("MISMATCH: 2 of 64 values differ, of a+prefetch=0 in auto/64x64x1");
    assert_non_null(b);
    assert_int_equal(b->severity, TERN_BLOCKER_CRITICAL);
    assert_int_equal(found.count, 1);
}

static void threads_that_give_nothing_are_counted(void **state)
{
    tern_record one = make_case("a", 10.0), two = make_case("a", 9.9);

    (void)state;
    two.problem.threads = 2;
    two.timing.fork_join_ns = 5.0;
    add_run(&results, "host", "");
    add_made(&results, one);
    add_made(&results, two);
    end_run();
    const tern_blocker *b = find("1 of 1 case: less than 10 % gained from more threads");
    assert_non_null(b);
    assert_non_null(strstr(b->cause, "in 1 of them fork and join take more than 20 %"));
}

static void a_missed_target_and_a_broken_budget_are_told(void **state)
{
    static tern_decode_record r = {.timed = true, .model = "m", .target_tokens_per_s = 10.0, .budget_bytes = 1000000};

    (void)state;
    r.decode.tokens_per_s = 5.0;
    r.decode.roof_tokens_per_s = (double)NAN;
    r.peak_rss_bytes = 2000000;
    add_run(&results, "host", "");
    assert_int_equal(tern_results_add(&results, TERN_LINE_DECODE, &r, NULL), TERN_OK);
    assert_string_equal(find("the target is 10")->cause, "");
    assert_non_null(find("takes 2 MB, the budget is 1 MB"));
}

static void a_wide_interval_and_a_warm_case_are_counted(void **state)
{
    tern_record wide = make_case("a", 10.0);

    (void)state;
    wide.timing.low_ns = 5.0;
    wide.timing.not_cold = true;
    add_run(&results, "host", "");
    add_made(&results, wide);
    end_run();
    assert_non_null(find("1 of 1 median:"));
    assert_non_null(find("1 cold case is faster"));
    assert_int_equal(found.warnings, 2);
    assert_int_equal(found.count, 2);
}

static void a_removed_kernel_is_told_but_where_it_is_expected(void **state)
{
    tern_compared removed = {.state = TERN_COMPARED_REMOVED, .id = "gone", .base = "main", .cand = "."};

    (void)state;
    add_run(&results, "host", "");
    assert_int_equal(tern_results_add(&results, TERN_LINE_COMPARED, &removed, NULL), TERN_OK);
    end_run();
    assert_int_equal(find("REMOVED: the kernel gone is in main, and not in .")->severity, TERN_BLOCKER_HIGH);
    tern_results_free(&results);

    removed.expected = true;
    add_run(&results, "host", "");
    assert_int_equal(tern_results_add(&results, TERN_LINE_COMPARED, &removed, NULL), TERN_OK);
    end_run();
    assert_null(find("REMOVED"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_clean_run_has_none, tear_down),
        cmocka_unit_test_teardown(what_is_wrong_comes_first_with_its_hint_and_its_command, tear_down),
        cmocka_unit_test_teardown(a_wrong_setting_of_a_search_is_told_and_one_that_refuses_is_not, tear_down),
        cmocka_unit_test_teardown(threads_that_give_nothing_are_counted, tear_down),
        cmocka_unit_test_teardown(a_missed_target_and_a_broken_budget_are_told, tear_down),
        cmocka_unit_test_teardown(a_removed_kernel_is_told_but_where_it_is_expected, tear_down),
        cmocka_unit_test_teardown(a_wide_interval_and_a_warm_case_are_counted, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
