/*
 * What is said of a bisect, from its lines alone.
 */
#include "drawn.h"
#include "one_run.h"

#include <stdio.h>
#include <string.h>

static void add(const char *role, const char *commit, double ratio, const char *reason)
{
    tern_step step = {.ratio = ratio, .error = 0.001, .commits = 9};

    snprintf(step.id, sizeof step.id, "avx2/case");
    snprintf(step.role, sizeof step.role, "%s", role);
    snprintf(step.commit, sizeof step.commit, "%s", commit);
    snprintf(step.subject, sizeof step.subject, "subject of %s", commit);
    snprintf(step.reason, sizeof step.reason, "%s", reason);
    assert_int_equal(tern_results_add(&results, TERN_LINE_STEP, &step, NULL), TERN_OK);
}

static void list_four(void)
{
    add("good", "0000", 0.0, "");
    add("candidate", "aaaa", 0.0, "");
    add("candidate", "bbbb", 0.0, "");
    add("candidate", "cccc", 0.0, "");
    add("candidate", "dddd", 0.0, "");
    add("bad", "dddd", 0.08, "");
}

static void expect_said(const char *const *words, size_t count)
{
    char *text = draw_report(tern_report_find("bisect"), &results);

    for (size_t i = 0; i < count; i++)
        if (strstr(text, words[i]) == NULL)
            fail_msg("'%s' is not in:\n%s", words[i], text);
    free(text);
}

#define SAID(...)                                                                                                      \
    do {                                                                                                               \
        static const char *const words[] = {__VA_ARGS__};                                                              \
        expect_said(words, sizeof words / sizeof *words);                                                              \
    } while (0)

static void one_commit_is_named_with_what_it_costs(void **state)
{
    (void)state;
    list_four();
    add("tried", "bbbb", 0.001, "");
    add("tried", "cccc", 0.081, "");
    add("verified", "cccc", 0.079, "");
    SAID("avx2/case", "9 commits, of which 4 change kernels/: 2 timed", "cccc made it slower", "subject of cccc",
         "Against the commit before", "+8.22 %");
}

static void a_change_that_is_no_more_is_told(void **state)
{
    (void)state;
    list_four();
    add("tried", "bbbb", 0.001, "");
    add("tried", "cccc", 0.081, "");
    add("verified", "cccc", 0.001, "against its parent it is OK");
    SAID("That does not hold against its parent", "against its parent it is OK");
}

static void others_of_the_range_have_the_rest(void **state)
{
    (void)state;
    list_four();
    add("tried", "bbbb", 0.001, "");
    add("tried", "cccc", 0.081, "");
    add("verified", "cccc", 0.05, "");
    SAID("Other commits of the range account for +3.05 %");
}

static void what_does_not_build_stands_in_the_answer(void **state)
{
    (void)state;
    list_four();
    add("tried", "aaaa", 0.001, "");
    add("unbuildable", "bbbb", 0.0, "no such header");
    add("tried", "cccc", 0.081, "");
    SAID("One of these 2 commits made it slower:", "bbbb subject of bbbb (cannot be timed)", "no such header",
         "1 of them cannot be timed", "This is not finished: --resume goes on.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_commit_is_named_with_what_it_costs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_change_that_is_no_more_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(others_of_the_range_have_the_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_build_stands_in_the_answer, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
