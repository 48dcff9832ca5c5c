/*
 * Each combination once, by the line that tells the most, with its verdict and an id of its own.
 */
#include "analyse/combinations.h"
#include "one_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void add(tern_arm_record line)
{
    double ns[1] = {1.0};

    line.ns = line.block_ns = ns;
    assert_int_equal(tern_results_add(&results, TERN_LINE_ARM, &line, NULL), TERN_OK);
}

static const char id[] = "k+b=1/8x8x1/w=random/t=1/hot";

static tern_arm_record line(const char *toggles, uint32_t process, uint32_t samples, const char *reason)
{
    tern_arm_record r = {.process = process, .samples = samples};

    snprintf(r.id, sizeof r.id, "%s", id);
    snprintf(r.toggles, sizeof r.toggles, "%s", toggles);
    snprintf(r.on, sizeof r.on, "%s", toggles[0] == '\0' ? "a" : "");
    snprintf(r.reason, sizeof r.reason, "%s", reason);
    return r;
}

static void each_combination_is_told_once(void **state)
{
    static const char wrong[] = "MISMATCH: wrong at the first call of timing";

    (void)state;
    for (uint32_t process = 0; process < 3; process++) {
        add(line("", process, 1, ""));
        add(line("a=0,b=1", process, process < 1, process == 2 ? wrong : process == 1 ? "another ended it" : ""));
        add(line("a=0", process, 0, "it refuses"));
    }
    const tern_arm_record *told[3] = {tern_combination_at(&results, 0), tern_combination_at(&results, 1),
                                      tern_combination_at(&results, 2)};
    for (size_t i = 3; i < results.arms.count; i++)
        assert_null(tern_combination_at(&results, i));
    assert_int_equal(tern_combination_verdict(told[0]), TERN_EXACT);
    assert_int_equal(told[1]->process, 2);
    assert_true(tern_combination_is_wrong(told[1]));
    assert_int_equal(tern_combination_verdict(told[1]), TERN_MISMATCH);
    assert_false(tern_combination_is_wrong(told[2]));
    assert_int_equal(tern_combination_verdict(told[2]), TERN_UNSUPPORTED);
}

static void its_toggles_stand_in_its_id(void **state)
{
    char text[TERN_COMPARISON_ID_BYTES];
    const tern_arm_record all = line("", 0, 1, ""), other = line("a=0,b=1", 0, 1, "");
    tern_arm_record loop = other;

    (void)state;
    snprintf(loop.measured, sizeof loop.measured, "a token");
    assert_string_equal(tern_combination_id(&all, text, sizeof text), id);
    assert_string_equal(tern_combination_id(&other, text, sizeof text), "k+a=0,b=1/8x8x1/w=random/t=1/hot");
    assert_string_equal(tern_combination_id(&loop, text, sizeof text), id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_combination_is_told_once, set_up, tear_down),
        cmocka_unit_test(its_toggles_stand_in_its_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
