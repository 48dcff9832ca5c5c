/*
 * One sheet, and what each writer makes of it.
 */
#include "analyse/above_limit.h"
#include "foreign_script.h"
#include "report.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ID, NAME, VERDICT, TIME, SHARE, RATIO, COUNT, FLAG, REMARK, COLUMNS };

static const tern_column columns[COLUMNS] = {
    TERN_FOR_PROGRAMS_COLUMN("id", TERN_COLUMN_TEXT),
    {.name = "name", .type = TERN_COLUMN_TEXT, .width = 6},
    {.name = "verdict", .type = TERN_COLUMN_VERDICT},
    {.name = "time_ns", .label = "time", .type = TERN_COLUMN_TIME, .unit = "ns"},
    {.name = "share", .type = TERN_COLUMN_SHARE, .digits = 1},
    {.name = "ratio", .label = "x plain", .type = TERN_COLUMN_REAL, .digits = 2, .interval = true},
    {.name = "count", .type = TERN_COLUMN_COUNT},
    {.name = "flag", .label = "", .type = TERN_COLUMN_FLAG},
    {.name = "remark", .label = "", .type = TERN_COLUMN_REMARK, .audience = TERN_FOR_PEOPLE},
};

static tern_document document;

static int set_up(void **state)
{
    (void)state;
    document = (tern_document){.name = "test", .title = "A test"};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tern_document_free(&document);
    return 0;
}

/* What a writer makes of the document; to be freed. */
static char *write_as(tern_writer *writer)
{
    char *text = NULL;
    size_t bytes;
    FILE *stream = open_memstream(&text, &bytes);

    assert_non_null(stream);
    assert_int_equal(tern_document_write(&document, writer, stream, NULL), TERN_OK);
    fclose(stream);
    return text;
}

static void expect(tern_writer *writer, const char *expected)
{
    char *text = write_as(writer);

    assert_string_equal(text, expected);
    free(text);
}

static void fill(tern_sheet *sheet, const char *name, double ns)
{
    tern_sheet_row(sheet);
    tern_sheet_format(sheet, ID, "%s/1", name);
    tern_sheet_text(sheet, NAME, name);
    tern_sheet_text(sheet, VERDICT, "EXACT");
    tern_sheet_real(sheet, TIME, ns);
}

static void make_usual(void)
{
    tern_document_heading(&document, "What was done:");
    tern_document_line(&document, "a & b");
    tern_sheet *sheet = tern_document_sheet(&document, "cases", TERN_FOR_ALL, columns, COLUMNS);
    tern_sheet_group(sheet, "First machine");
    tern_sheet_section(sheet, TERN_FOR_ALL, "64x64");
    tern_sheet_label(sheet, RATIO, "x %s", "dense");
    fill(sheet, "fast", 1234.5);
    tern_sheet_real(sheet, SHARE, 0.125);
    tern_sheet_estimate(sheet, RATIO, (tern_estimate){2.0, 1.5, 2.5});
    tern_sheet_count(sheet, COUNT, UINT64_C(18446744073709551615) / 2);
    tern_sheet_text(sheet, REMARK, "(not cold)");
    fill(sheet, "slow, \"quoted\"", (double)NAN);
    tern_sheet_real(sheet, SHARE, (double)INFINITY);
    tern_sheet_flag(sheet, FLAG, true);
    tern_sheet_note(sheet, "%s wins", "fast");
    tern_sheet_section(sheet, TERN_FOR_PROGRAMS, "edges");
    fill(sheet, "edge", 0.1);
}

static void text_is_aligned_and_has_no_column_that_says_nothing(void **state)
{
    (void)state;
    make_usual();
    expect(tern_write_text,
           "\nWhat was done:\n  a & b\n"
           "\nFirst machine\n\n64x64\n"
           "  name            verdict     time   share  x dense                          count\n"
           "  fast            EXACT    1.23 us  12.5 %  2.00 (1.50..2.50)  9223372036854775807  (not cold)\n"
           "  slow, \"quoted\"  EXACT        n/a     n/a                                          *\n"
           "  fast wins\n");
}

