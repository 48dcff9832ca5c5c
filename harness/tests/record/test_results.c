/*
 * Results of several runs: each case stays with its own run, and what is written of them reads as the same.
 */
#include "record/results.h"

#include "drawn.h"

#include <string.h>
#include <unistd.h>

static const char path[] = "test_results.tmp.jsonl";

static void add_case(tern_results *results, const char *kernel, double ns)
{
    tern_record *r = calloc(1, sizeof *r);

    assert_non_null(r);
    snprintf(r->id, sizeof r->id, "%s/1x1x1", kernel);
    strcpy(r->kernel, kernel);
    strcpy(r->problem.w, "random");
    strcpy(r->problem.cache, "hot");
    r->problem.m = r->problem.k = r->problem.n = r->problem.threads = 1;
    r->timed = true;
    r->timing.median_ns = r->timing.low_ns = r->timing.high_ns = ns;
    assert_int_equal(tern_results_add(results, TERN_LINE_CASE, r, NULL), TERN_OK);
    free(r);
}

/* A quick machine, whose baseline is plain, and a slow one, whose run was cut off. */
static tern_results two_machines(void)
{
    tern_results results = {0};
    const tern_run quick = {.host = "quick", .baseline = "plain", .cases = 2}, slow = {.host = "slow", .cases = 9};
    const tern_run_end end = {.complete = true, .done = 2};

    assert_int_equal(tern_results_add(&results, TERN_LINE_RUN, &quick, NULL), TERN_OK);
    add_case(&results, "plain", 8.0);
    add_case(&results, "fast", 2.0);
    assert_int_equal(tern_results_add(&results, TERN_LINE_END, &end, NULL), TERN_OK);
    assert_int_equal(tern_results_add(&results, TERN_LINE_RUN, &slow, NULL), TERN_OK);
    add_case(&results, "fast", 64.0);
    return results;
}

static void each_type_of_line_has_a_list_of_its_own(void **state)
{
    static uint64_t none[16 * 1024]; /* a struct of any type */
    tern_results results = {0};

    (void)state;
    for (tern_line line = 0; line < TERN_LINES; line++) {
        assert_true(tern_line_types[line].bytes <= sizeof none);
        assert_int_equal(tern_results_add(&results, line, none, NULL), TERN_OK);
        assert_int_equal(results.order.item[line].line, line);
        assert_int_equal(results.order.item[line].index, 0);
    }
    tern_results_free(&results);
}

static void a_case_belongs_to_the_run_before_it(void **state)
{
    tern_results results = two_machines();

    (void)state;
    assert_int_equal(results.runs.count, 2);
    assert_string_equal(results.runs.item[results.cases.item[1].run].host, "quick");
    assert_string_equal(results.runs.item[results.cases.item[2].run].host, "slow");
    assert_int_equal(tern_results_end(&results, 0)->done, 2);
    assert_null(tern_results_end(&results, 1));
    tern_results_free(&results);
    assert_int_equal(results.cases.count, 0);
}

static void the_table_names_the_machine_of_each_case_and_keeps_its_baseline(void **state)
{
    tern_results results = two_machines();
    char *text = draw_report(tern_report_find("table"), &results);
    const char *slow = strstr(text, "Run 2 of 2: slow");

    (void)state;
    assert_non_null(strstr(text, "Run 1 of 2: quick"));
    assert_non_null(strstr(text, "4.00 (4.00..4.00)"));
    assert_non_null(slow);
    assert_non_null(strstr(slow, "cut off"));
    assert_non_null(strstr(slow, "64.0 ns"));
    assert_null(strstr(slow, "8.00 ns"));
    assert_null(strstr(slow, "x plain"));
    free(text);
    tern_results_free(&results);
}

