/*
 * Formats that other tools read: what becomes of a case that is right, wrong, crashed, not supported, and of what is
 * more than a tool takes. That the tools read them is held in cli_formats.sh.
 */
#include "report.h"

#include "cases.h"
#include "drawn.h"

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
    return draw_report(tern_report_find(format), &results);
}

static json_t *draw_json(const char *format)
{
    json_error_t error;
    char *text = draw(format);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

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
    add_verdict("killed", TERN_INTERRUPTED, "ended from outside");
    end_run(true);
    char *text = draw("junit");
    assert_non_null(strstr(text, "tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"1\""));
    assert_non_null(strstr(text, "<error type=\"INTERRUPTED\" message=\"ended from outside\"/>"));
    assert_non_null(strstr(text, "<failure type=\"MISMATCH\" message=\"3 of 4 values\"/>"));
    assert_non_null(strstr(text, "<error type=\"CRASH\" message=\"signal 11\"/>"));
    assert_non_null(strstr(text, "<skipped type=\"UNSUPPORTED\" message=\"needs what is not here\"/>"));
    assert_int_equal(count(text, "<testcase "), 5);
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
        if (strcmp(json_string_value(json_object_get(row, "name")), "sampled/64x64x1") != 0) /* nor its aggregates */
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
    json_t *bmf = draw_json("bmf"), *gab = draw_json("gab");
    assert_int_equal(json_object_size(bmf), 1);
    const json_t *latency = json_object_get(json_object_get(bmf, "right/64x64x1"), "latency");
    assert_true(json_real_value(json_object_get(latency, "value")) == 10.0);
    assert_int_equal(json_array_size(gab), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(gab, 0), "unit")), "ns");
    json_decref(bmf);
    json_decref(gab);
}

/* Three samples of a case, and a decode loop of two repetitions, in a run of its own. */
static void add_repetition(const char *machine, double ns)
{
    double sample[] = {ns - 1.0, ns, ns + 1.0};
    tern_record r = make_case("right", ns);
    static tern_decode_record loop;

    add_run(&results, machine, "");
    snprintf(results.runs.item[results.runs.count - 1].machine_class, 16, "%s", machine);
    r.timing.samples = 3;
    r.timing.sample_ns = sample;
    add_made(&results, r);
    add_verdict("now-and-then-wrong", ns > 10.0 ? TERN_MISMATCH : TERN_EXACT, ns > 10.0 ? "3 of 4 values" : "");
    loop = (tern_decode_record){.id = "decode", .kernel = "right", .model = "tiny", .timed = true, .new_tokens = 8};
    loop.decode = (tern_phase){.tokens = 8, .tokens_per_s = ns, .rates = 2, .rate = {ns - 1.0, ns}};
    assert_int_equal(tern_results_add(&results, TERN_LINE_DECODE, &loop, NULL), TERN_OK);
    end_run(true);
}

static json_t *benchmark_named(const json_t *json, const char *name)
{
    json_t *list = json_object_get(json, "benchmarks"), *row;
    size_t i;

    json_array_foreach(list, i, row) if (strcmp(json_string_value(json_object_get(row, "name")), name) == 0) return row;
    fail_msg("there is no %s", name);
    return NULL;
}

