/*
 * Limits of the decode loop: memory's rate is none for a loop that reads a cache.
 */
#include "analyse/loop_limit.h"

#include "analyse/bottleneck.h"
#include "loops.h"

static tern_results results;

static int tear_down(void **state)
{
    (void)state;
    tern_results_free(&results);
    return 0;
}

static tern_loop_limit limit(void)
{
    return tern_loop_limit_of(&results, &results.decodes.item[0], &results.decodes.item[0].decode);
}

static const char *bottleneck(void)
{
    static char text[512];

    return tern_bottleneck_text(&results, text, sizeof text);
}

static void what_exceeds_the_cache_reads_memory(void **state)
{
    (void)state;
    add_run_with_cache(&results, 49 * MB);
    add_loop_at(&results, 150.0, 0.0);
    assert_true(fabs(limit().share - 0.75) < 1e-12 && fabs(limit().tokens_per_s - 200.0) < 1e-9);
    assert_true(limit().reads && !limit().in_cache);
    assert_non_null(
        strstr(bottleneck(), "at 75.0 % of what the measured limits allow, the nearer of which is reading"));
}

static void what_fits_into_the_cache_has_no_limit_of_memory(void **state)
{
    (void)state;
    add_run_with_cache(&results, 50 * MB);
    add_loop_at(&results, 150.0, 0.0);
    assert_true(limit().in_cache && isnan(limit().share) && isnan(limit().tokens_per_s));
    assert_null(strstr(bottleneck(), "allow"));
    assert_non_null(strstr(bottleneck(), "its weights lie in a cache and only the bandwidth of memory was measured"));
}

static void nor_has_what_is_faster_than_memory(void **state)
{
    (void)state;
    add_run_with_cache(&results, 0);
    add_loop_at(&results, 288.0, 0.0);
    assert_true(limit().in_cache && isnan(limit().share));
}

static void the_rate_of_as_many_bytes_is_a_limit_wherever_they_lie(void **state)
{
    (void)state;
    add_run_with_cache(&results, 50 * MB);
    add_loop_at(&results, 288.0, 20.0);
    assert_true(fabs(limit().share - 0.72) < 1e-12 && limit().reads && !limit().in_cache);
}

static void multiply_adds_are_a_limit_wherever_bytes_lie(void **state)
{
    (void)state;
    add_run_with_cache(&results, 50 * MB);
    add_loop_at(&results, 150.0, 0.0);
    results.decodes.item[0].roof_gmacs = 9.0; /* 180 tokens a second */
    assert_true(fabs(limit().share - 150.0 / 180.0) < 1e-12 && !limit().reads && !limit().in_cache);
    assert_non_null(strstr(bottleneck(), "the nearer of which is multiply-adds"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_exceeds_the_cache_reads_memory, tear_down),
        cmocka_unit_test_teardown(what_fits_into_the_cache_has_no_limit_of_memory, tear_down),
        cmocka_unit_test_teardown(nor_has_what_is_faster_than_memory, tear_down),
        cmocka_unit_test_teardown(the_rate_of_as_many_bytes_is_a_limit_wherever_they_lie, tear_down),
        cmocka_unit_test_teardown(multiply_adds_are_a_limit_wherever_bytes_lie, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
