/*
 * What is printed of a case that failed, where it may come from a kernel of someone else.
 */
#include "report.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_failure_sends_no_escapes_to_a_terminal(void **state)
{
    static tern_run run;
    static tern_record record = {.finding.verdict = TERN_CRASH};
    char *text = NULL;
    size_t bytes;
    FILE *stream = open_memstream(&text, &bytes);

    (void)state;
    assert_non_null(stream);
    tern_text_copy(run.repro, sizeof run.repro, "ternbench repro --plugin '\033[2J.so'");
    tern_text_copy(record.id, sizeof record.id, "\033[1mkernel");
    memset(record.finding.reason, '\033', sizeof record.finding.reason - 1); /* the longest when it is shown */
    tern_report_failure(stream, &run, &record);
    fclose(stream);
    assert_null(strchr(text, '\033'));
    assert_non_null(strstr(text, "CRASH  \\x1b[1mkernel\n    \\x1b\\x1b"));
    assert_non_null(strstr(text, "    again: ternbench repro --plugin '\\x1b[2J.so' '\\x1b[1mkernel'\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_failure_sends_no_escapes_to_a_terminal)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
