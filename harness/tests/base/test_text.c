/*
 * Whole-string conversions take what they should and nothing else; words and nearest names.
 */
#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void numbers_are_whole_strings_in_range(void **state)
{
    uint64_t u;
    int64_t i;
    double d;

    (void)state;
    assert_true(tern_text_u64("18446744073709551615", 0, UINT64_MAX, &u) && u == UINT64_MAX);
    assert_false(tern_text_u64("18446744073709551616", 0, UINT64_MAX, &u));
    assert_false(tern_text_u64("-1", 0, UINT64_MAX, &u));
    assert_false(tern_text_u64(" 1", 0, 9, &u));
    assert_false(tern_text_u64("1 ", 0, 9, &u));
    assert_false(tern_text_u64("", 0, 9, &u));
    assert_false(tern_text_u64("0x1", 0, 9, &u));
    assert_false(tern_text_u64("10", 0, 9, &u));
    assert_true(tern_text_i64("-5", -5, 5, &i) && i == -5);
    assert_false(tern_text_i64("-", -5, 5, &i));
    assert_false(tern_text_i64("6", -5, 5, &i));
    assert_true(tern_text_double("1e-3", 0.0, 1.0, &d) && d > 0.0);
    assert_true(tern_text_double("-0", 0.0, 1.0, &d) && !signbit(d));
    assert_false(tern_text_double("nan", 0.0, 1.0, &d));
    assert_false(tern_text_double("inf", 0.0, 1e300, &d));
    assert_false(tern_text_double("0.5x", 0.0, 1.0, &d));
    assert_false(tern_text_double("", 0.0, 1.0, &d));
}

static void words_pass_over_empty_ones(void **state)
{
    char text[] = ",,a, bc ,";
    char *rest = text;

    (void)state;
    assert_string_equal(tern_text_word(&rest, ", "), "a");
    assert_string_equal(tern_text_word(&rest, ", "), "bc");
    assert_null(tern_text_word(&rest, ", "));
    assert_null(tern_text_word(&rest, ", "));
}

static void appending_never_overflows(void **state)
{
    char text[8] = "abc";

    (void)state;
    tern_text_append(text, sizeof text, "%s", "defghijkl");
    assert_string_equal(text, "abcdefg");
    tern_text_append(text, sizeof text, "%s", "x");
    assert_string_equal(text, "abcdefg");
}

static void the_nearest_name_is_found(void **state)
{
    static const char *const names[] = {"kernels", "shapes", "n"};

    (void)state;
    assert_string_equal(tern_text_nearest("kernals", names, 3), "kernels");
    assert_string_equal(tern_text_nearest("shape", names, 3), "shapes");
    assert_null(tern_text_nearest("something", names, 3));
    assert_null(tern_text_nearest("a word that is far longer than any of the candidates are", names, 3));
}

static void what_is_shown_has_no_control_characters(void **state)
{
    char text[64];

    (void)state;
    assert_int_equal(tern_text_visible(text, sizeof text, "a\n\033[1m\x7f"), 14);
    assert_string_equal(text, "a\\n\\x1b[1m\\x7f");
    tern_text_visible(text, sizeof text, "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"); /* letters stay */
    assert_string_equal(text, "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80");
    tern_text_visible(text, sizeof text, "\xC2\x9B\xE2\x80\xAE"); /* CSI as one character; right to left */
    assert_string_equal(text, "\\u009b\\u202e");
    tern_text_visible(text, sizeof text, "\xFF\xC3(\xC0\x80\xED\xA0\x80"); /* no UTF-8, overlong, half a surrogate */
    assert_string_equal(text, "\\xff\\xc3(\\xc0\\x80\\xed\\xa0\\x80");
    assert_int_equal(tern_text_visible(text, 6, "ab\xE2\x82\xAC\x01"), 9);
    assert_string_equal(text, "ab\xE2\x82\xAC");
    assert_int_equal(tern_text_visible(text, 5, "ab\xE2\x82\xAC\x01"), 9);
    assert_string_equal(text, "ab"); /* whole characters only */
    assert_int_equal(tern_text_visible(NULL, 0, "abc"), 3);
}

static void what_is_stored_is_utf8_and_all_else_as_it_was(void **state)
{
    char text[64];

    (void)state;
    tern_text_storable(text, sizeof text, "a\n\033[1m \xC3\xA9 \xFF caf\xE9");
    assert_string_equal(text, "a\n\033[1m \xC3\xA9 \\xff caf\\xe9");
}

static void a_name_is_a_path_without_folder_and_ending(void **state)
{
    char name[8];

    (void)state;
    tern_text_name_of_path(name, sizeof name, "suites/quick.suite", ".suite");
    assert_string_equal(name, "quick");
    tern_text_name_of_path(name, sizeof name, "a.suite.b", ".suite"); /* it ends otherwise, and is cut to what fits */
    assert_string_equal(name, "a.suite");
    tern_text_name_of_path(name, sizeof name, "x.suite/a", ".suite");
    assert_string_equal(name, "a");
    tern_text_name_of_path(name, sizeof name, "so", ".suite");
    assert_string_equal(name, "so");
    assert_true(tern_text_ends_with("a.c", ".c") && tern_text_ends_with(".c", ".c"));
    assert_false(tern_text_ends_with("a.c.h", ".c") || tern_text_ends_with("c", ".c"));
}

static void a_command_line_is_as_a_shell_takes_it(void **state)
{
    char text[64] = "run";

    (void)state;
    tern_text_append_word(text, sizeof text, "--set");
    tern_text_append_word(text, sizeof text, "shapes=1x1 2x2");
    tern_text_append_word(text, sizeof text, "");
    tern_text_append_word(text, sizeof text, "it's");
    assert_string_equal(text, "run --set 'shapes=1x1 2x2' '' 'it'\\''s'");
}

static void one_is_no_plural(void **state)
{
    (void)state;
    assert_string_equal(tern_text_plural(0), "s");
    assert_string_equal(tern_text_plural(1), "");
    assert_string_equal(tern_text_plural(UINT64_C(1) << 32 | 1), "s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_no_plural),
        cmocka_unit_test(numbers_are_whole_strings_in_range),
        cmocka_unit_test(words_pass_over_empty_ones),
        cmocka_unit_test(appending_never_overflows),
        cmocka_unit_test(the_nearest_name_is_found),
        cmocka_unit_test(what_is_shown_has_no_control_characters),
        cmocka_unit_test(what_is_stored_is_utf8_and_all_else_as_it_was),
        cmocka_unit_test(a_name_is_a_path_without_folder_and_ending),
        cmocka_unit_test(a_command_line_is_as_a_shell_takes_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
