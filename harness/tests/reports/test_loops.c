/*
 * The share of a limit that the decode loop reaches is the same in every format, or in none.
 */
#include "drawn.h"
#include "loops.h"

static const char *const formats[] = {"html", "md", "json", "csv", "decode", "decode.json", "decode.html"};

static tern_results results;

static int tear_down(void **state)
{
    (void)state;
    tern_results_free(&results);
    return 0;
}

static bool has_share(const char *format, const char *percent, const char *fraction)
{
    char *text = draw_report(tern_report_find(format), &results);
    const bool has = strstr(text, percent) != NULL || strstr(text, fraction) != NULL;

    free(text);
    return has;
}

static void of_a_cache_memory_tells_nothing(void **state)
{
    (void)state;
    add_run_with_cache(&results, 100 * MB);
    add_loop_at(&results, 288.875, 0.0); /* 144.4 % of what memory allows */
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (has_share(formats[i], "144.4", "1.444"))
            fail_msg("%s has a share of memory's rate", formats[i]);
}

static void what_was_measured_is_told(void **state)
{
    (void)state;
    add_run_with_cache(&results, 100 * MB);
    add_loop_at(&results, 288.875, 20.0);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!has_share(formats[i], "72.2", "0.722"))
            fail_msg("%s does not have the share", formats[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(of_a_cache_memory_tells_nothing, tear_down),
        cmocka_unit_test_teardown(what_was_measured_is_told, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
