/* Why a setting has no time: the verdicts are told apart. */
#include "record/tried.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(tern_verdict verdict, const char *reason, bool wrong, const char *expected)
{
    tern_finding finding = {.verdict = verdict};
    char text[256];

    for (size_t i = 0; reason[i] != '\0'; i++)
        finding.reason[i] = reason[i];
    assert_int_equal(tern_tried_explain(text, sizeof text, &finding), wrong);
    assert_string_equal(text, expected);
}

static void what_is_wrong_refuses_or_takes_too_long_is_told_apart(void **state)
{
    (void)state;
    expect(TERN_MISMATCH, "2 of 64 values differ", true, "MISMATCH: 2 of 64 values differ");
    expect(TERN_CRASH, "", true, "CRASH");
    expect(TERN_UNSUPPORTED, "one token only", false, "UNSUPPORTED: one token only");
    expect(TERN_TIMEOUT, "gave no answer within 6 s", false, "TIMEOUT: gave no answer within 6 s");
    expect(TERN_INTERRUPTED, "ended by signal 9", false, "INTERRUPTED: ended by signal 9");
    expect(TERN_EXACT, "", false, "it could not be timed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_refuses_or_takes_too_long_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