static void what_is_exported_reads_as_the_same(void **state)
{
    tern_results results = two_machines(), again = {0};
    FILE *stream = fopen(path, "w");

    (void)state;
    assert_non_null(stream);
    tern_report_jsonl(stream, &results);
    fclose(stream);
    assert_int_equal(tern_results_read(&again, path, NULL, NULL), TERN_OK);
    for (const tern_report *report = tern_reports; report->name != NULL; report++) {
        if (report->plot != NULL)
            continue;
        char *first = draw_report(report, &results), *second = draw_report(report, &again);
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
    tern_results_free(&results);
    tern_results_free(&again);
    unlink(path);
}

/* What one array of two is as long as, the other has no place for. */
static void arrays_that_stand_side_by_side_are_all_there(void **state)
{
    static const char run[] = "{\"type\":\"run\",\"schema\":1}\n";
    static const struct {
        const char *line, *lacks;
    } lines[] = {
        {"{\"type\":\"arm\",\"id\":\"a\",\"ns\":[1,2],\"block_ns\":[1,2]}\n", NULL},
        {"{\"type\":\"arm\",\"id\":\"a\",\"ns\":[],\"block_ns\":[]}\n", NULL},
        {"{\"type\":\"arm\",\"id\":\"a\",\"ns\":[1,2]}\n", "'block_ns'"},
        {"{\"type\":\"arm\",\"id\":\"a\",\"block_ns\":[1,2]}\n", "'ns'"},
        {"{\"type\":\"arm\",\"id\":\"a\",\"ns\":[1,2],\"block_ns\":[]}\n", "'block_ns'"},
        {"{\"type\":\"pair\",\"id\":\"a\",\"cand_ns\":[1]}\n", "'base_ns'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        tern_results results = {0};
        tern_error error = {""};
        FILE *stream = fopen(path, "w");
        assert_non_null(stream);
        fprintf(stream, "%s%s", run, lines[i].line);
        fclose(stream);
        assert_int_equal(tern_results_read(&results, path, NULL, &error),
                         lines[i].lacks == NULL ? TERN_OK : TERN_USAGE);
        if (lines[i].lacks != NULL && strstr(error.text, lines[i].lacks) == NULL)
            fail_msg("%s: %s", lines[i].line, error.text);
        tern_results_free(&results);
    }
    unlink(path);
}

static void an_id_is_found_in_every_run(void **state)
{
    tern_results results = two_machines();
    size_t cursor = 0;

    (void)state;
    assert_ptr_equal(tern_results_find(&results, TERN_LINE_CASE, "fast/1x1x1", &cursor), &results.cases.item[1]);
    assert_ptr_equal(tern_results_find(&results, TERN_LINE_CASE, "fast/1x1x1", &cursor), &results.cases.item[2]);
    assert_null(tern_results_find(&results, TERN_LINE_CASE, "fast/1x1x1", &cursor));
    cursor = 0;
    assert_null(tern_results_find(&results, TERN_LINE_DECODE, "fast/1x1x1", &cursor));
    tern_results_free(&results);
}

static void a_run_that_went_on_is_open_until_it_ends_again(void **state)
{
    tern_results results = two_machines();
    const tern_run_end end = {.reason = "interrupted"}, whole = {.complete = true};

    (void)state;
    assert_int_equal(tern_results_add(&results, TERN_LINE_END, &end, NULL), TERN_OK);
    assert_non_null(tern_results_end(&results, 1));
    add_case(&results, "late", 1.0);
    assert_int_equal(results.cases.item[3].run, 1);
    assert_null(tern_results_end(&results, 1));
    assert_non_null(tern_results_end(&results, 0));
    assert_int_equal(tern_results_add(&results, TERN_LINE_END, &whole, NULL), TERN_OK);
    assert_true(tern_results_end(&results, 1)->complete);
    tern_results_free(&results);
}

/* One that takes the place of a case that was ended from outside comes behind the end as well. */
static void a_run_goes_on_with_what_was_interrupted(void **state)
{
    tern_results results = two_machines();
    static const tern_record ended = {.id = "ended/1x1x1", .finding.verdict = TERN_INTERRUPTED};
    const tern_run_end end = {.reason = "interrupted"};

    (void)state;
    assert_int_equal(tern_results_add(&results, TERN_LINE_CASE, &ended, NULL), TERN_OK);
    assert_int_equal(tern_results_add(&results, TERN_LINE_END, &end, NULL), TERN_OK);
    assert_non_null(tern_results_end(&results, 1));
    static const tern_record again = {.id = "ended/1x1x1", .finding.verdict = TERN_EXACT};
    assert_int_equal(tern_results_add(&results, TERN_LINE_CASE, &again, NULL), TERN_OK);
    assert_int_equal(results.cases.count, 4);
    assert_null(tern_results_end(&results, 1));
    tern_results_free(&results);
}

/* Three were done, and one of them is not in the file. */
static void the_end_of_a_run_that_lost_lines_says_so(void **state)
{
    static const char text[] = "{\"type\":\"run\",\"schema\":1}\n"
                               "{\"type\":\"case\",\"id\":\"a/1\",\"kernel\":\"a\"}\n"
                               "{\"type\":\"case\",\"id\":\"b/1\",\"kernel\":\"b\"}\n"
                               "{\"type\":\"end\",\"complete\":true,\"done\":3,\"exact\":3}\n";
    const char *const filters[] = {NULL, "^a", "^none"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        tern_results results = {0};
        tern_filter filter;
        FILE *stream = fopen(path, "w");
        assert_non_null(stream);
        fputs(text, stream);
        fclose(stream);
        assert_int_equal(tern_filter_compile(&filter, filters[i], NULL), TERN_OK);
        assert_int_equal(tern_results_read_chosen(&results, path, &filter, NULL, NULL), TERN_OK);
        const tern_run_end *end = tern_results_end(&results, 0);
        assert_non_null(end);
        assert_false(end->complete);
        assert_int_equal(end->done, 3 - i);
        assert_non_null(strstr(end->reason, i == 0   ? "1 of 3 results is not in the file"
                                            : i == 1 ? "1 of 2 results is not in the file"
                                                     : "1 of 1 result is not in the file"));
        tern_filter_free(&filter);
        tern_results_free(&results);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_of_line_has_a_list_of_its_own),
        cmocka_unit_test(a_case_belongs_to_the_run_before_it),
        cmocka_unit_test(the_table_names_the_machine_of_each_case_and_keeps_its_baseline),
        cmocka_unit_test(what_is_exported_reads_as_the_same),
        cmocka_unit_test(arrays_that_stand_side_by_side_are_all_there),
        cmocka_unit_test(an_id_is_found_in_every_run),
        cmocka_unit_test(the_end_of_a_run_that_lost_lines_says_so),
        cmocka_unit_test(a_run_that_went_on_is_open_until_it_ends_again),
        cmocka_unit_test(a_run_goes_on_with_what_was_interrupted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