static void a_share_above_its_limit_is_marked_and_told_once(void **state)
{
    static const tern_column shares[] = {
        {.name = "roof_share", .label = "% roof", .type = TERN_COLUMN_SHARE, .digits = 1, .of_limit = true},
        {.name = "other", .type = TERN_COLUMN_SHARE, .of_limit = true, .interval = true}};

    (void)state;
    tern_sheet *sheet = tern_document_sheet(&document, "shares", TERN_FOR_ALL, shares, 2);
    tern_sheet_row(sheet);
    tern_sheet_real(sheet, 0, 1.0004);
    tern_sheet_row(sheet);
    tern_sheet_real(sheet, 0, 1.234);
    tern_sheet_estimate(sheet, 1, (tern_estimate){1.05, 0.99, 1.10});
    expect(tern_write_text, "\n    % roof  other\n"
                            "   100.0 %\n"
                            "  123.4 %*  105 (99..110)*\n"
                            "  * " TERN_ABOVE_LIMIT "\n");
}

static void csv_has_all_digits_all_rows_and_nothing_for_what_is_not_known(void **state)
{
    (void)state;
    make_usual();
    expect(tern_write_csv, "id,name,verdict,time_ns,share,ratio,ratio_low,ratio_high,count,flag\r\n"
                           "fast/1,fast,EXACT,1234.5,0.125,2,1.5,2.5,9223372036854775807,\r\n"
                           "\"slow, \"\"quoted\"\"/1\",\"slow, \"\"quoted\"\"\",EXACT,,,,,,,true\r\n"
                           "edge/1,edge,EXACT,0.1,,,,,,\r\n");
}

static void markdown_is_a_table(void **state)
{
    (void)state;
    make_usual();
    expect(tern_write_md,
           "# A test\n\n### What was done:\n\n- a &amp; b\n\n## First machine\n\n### 64x64\n\n"
           "| name | verdict | time | share | x dense | count |  |  |\n"
           "| --- | --- | ---: | ---: | --- | ---: | --- | --- |\n"
           "| fast | EXACT | 1.23 us | 12.5 % | 2.00 (1.50..2.50) | 9223372036854775807 |  | (not cold) |\n"
           "| slow, \"quoted\" | EXACT | n/a | n/a |  |  | \\* |  |\n\n- fast wins\n");
}

static void html_has_numbers_to_sort_by(void **state)
{
    (void)state;
    make_usual();
    char *text = write_as(tern_write_html);
    assert_non_null(strstr(text, "<title>A test</title>"));
    assert_non_null(strstr(text, "<p>a &amp; b</p>"));
    assert_non_null(
        strstr(text, "<td class=\"right\">EXACT</td><td class=\"number\" data-value=\"1234.5\">1.23 us</td>"));
    assert_non_null(strstr(text, "<td>slow, &quot;quoted&quot;</td>"));
    assert_null(strstr(text, "edge"));
    free(text);
}

/* NaN and infinity are null, a blank cell is null, an exact number stays exact. */
static void json_is_read_again(void **state)
{
    (void)state;
    make_usual();
    char *text = write_as(tern_write_json);
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    const json_t *sheet = json_array_get(json_object_get(json, "sheets"), 0);
    const json_t *rows = json_object_get(sheet, "rows");
    const json_t *first = json_array_get(rows, 0), *second = json_array_get(rows, 1);
    assert_int_equal(json_array_size(rows), 3);
    assert_string_equal(json_string_value(json_array_get(json_object_get(json, "words"), 1)), "a & b");
    assert_true(json_real_value(json_object_get(first, "ratio_low")) == 1.5);
    assert_true(json_integer_value(json_object_get(first, "count")) == INT64_MAX);
    assert_true(json_is_null(json_object_get(second, "time_ns")));
    assert_true(json_is_null(json_object_get(second, "share")));
    assert_true(json_is_null(json_object_get(second, "count")));
    assert_true(json_is_true(json_object_get(second, "flag")));
    assert_null(json_object_get(first, "remark"));
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(json_object_get(sheet, "columns"), 3), "unit")), "ns");
    json_decref(json);
    free(text);
}

