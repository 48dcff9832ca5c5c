/*
 * Every report in every format, on records that nobody would wish for.
 */
#include "report.h"

#include "analyse/merged.h"
#include "base/text.h"
#include "cases.h"
#include "compare.h"
#include "drawn.h"
#include "foreign_script.h"

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
static char *draw(const tern_report *report)
{
    return draw_report(report, &results);
}

static void make_hostile(void)
{
    static tern_counter counter = {.name = "<script>\033", .per_call = (double)INFINITY, .running = 1.0};
    static tern_record_fact fact = {.name = "<script>\033", .value = (double)NAN};
    static tern_decode_record decode = {.id = "decode/<script>", .model = "<script>\033[2J", .timed = true};
    tern_record timed = make_case("<script>\033[2J", (double)NAN), wrong = make_case("wrong\n", 1.0), edge = wrong;

    timed.timing.counters = 1;
    timed.timing.counter = &counter;
    timed.facts = 1;
    timed.fact = &fact;
    wrong.timed = edge.timed = false;
    wrong.finding = (tern_finding){.verdict = TERN_UNSUPPORTED, .reason = "<script>\033[2J"};
    strcpy(edge.group, "edges");
    for (int i = 0; i < 2; i++) {
        add_run(&results, "<script>\033[2J", "<script>\033[2J");
        add_made(&results, timed);
        timed.problem.p0 = 0.9;
        add_made(&results, timed);
        add_case(&results, "other", 10.0);
        add_made(&results, wrong);
        add_made(&results, edge);
        decode.baseline = i == 1;
        assert_int_equal(tern_results_add(&results, TERN_LINE_DECODE, &decode, NULL), TERN_OK);
    }
}

/* Formats whose names do not say what they are made of. */
static const char *const objects[] = {"gbench", "bmf", "gab", NULL}, *const markup[] = {"junit", "github", NULL};

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

static void no_report_lets_a_name_act(void **state)
{
    (void)state;
    make_hostile();
    for (const tern_report *report = tern_reports; report->name != NULL; report++) {
        if (report->plot != NULL)
            continue;
        char *text = draw(report);
        if (strchr(text, '\033') != NULL)
            fail_msg("%s writes an escape code", report->name);
        if (tern_text_ends_with(report->name, "html") || tern_text_ends_with(report->name, "md") ||
            is_one_of(report->name, markup))
            if (has_foreign_script(text))
                fail_msg("%s lets a name be markup", report->name);
        if (tern_text_ends_with(report->name, "json") || is_one_of(report->name, objects)) {
            json_error_t error;
            json_t *json = json_loads(text, 0, &error);
            if (json == NULL)
                fail_msg("%s: %s", report->name, error.text);
            json_decref(json);
        }
        free(text);
    }
}

static void every_format_is_told(void **state)
{
    (void)state;
    for (const tern_report *report = tern_reports; report->name != NULL; report++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(report->name, "."), report->name);
        if (strstr(tern_report_names(), name) == NULL)
            fail_msg("%s is not among the names", report->name);
    }
}

/* Keys are what programs go by. */
static void no_key_stands_twice_in_a_sheet(void **state)
{
    (void)state;
    make_hostile();
    for (const tern_report *report = tern_reports; report->name != NULL; report++) {
        tern_document document = {.name = report->name};
        size_t place = 0;
        const tern_sheet *sheet;
        if (report->build == NULL)
            continue;
        assert_int_equal(report->build(&document, &results, NULL), TERN_OK);
        while ((sheet = tern_document_next(&document, TERN_FOR_PROGRAMS, &place)) != NULL)
            for (size_t i = 0; i < sheet->columns; i++)
                for (size_t j = 0; j < i; j++)
                    if (strcmp(sheet->column[i].name, sheet->column[j].name) == 0 &&
                        tern_audience_has(sheet->column[i].audience, TERN_FOR_PROGRAMS) &&
                        tern_audience_has(sheet->column[j].audience, TERN_FOR_PROGRAMS))
                        fail_msg("%s: %s stands twice in %s", report->name, sheet->column[i].name, sheet->name);
        tern_document_free(&document);
    }
}

static void every_report_is_found_by_its_name_and_nothing_else(void **state)
{
    (void)state;
    for (const tern_report *report = tern_reports; report->name != NULL; report++)
        assert_ptr_equal(tern_report_find(report->name), report);
    assert_null(tern_report_find("limits.yaml"));
    assert_null(tern_report_find(""));
    assert_ptr_equal(tern_report_plain_writer(tern_report_find("csv")), tern_write_csv);
    assert_ptr_equal(tern_report_plain_writer(tern_report_find("table")), tern_write_text);
    assert_true(tern_report_plain_writer(tern_report_find("limits.csv")) == NULL);
    assert_true(tern_report_plain_writer(tern_report_find("jsonl")) == NULL);
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;

    for (const char *c = text; (c = strchr(c, '\n')) != NULL; c++)
        lines++;
    return lines;
}

