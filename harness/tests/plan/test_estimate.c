/*
 * What the estimate of a plan depends on, and how.
 */
#include "plan/estimate.h"
#include "record/record.h"
#include "with_registry.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const tern_pace quiet = {.budget_s = 1.0, .stretch = 1.0, .cold_bytes = 256 << 20};
static void add(tern_plan *plan, const char *id)
{
    tern_case c;

    assert_int_equal(tern_case_parse(&c, id, registry, NULL), TERN_OK);
    assert_int_equal(tern_plan_add(plan, &c, "s", "g", NULL), TERN_OK);
}

static double one(const char *id, tern_pace pace)
{
    tern_plan plan = {.timed = true};

    add(&plan, id);
    const double expected_s = tern_estimate_plan(&plan, &pace);
    assert_true(plan.cases[0].expected_s == expected_s);
    tern_plan_free(&plan);
    return expected_s;
}

static const char hot[] = "scalar/64x256x1/w=random,x=random,p0=0.42,seed=1/t=1/hot",
                  cold[] = "scalar/64x256x1/w=random,x=random,p0=0.42,seed=1/t=1/cold",
                  checked[] = "scalar/64x256x1/w=random,x=random,p0=0.42,seed=1",
                  large[] = "scalar/4096x4096x1/w=random,x=random,p0=0.42,seed=1";

static void noise_spends_the_budget_and_quiet_does_not(void **state)
{
    tern_pace pace = quiet;

    (void)state;
    const double quiet_s = one(hot, pace);
    assert_true(quiet_s > 0.05 && quiet_s < 0.5);
    pace.budget_s = 100.0;
    assert_true(one(hot, pace) == quiet_s);
    pace.noise = 1.0;
    assert_true(one(hot, pace) > 100.0 && one(hot, pace) < 101.0);
    pace.budget_s = 0.01;
    assert_true(one(hot, pace) < quiet_s);
}

static void other_programs_stretch_what_needs_a_cpu_and_no_budget(void **state)
{
    tern_pace pace = quiet;

    (void)state;
    pace.stretch = 8.0;
    assert_true(fabs(one(large, pace) / one(large, quiet) - 8.0) < 1e-9);
    pace.noise = 1.0;
    pace.budget_s = 100.0;
    assert_true(one(hot, pace) < 102.0);
}

static void cold_cases_and_roofs_cost_by_the_cache(void **state)
{
    tern_pace pace = quiet, roofs = quiet;

    (void)state;
    assert_true(one(cold, pace) > one(hot, pace));
    pace.cold_bytes = 4.0 * (1 << 30);
    assert_true(one(cold, pace) > one(cold, quiet) + 1.0);
    assert_true(one(hot, pace) == one(hot, quiet));
    roofs.roofs = true;
    assert_true(one(hot, roofs) > one(hot, quiet));
    assert_true(one(checked, roofs) == one(checked, quiet));
}

static void what_is_needed_once_counts_once(void **state)
{
    tern_plan plan = {.timed = true};
    tern_pace pace = quiet;

    (void)state;
    pace.roofs = true;
    add(&plan, hot);
    add(&plan, cold);
    add(&plan, "scalar/64x256x1/w=random,x=random,p0=0.42,seed=2/t=1/hot");
    add(&plan, "scalar/64x256x1/w=random,x=random,p0=0.42,seed=2/t=2/hot");
    const double sum_s = tern_estimate_plan(&plan, &pace);
    double added_s = 0.0;
    for (size_t i = 0; i < plan.count; i++)
        added_s += plan.cases[i].expected_s;
    assert_true(fabs(added_s - sum_s) < 1e-9);
    assert_true(plan.cases[0].expected_s == one(hot, pace));
    assert_true(plan.cases[1].expected_s < one(cold, quiet));         /* checked with the first */
    assert_true(plan.cases[2].expected_s == one(hot, quiet));         /* other data, but its roofs are known */
    assert_true(plan.cases[3].expected_s > plan.cases[2].expected_s); /* roofs of two threads */
    tern_plan_free(&plan);
}

/*
 * Ratios of what is sampled in turns are rarely precise before the budget ends; and steps that are counted take time in
 * every case.
 */
static void turns_and_counted_work_take_longer(void **state)
{
    tern_plan plan = {.timed = true, .interleave = true};
    tern_pace counting = quiet;

    (void)state;
    add(&plan, hot);
    add(&plan, "reference/64x256x1/w=random,x=random,p0=0.42,seed=1/t=1/hot");
    assert_true(tern_estimate_plan(&plan, &quiet) > 2.0 * quiet.budget_s);
    tern_plan_free(&plan);
    counting.counts_work = true;
    assert_true(one(hot, counting) > one(hot, quiet) + 0.2);
    assert_true(one(checked, counting) == one(checked, quiet));
}

/* Of many tokens a check goes through few passes; and one ring serves all that take turns. */
static void more_work_is_not_always_more_time(void **state)
{
    tern_plan plan = {.timed = true, .interleave = true};
    tern_pace pace = quiet;

    (void)state;
    assert_true(one("portable/4096x4096x8/w=random,x=random,p0=0.42,seed=1", quiet) < 2.0 * one(large, quiet));
    pace.cold_bytes = 4.0 * (1 << 30);
    add(&plan, cold);
    add(&plan, "reference/64x256x1/w=random,x=random,p0=0.42,seed=1/t=1/cold");
    tern_estimate_plan(&plan, &pace);
    assert_int_not_equal(plan.cases[1].paired, 0);
    assert_true(plan.cases[1].expected_s < plan.cases[0].expected_s - 1.0);
    tern_plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_spends_the_budget_and_quiet_does_not),
        cmocka_unit_test(other_programs_stretch_what_needs_a_cpu_and_no_budget),
        cmocka_unit_test(cold_cases_and_roofs_cost_by_the_cache),
        cmocka_unit_test(what_is_needed_once_counts_once),
        cmocka_unit_test(turns_and_counted_work_take_longer),
        cmocka_unit_test(more_work_is_not_always_more_time),
    };

    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