/* Nothing that a record holds may act: no markup, no line of its own, no escape code, no reversed text. */
static void hostile_texts_are_only_text(void **state)
{
    static const char hostile[] = "<script>alert(1)</script>\n\033[2Jgone\r\xC2\x9B!\"';--|`*x*`\xFF\xE2\x80\xAE";
    static tern_writer *const writers[] = {tern_write_text, tern_write_csv, tern_write_md, tern_write_html,
                                           tern_write_json};
    tern_sheet *sheet = tern_document_sheet(&document, "cases", TERN_FOR_ALL, columns, COLUMNS);

    (void)state;
    tern_document_heading(&document, "%s", hostile);
    tern_sheet_section(sheet, TERN_FOR_ALL, "%s", hostile);
    fill(sheet, hostile, 1.0);
    tern_sheet_note(sheet, "%s", hostile);
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        char *text = write_as(writers[i]);
        for (const char *c = text; *c != '\0'; c++)
            assert_true((unsigned char)*c >= ' ' || *c == '\n' || *c == '\r');
        assert_null(strstr(text, "\xC2\x9B"));
        assert_null(strstr(text, "\xE2\x80\xAE"));
        assert_null(strstr(text, "\xFF"));
        assert_non_null(strstr(text, "x1b"));
        if (writers[i] == tern_write_md || writers[i] == tern_write_html)
            assert_false(has_foreign_script(text));
        if (writers[i] == tern_write_md)
            assert_non_null(strstr(text, "\\|\\`\\*x\\*\\`"));
        free(text);
    }
    char *csv = write_as(tern_write_csv), *json = write_as(tern_write_json);
    assert_ptr_equal(strstr(strstr(csv, "\r\n") + 2, "\r\n"), csv + strlen(csv) - 2);
    json_t *read = json_loads(json, 0, NULL);
    assert_non_null(read);
    json_decref(read);
    free(csv);
    free(json);
}

/* One cell of ten thousand characters is written whole, and does not stretch all rows of its column. */
static void a_huge_text_stays_in_its_row(void **state)
{
    static char huge[10001];
    tern_sheet *sheet = tern_document_sheet(&document, "cases", TERN_FOR_ALL, columns, COLUMNS);

    (void)state;
    memset(huge, 'x', sizeof huge - 1);
    fill(sheet, huge, 1.0);
    for (size_t i = 0; i < 100; i++)
        fill(sheet, "short", 1.0);
    char *text = write_as(tern_write_text);
    assert_non_null(strstr(text, huge));
    assert_true(strlen(text) < 2 * sizeof huge + 100 * 150);
    free(text);
}

static void what_has_no_memory_is_not_half_written(void **state)
{
    char *text = NULL;
    size_t bytes;
    FILE *stream = open_memstream(&text, &bytes);
    tern_error error;

    (void)state;
    make_usual();
    document.pool.failed = true;
    assert_int_equal(tern_document_write(&document, tern_write_text, stream, &error), TERN_ENVIRONMENT);
    fclose(stream);
    assert_string_equal(text, "");
    assert_non_null(strstr(error.text, "out of memory"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_is_aligned_and_has_no_column_that_says_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_share_above_its_limit_is_marked_and_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(csv_has_all_digits_all_rows_and_nothing_for_what_is_not_known, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(markdown_is_a_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(html_has_numbers_to_sort_by, set_up, tear_down),
        cmocka_unit_test_setup_teardown(json_is_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_texts_are_only_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_huge_text_stays_in_its_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_has_no_memory_is_not_half_written, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
