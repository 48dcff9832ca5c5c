/*
 * Formats that other tools read: what becomes of a case that is right, wrong, crashed, not supported, and of what is
 * more than a tool takes. That the tools read them is held in cli_formats.sh.
 */
#include "report.h"

#include "cases.h"

#include <jansson.h>
#include <stdlib.h>

static tern_results results;

static int tear_down(void **state)
{
    (void)state;
    tern_results_free(&results);
    return 0;
}

/* To be freed. */
static char *draw(const char *format)
{
    char *text = NULL;
    size_t bytes;
    FILE *stream = open_memstream(&text, &bytes);

    assert_non_null(stream);
    assert_int_equal(tern_report_write(tern_report_find(format), stream, &results, NULL, NULL), TERN_OK);
    fclose(stream);
    return text;
}

static json_t *draw_json(const char *format)
{
    json_error_t error;
    char *text = draw(format);
    json_t *json = json_loads(text, 0, &error);

    if (json == NULL)
        fail_msg("%s: %s", format, error.text);
    free(text);
    return json;
}

static void add_verdict(const char *kernel, tern_verdict verdict, const char *reason)
{
    tern_record r = make_case(kernel, 1.0);

    r.timed = false;
    r.finding.verdict = verdict;
    snprintf(r.finding.reason, sizeof r.finding.reason, "%s", reason);
    add_made(&results, r);
}

static void add_one_of_each(void)
{
    add_run(&results, "host", "");
    add_case(&results, "right", 10.0);
    add_verdict("wrong", TERN_MISMATCH, "3 of 4 values");
    add_verdict("crashed", TERN_CRASH, "signal 11");
    add_verdict("elsewhere", TERN_UNSUPPORTED, "needs what is not here");
}

static void end_run(bool complete)
{
    const tern_run_end end = {.complete = complete, .reason = "interrupted by signal 2"};

    assert_int_equal(tern_results_add(&results, TERN_LINE_END, &end, NULL), TERN_OK);
}

static size_t count(const char *text, const char *what)
{
    size_t found = 0;

    for (const char *c = text; (c = strstr(c, what)) != NULL; c += strlen(what))
        found++;
    return found;
}

static void junit_tells_wrong_from_crashed_from_skipped(void **state)
{
    (void)state;
    add_one_of_each();
    end_run(true);
    char *text = draw("junit");
    assert_non_null(strstr(text, "tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""));
    assert_non_null(strstr(text, "<failure type=\"MISMATCH\" message=\"3 of 4 values\"/>"));
    assert_non_null(strstr(text, "<error type=\"CRASH\" message=\"signal 11\"/>"));
    assert_non_null(strstr(text, "<skipped type=\"UNSUPPORTED\" message=\"needs what is not here\"/>"));
    assert_int_equal(count(text, "<testcase "), 4);
    free(text);
}

static void a_run_that_did_not_end_is_no_success(void **state)
{
    static const char *const reports[] = {"table", "limits", "scaling", "stages", "counters", "decode", "md"};

    (void)state;
    add_run(&results, "host", "");
    add_case(&results, "right", 10.0);
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        char *text = draw(reports[i]);
        assert_non_null(strstr(text, "The run was cut off: what is here is not all."));
        free(text);
    }
    end_run(false);
    char *text = draw("junit"), *table = draw("table");
    assert_non_null(strstr(text, "tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"0\""));
    assert_non_null(strstr(text, "<error type=\"INCOMPLETE\" message=\"interrupted by signal 2\"/>"));
    assert_non_null(strstr(table, "The run is incomplete (interrupted by signal 2)"));
    free(text);
    free(table);
    json_t *json = draw_json("gbench");
    assert_true(json_is_false(json_object_get(json_object_get(json, "context"), "complete")));
    json_decref(json);
}

static void gbench_has_a_repetition_for_each_sample(void **state)
{
    double sample[] = {9.0, 10.0, 11.0};
    tern_record r = make_case("sampled", 10.0);

    (void)state;
    add_one_of_each();
    r.timing.samples = 3;
    r.timing.sample_ns = sample;
    add_made(&results, r);
    json_t *json = draw_json("gbench"), *list = json_object_get(json, "benchmarks"), *row;
    size_t i, sampled = 0, errors = 0;
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "context"), "json_schema_version")), 1);
    assert_true(json_is_array(json_object_get(json_object_get(json, "context"), "caches")));
    json_array_foreach(list, i, row)
    {
        errors += json_is_true(json_object_get(row, "error_occurred"));
        if (strcmp(json_string_value(json_object_get(row, "name")), "sampled/64x64x1") != 0)
            continue;
        assert_int_equal(json_integer_value(json_object_get(row, "repetition_index")), sampled);
        assert_true(json_number_value(json_object_get(row, "real_time")) == sample[sampled++]);
        assert_int_equal(json_integer_value(json_object_get(row, "repetitions")), 3);
    }
    assert_int_equal(sampled, 3);
    assert_int_equal(errors, 3);
    json_decref(json);
}

/* Both keep the time of what is right, and have no word for what is not. */
static void bmf_and_gab_have_what_is_timed(void **state)
{
    (void)state;
    add_one_of_each();
    add_run(&results, "host", "");
    add_case(&results, "right", 20.0);
    json_t *bmf = draw_json("bmf"), *gab = draw_json("gab");
    assert_int_equal(json_object_size(bmf), 1);
    const json_t *latency = json_object_get(json_object_get(bmf, "right/64x64x1"), "latency");
    assert_true(json_real_value(json_object_get(latency, "value")) == 20.0);
    assert_int_equal(json_array_size(gab), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(gab, 0), "unit")), "ns");
    json_decref(bmf);
    json_decref(gab);
}

static void a_summary_is_cut_to_what_github_takes(void **state)
{
    tern_record r = make_case("a-kernel-with-a-name-that-takes-its-place-in-each-of-many-rows", 10.0);

    (void)state;
    add_run(&results, "host", "");
    add_verdict("wrong", TERN_MISMATCH, "3 of 4 values");
    for (r.problem.m = 1; r.problem.m <= 10000; r.problem.m++)
        add_made(&results, r);
    char *text = draw("github");
    assert_true(strlen(text) <= 1 << 20);
    assert_non_null(strstr(text, "lines are left out here"));
    /* What is wrong stands before what is cut. */
    assert_non_null(strstr(text, "WRONG: 1 of 10001 results"));
    free(text);
}

static void ten_annotations_of_a_kind_are_all_that_github_shows(void **state)
{
    (void)state;
    add_run(&results, "host", "");
    for (int i = 0; i < 30; i++)
        add_verdict("wrong", TERN_MISMATCH, "half of it: 50 %\nand more");
    char *text = draw("github-annotations");
    assert_int_equal(count(text, "::error "), 10);
    assert_non_null(strstr(text, "more are in the report"));
    assert_non_null(strstr(text, "50 %25"));
    assert_int_equal(count(text, "\n"), count(text, "::error ") + count(text, "::warning ") + count(text, "::notice "));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(junit_tells_wrong_from_crashed_from_skipped, tear_down),
        cmocka_unit_test_teardown(a_run_that_did_not_end_is_no_success, tear_down),
        cmocka_unit_test_teardown(gbench_has_a_repetition_for_each_sample, tear_down),
        cmocka_unit_test_teardown(bmf_and_gab_have_what_is_timed, tear_down),
        cmocka_unit_test_teardown(a_summary_is_cut_to_what_github_takes, tear_down),
        cmocka_unit_test_teardown(ten_annotations_of_a_kind_are_all_that_github_shows, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
