/*
 * Which runs repeat each other, and their samples as one series, whose interval is no narrower than what lies between
 * the runs.
 */
#include "analyse/repeats.h"

#include "cases.h"

#include <stdlib.h>

static tern_results results;
static tern_repeats repeats;

static int tear_down(void **state)
{
    (void)state;
    tern_repeats_free(&repeats);
    tern_results_free(&results);
    return 0;
}

static tern_run *add_run_of(const char *machine, const char *commit)
{
    add_run(&results, "host", "slow");
    tern_run *run = &results.runs.item[results.runs.count - 1];
    snprintf(run->machine_class, sizeof run->machine_class, "%s", machine);
    snprintf(run->commit, sizeof run->commit, "%s", commit);
    add_case(&results, "in-all", 1.0);
    return run;
}

/* Eight samples around the median, sampled in turns with others of the same race; race 0: alone. */
static void add_samples(const char *kernel, double ns, uint64_t race)
{
    double sample[8], roof[8] = {1.0};
    tern_record r = make_case(kernel, ns);

    for (int i = 0; i < 8; i++)
        sample[i] = ns + 0.01 * (i - 3.5);
    r.timing.samples = 8;
    r.timing.sample_ns = sample;
    r.timing.low_ns = sample[0];
    r.timing.high_ns = sample[7];
    r.timing.calls = 8;
    r.paired = race;
    if (race != 0) {
        r.timing.rounds = 8;
        r.timing.roof_sample = roof;
    }
    add_made(&results, r);
}

static const tern_record *find(const tern_results *of, const char *kernel)
{
    for (size_t i = 0; i < of->cases.count; i++)
        if (strcmp(of->cases.item[i].kernel, kernel) == 0)
            return &of->cases.item[i];
    return NULL;
}

static void runs_repeat_each_other_on_one_machine_with_one_build(void **state)
{
    (void)state;
    add_run_of("a", "1");
    add_run_of("a", "1");
    add_run_of("b", "1");
    add_run_of("a", "2");
    add_run_of("a", "1")->dirty = true;
    snprintf(add_run_of("a", "1")->settings, sizeof(tern_run){0}.settings, "budget=3");
    add_run_of("b", "1");
    /* Nothing in common: another part of the same campaign, no repetition. */
    add_run_of("b", "1");
    results.cases.item[results.cases.count - 1].timed = false;
    assert_int_equal(tern_repeats_new(&repeats, &results, NULL), TERN_OK);
    const uint32_t expected[] = {0, 0, 2, 3, 4, 5, 2, 7};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(repeats.first[i], expected[i]);
    assert_true(repeats.any);
    assert_int_equal(tern_repeats_machines(&results), 2);
    assert_int_equal(tern_repeats_machine(&results, 2), 2);
    assert_int_equal(tern_repeats_machine(&results, 5), 1);
}

static void samples_of_repeated_runs_are_one_series(void **state)
{
    tern_results merged = {0};
    tern_repeated s = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        add_run_of("a", i < 2 ? "1" : "2");
        add_samples("fast", 10.0 + i, 0);
    }
    assert_int_equal(tern_repeats_new(&repeats, &results, NULL), TERN_OK);
    assert_int_equal(tern_repeats_series(&repeats, &s, &results, &results.cases.item[1], NULL), TERN_OK);
    assert_int_equal(s.runs, 2);
    assert_int_equal(s.samples, 16);
    assert_true(s.fastest_ns == 10.0 && s.slowest_ns == 11.0);
    assert_true(s.median.median == 10.5 && s.median.low <= 10.0 && s.median.high >= 11.0);
    assert_int_equal(tern_repeats_series(&repeats, &s, &results, &results.cases.item[3], NULL), TERN_OK);
    assert_int_equal(s.runs, 0);
    free(s.ns);

    assert_int_equal(tern_repeats_merge(&repeats, &merged, &results, NULL), TERN_OK);
    assert_int_equal(merged.cases.count, 4);
    assert_int_equal(merged.runs.count, 3);
    const tern_record *r = find(&merged, "fast");
    assert_int_equal(r->run, 0);
    assert_int_equal(r->timing.samples, 16);
    assert_int_equal(r->timing.calls, 16);
    assert_true(r->timing.median_ns == 10.5 && r->timing.min_ns == 10.0 - 0.035);
    assert_int_equal(merged.cases.item[3].run, 2);
    tern_results_free(&merged);
}

/* A case that missed one of the runs shares no rounds with those that did not, as many samples as both have. */
static void rounds_are_those_of_the_same_runs(void **state)
{
    tern_results merged = {0};

    (void)state;
    for (uint64_t i = 1; i <= 3; i++) {
        add_run_of("a", "1");
        add_samples("a", 10.0, 100 + i);
        add_samples("b", 20.0, 100 + i);
        if (i != 2)
            add_samples("c", 20.0, 100 + i);
        if (i != 3)
            add_samples("d", 20.0, 100 + i);
    }
    assert_int_equal(tern_repeats_new(&repeats, &results, NULL), TERN_OK);
    assert_int_equal(tern_repeats_merge(&repeats, &merged, &results, NULL), TERN_OK);
    const uint64_t a = find(&merged, "a")->paired;
    assert_true(a != 0);
    assert_int_equal(find(&merged, "b")->paired, a);
    assert_int_equal(find(&merged, "a")->timing.rounds, 24);
    assert_true(find(&merged, "c")->paired != find(&merged, "d")->paired);
    tern_results_free(&merged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(runs_repeat_each_other_on_one_machine_with_one_build, tear_down),
        cmocka_unit_test_teardown(samples_of_repeated_runs_are_one_series, tear_down),
        cmocka_unit_test_teardown(rounds_are_those_of_the_same_runs, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
