/*
 * What became of each case between two sets of results.
 */
#include "analyse/comparison.h"
#include "cases.h"

static tern_results before, after;
static tern_comparison comparison;

static int set_up(void **state)
{
    (void)state;
    add_run(&before, "host", "");
    add_run(&after, "host", "");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tern_comparison_free(&comparison);
    tern_results_free(&before);
    tern_results_free(&after);
    return 0;
}

static void compare(void)
{
    assert_int_equal(tern_comparison_make(&comparison, &before, &after, 0.05, NULL), TERN_OK);
}

static void add_verdict(tern_results *results, const char *kernel, tern_verdict verdict)
{
    tern_record r = make_case(kernel, 1.0);

    r.timed = false;
    r.finding.verdict = verdict;
    add_made(results, r);
}

static void each_case_becomes_something(void **state)
{
    static const tern_change expected[] = {TERN_CHANGE_TIMED, TERN_CHANGE_LOST,    TERN_CHANGE_WRONG, TERN_CHANGE_FIXED,
                                           TERN_CHANGE_GONE,  TERN_CHANGE_UNTIMED, TERN_CHANGE_LOST,  TERN_CHANGE_NEW};

    (void)state;
    add_case(&before, "timed", 100.0);
    add_case(&after, "timed", 150.0);
    add_case(&before, "lost", 100.0);
    add_verdict(&after, "lost", TERN_MISMATCH);
    add_verdict(&before, "wrong", TERN_CRASH);
    add_verdict(&after, "wrong", TERN_MISMATCH);
    add_verdict(&before, "fixed", TERN_OVERRUN);
    add_case(&after, "fixed", 100.0);
    add_case(&before, "gone", 100.0);
    add_verdict(&before, "untimed", TERN_EXACT);
    add_case(&after, "untimed", 100.0);
    add_case(&before, "refused", 100.0);
    add_verdict(&after, "refused", TERN_UNSUPPORTED);
    add_case(&after, "new", 100.0);
    compare();
    assert_int_equal(comparison.cases.count, 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(comparison.cases.pair[i].change, expected[i]);
    assert_true(comparison.cases.pair[0].time_ratio == 1.5);
    assert_true(isnan(comparison.cases.pair[1].time_ratio));
    assert_int_equal(comparison.cases.of[TERN_CHANGE_LOST], 2);
    assert_int_equal(comparison.cases.near, 0);
    assert_int_equal(comparison.cases.pair[4].after, TERN_NO_PLACE);
    assert_int_equal(comparison.cases.pair[7].before, TERN_NO_PLACE);
}

static void repeated_ids_pair_in_their_order(void **state)
{
    (void)state;
    add_case(&before, "a", 100.0);
    add_case(&before, "a", 200.0);
    add_case(&before, "a", 300.0);
    add_case(&after, "a", 104.0);
    add_case(&after, "a", 220.0);
    compare();
    assert_int_equal(comparison.cases.count, 3);
    assert_true(fabs(comparison.cases.pair[0].time_ratio - 1.04) < 1e-9);
    assert_true(fabs(comparison.cases.pair[1].time_ratio - 1.10) < 1e-9);
    assert_int_equal(comparison.cases.pair[2].change, TERN_CHANGE_GONE);
    assert_int_equal(comparison.cases.near, 1);
}

static void a_repeat_that_is_wrong_has_lost_EXACT(void **state)
{
    (void)state;
    add_verdict(&before, "new", TERN_CRASH);
    add_case(&before, "a", 100.0);
    add_case(&after, "a", 100.0);
    add_verdict(&after, "a", TERN_MISMATCH);
    add_verdict(&after, "new", TERN_CRASH);
    add_verdict(&after, "new", TERN_MISMATCH);
    compare();
    assert_int_equal(comparison.cases.count, 4);
    assert_int_equal(comparison.cases.of[TERN_CHANGE_LOST], 1);
    assert_int_equal(comparison.cases.pair[2].change, TERN_CHANGE_LOST);
    assert_int_equal(comparison.cases.pair[2].before, 1);
    assert_int_equal(comparison.cases.of[TERN_CHANGE_NEW], 1);
}

static void other_machines_and_commits_are_seen(void **state)
{
    (void)state;
    compare();
    assert_false(comparison.other_machines);
    assert_false(comparison.other_commits);
    tern_comparison_free(&comparison);
    strcpy(after.runs.item[0].commit, "def");
    compare();
    assert_false(comparison.other_machines);
    assert_true(comparison.other_commits);
    tern_comparison_free(&comparison);
    add_run(&after, "elsewhere", "");
    compare();
    assert_true(comparison.other_machines);
}

static void decode_runs_compare_by_their_rate(void **state)
{
    static tern_decode_record d = {.id = "decode/tiny", .timed = true, .decode = {.tokens = 8, .tokens_per_s = 100.0}};

    (void)state;
    assert_int_equal(tern_results_add(&before, TERN_LINE_DECODE, &d, NULL), TERN_OK);
    d.decode.tokens_per_s = 50.0;
    assert_int_equal(tern_results_add(&after, TERN_LINE_DECODE, &d, NULL), TERN_OK);
    d.decode.tokens_per_s = 100.0;
    compare();
    assert_int_equal(comparison.cases.count, 0);
    assert_int_equal(comparison.decodes.of[TERN_CHANGE_TIMED], 1);
    assert_true(comparison.decodes.pair[0].time_ratio == 2.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_case_becomes_something, set_up, tear_down),
        cmocka_unit_test_setup_teardown(repeated_ids_pair_in_their_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_repeat_that_is_wrong_has_lost_EXACT, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_machines_and_commits_are_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(decode_runs_compare_by_their_rate, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