static void runs_that_repeat_each_other_are_one_to_other_tools(void **state)
{
    (void)state;
    add_repetition("a", 10.0);
    add_repetition("a", 20.0);
    json_t *bmf = draw_json("bmf"), *gab = draw_json("gab"), *gbench = draw_json("gbench");
    assert_int_equal(json_object_size(bmf), 2);
    const json_t *latency = json_object_get(json_object_get(bmf, "right/64x64x1"), "latency");
    assert_true(json_real_value(json_object_get(latency, "value")) == 15.0);
    assert_true(json_real_value(json_object_get(latency, "lower_value")) == 9.0);
    assert_true(json_real_value(json_object_get(latency, "upper_value")) == 21.0);
    assert_int_equal(json_array_size(gab), 2);
    /* Six samples, the error, four rates of the loop, and four aggregates each of what has several. */
    assert_int_equal(json_array_size(json_object_get(gbench, "benchmarks")), 6 + 4 + 1 + 4 + 4);
    const json_t *median = benchmark_named(gbench, "right/64x64x1_median");
    assert_string_equal(json_string_value(json_object_get(median, "run_type")), "aggregate");
    assert_string_equal(json_string_value(json_object_get(median, "run_name")), "right/64x64x1");
    assert_int_equal(json_integer_value(json_object_get(median, "iterations")), 6);
    assert_true(json_number_value(json_object_get(median, "real_time")) == 15.0);
    assert_true(json_number_value(json_object_get(benchmark_named(gbench, "right/64x64x1_mean"), "real_time")) == 15.0);
    const json_t *variation = benchmark_named(gbench, "right/64x64x1_cv");
    assert_string_equal(json_string_value(json_object_get(variation, "aggregate_unit")), "percentage");
    json_decref(bmf);
    json_decref(gab);
    json_decref(gbench);

    char *junit = draw("junit"), *github = draw("github"), *llama = draw("llama-bench");
    assert_int_equal(count(junit, "<testsuite "), 1);
    assert_non_null(strstr(junit, "tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"0\""));
    assert_non_null(strstr(junit, "<failure type=\"MISMATCH\" message=\"3 of 4 values\"/>"));
    assert_int_equal(count(github, "| 64x64x1 "), 1);
    assert_int_equal(count(llama, "tg8"), 1);
    free(junit);
    free(github);
    free(llama);
}

static void llama_bench_says_sizes_in_its_units(void **state)
{
    static tern_decode_record small, large;

    (void)state;
    add_run(&results, "a", "");
    small = (tern_decode_record){.id = "small",
                                 .kernel = "k",
                                 .model = "small",
                                 .timed = true,
                                 .packed_bytes = 3u << 20,
                                 .ternary_weights = 5000000};
    small.decode = (tern_phase){.tokens = 8, .rates = 1, .rate = {1.0}};
    large = small;
    large.packed_bytes = UINT64_C(3) << 30;
    large.ternary_weights = 5000000000;
    assert_int_equal(tern_results_add(&results, TERN_LINE_DECODE, &small, NULL), TERN_OK);
    assert_int_equal(tern_results_add(&results, TERN_LINE_DECODE, &large, NULL), TERN_OK);
    end_run(true);
    char *text = draw("llama-bench");
    assert_non_null(strstr(text, "|     3.00 MiB |      5.00 M |"));
    assert_non_null(strstr(text, "|     3.00 GiB |      5.00 B |"));
    free(text);
}

static void machines_keep_names_of_their_own(void **state)
{
    static const char *const formats[] = {"bmf", "gab", "gbench"};

    (void)state;
    add_repetition("a", 10.0);
    add_repetition("b", 20.0);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = draw(formats[i]);
        json_decref(draw_json(formats[i]));
        assert_non_null(strstr(text, "\"right/64x64x1 @ a, machine 1\""));
        assert_non_null(strstr(text, "\"right/64x64x1 @ b, machine 2\""));
        assert_null(strstr(text, "\"right/64x64x1\""));
        free(text);
    }
    char *junit = draw("junit"), *github = draw("github");
    assert_int_equal(count(junit, "<testsuite "), 2);
    assert_int_equal(count(junit, " name=\"right/64x64x1 @ a, machine 1\""), 1);
    assert_int_equal(count(github, "| 64x64x1 "), 2);
    assert_non_null(strstr(github, "Machine 2"));
    free(junit);
    free(github);
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
        cmocka_unit_test_teardown(runs_that_repeat_each_other_are_one_to_other_tools, tear_down),
        cmocka_unit_test_teardown(llama_bench_says_sizes_in_its_units, tear_down),
        cmocka_unit_test_teardown(machines_keep_names_of_their_own, tear_down),
        cmocka_unit_test_teardown(a_summary_is_cut_to_what_github_takes, tear_down),
        cmocka_unit_test_teardown(ten_annotations_of_a_kind_are_all_that_github_shows, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