/*
 * Figures that a csv of the table has had since its first version. A row is of a series: runs that repeat each other
 * are one.
 */
static void the_table_for_programs_has_every_case_and_keeps_its_columns(void **state)
{
    static const char head[] = "id,suite,group,kernel,toggles,m,k,n,threads,cache,w,x,p0,seed,verdict,mismatches,"
                               "bits_per_weight,median_ns,low_ns,high_ns,min_ns,samples,gmacs,gbps,roof_read_gbps,"
                               "roof_gmacs,intensity,roof_share,pack_ns,";
    tern_merged merged;

    (void)state;
    make_hostile();
    assert_int_equal(tern_merged_new(&merged, &results, NULL), TERN_OK);
    char *text = draw(tern_report_find("csv"));
    assert_memory_equal(text, head, sizeof head - 1);
    assert_non_null(strstr(text, ",reason,"));
    assert_int_equal(lines_of(text), 1 + merged.results->cases.count + 2 * merged.results->decodes.count);
    free(text);
    tern_merged_free(&merged);
}

/* The table, the limits and their csv take runs that repeat each other as the full report does. */
static void repeated_runs_are_one_row_that_tells_their_spread(void **state)
{
    static const struct {
        const char *report, *says;
    } reports[] = {{"csv", ",2,10,12.5\r\n"},
                   {"limits.csv", ",2,10,12.5\r\n"},
                   {"table", "(2 runs, 25.0 % apart)"},
                   {"limits", "(2 runs, 25.0 % apart)"}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        add_run(&results, "host", "");
        add_case(&results, "same", i == 0 ? 10.0 : 12.5);
    }
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        char *text = draw(tern_report_find(reports[i].report));
        const char *said = strstr(text, reports[i].says);
        if (said == NULL || strstr(said + 1, reports[i].says) != NULL)
            fail_msg("%s says '%s' not exactly once:\n%s", reports[i].report, reports[i].says, text);
        free(text);
    }
}

/* What a person must not miss stands before the changes of times. */
static void a_comparison_says_first_what_is_wrong(void **state)
{
    tern_results after = {0};
    tern_document document = {0};
    tern_compare_outcome outcome;
    tern_record lost = make_case("lost", 1.0);
    char *text = NULL;
    size_t bytes;

    (void)state;
    add_run(&results, "here", "");
    add_case(&results, "timed", 100.0);
    add_case(&results, "lost", 100.0);
    add_case(&results, "gone", 100.0);
    add_run(&after, "there", "");
    add_case(&after, "timed", 150.0);
    lost.finding = (tern_finding){.verdict = TERN_MISMATCH, .reason = "3 values differ"};
    lost.timed = false;
    add_made(&after, lost);
    assert_int_equal(tern_compare_build(&document, &results, &after, 0.05, &outcome, NULL), TERN_OK);
    assert_int_equal(outcome.lost, 1);
    assert_int_equal(outcome.timed, 1);
    FILE *stream = open_memstream(&text, &bytes);
    assert_int_equal(tern_document_write(&document, tern_write_text, stream, NULL), TERN_OK);
    fclose(stream);
    const char *machines = strstr(text, "Different machines: here () before, there () after");
    const char *wrong = strstr(text, "1 case lost EXACT"), *gone = strstr(text, "1 case in the earlier results only");
    const char *timed = strstr(text, "1 case timed on both sides");
    assert_true(machines != NULL && wrong > machines && gone > wrong && timed > gone);
    assert_non_null(strstr(wrong, "MISMATCH, was EXACT: 3 values differ"));
    assert_non_null(strstr(timed, "+50.0 %  *  timed/64x64x1"));
    assert_non_null(strstr(timed, "0 of 1 medians (0.0 %) lie within 5 %"));
    free(text);
    tern_document_free(&document);
    tern_results_free(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_told),
        cmocka_unit_test_teardown(no_report_lets_a_name_act, tear_down),
        cmocka_unit_test_teardown(no_key_stands_twice_in_a_sheet, tear_down),
        cmocka_unit_test(every_report_is_found_by_its_name_and_nothing_else),
        cmocka_unit_test_teardown(the_table_for_programs_has_every_case_and_keeps_its_columns, tear_down),
        cmocka_unit_test_teardown(repeated_runs_are_one_row_that_tells_their_spread, tear_down),
        cmocka_unit_test_teardown(a_comparison_says_first_what_is_wrong, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
