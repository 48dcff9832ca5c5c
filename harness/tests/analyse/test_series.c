/*
 * What runs that are alike have of one case: their samples as one series, whose interval is no narrower than what lies
 * between the runs; the verdict that says most; and a name for what is not one.
 */
#include "analyse/merged.h"
#include "analyse/series.h"
#include "analyse/series_name.h"

#include "cases.h"

#include <stdlib.h>

static tern_results results;
static tern_merged merged;

static int tear_down(void **state)
{
    (void)state;
    tern_merged_free(&merged);
    tern_results_free(&results);
    return 0;
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

static void samples_of_repeated_runs_are_one_series(void **state)
{
    tern_repeat_series s = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        add_build(&results, "a", i < 2 ? "1" : "2");
        add_samples("fast", 10.0 + i, 0);
    }
    assert_int_equal(tern_merged_new(&merged, &results, NULL), TERN_OK);
    assert_int_equal(tern_repeat_series_fill(&s, &merged.repeats, &results, &results.cases.item[1], NULL), TERN_OK);
    assert_int_equal(s.runs, 2);
    assert_int_equal(s.samples, 16);
    assert_true(s.fastest_ns == 10.0 && s.slowest_ns == 11.0);
    assert_true(s.median.median == 10.5 && s.median.low <= 10.0 && s.median.high >= 11.0);
    assert_int_equal(tern_repeat_series_fill(&s, &merged.repeats, &results, &results.cases.item[3], NULL), TERN_OK);
    assert_int_equal(s.runs, 0);
    free(s.ns);

    assert_int_equal(merged.results->cases.count, 4);
    assert_int_equal(merged.results->runs.count, 3);
    const tern_record *r = find(merged.results, "fast");
    assert_int_equal(r->run, 0);
    assert_int_equal(r->timing.samples, 16);
    assert_int_equal(r->timing.calls, 16);
    assert_true(r->timing.median_ns == 10.5 && r->timing.min_ns == 10.0 - 0.035);
    assert_int_equal(merged.results->cases.item[3].run, 2);
}

/* A file that is given twice, or beside a copy, says nothing more. */
static void a_copy_adds_no_samples(void **state)
{
    tern_repeat_series s = {0};

    (void)state;
    for (int i = 0; i < 4; i++) {
        add_build(&results, "a", "1");
        add_samples("fast", i < 2 ? 10.0 : 11.0, 0);
    }
    assert_int_equal(tern_merged_new(&merged, &results, NULL), TERN_OK);
    assert_int_equal(tern_repeat_series_fill(&s, &merged.repeats, &results, &results.cases.item[1], NULL), TERN_OK);
    assert_int_equal(s.runs, 2);
    assert_int_equal(s.samples, 16);
    free(s.ns);
}

/* A case that missed one of the runs shares no rounds with those that did not, as many samples as both have. */
static void rounds_are_those_of_the_same_runs(void **state)
{

    (void)state;
    for (uint64_t i = 1; i <= 3; i++) {
        add_build(&results, "a", "1");
        add_samples("a", 10.0 + (double)i, 100 + i);
        add_samples("b", 20.0 + (double)i, 100 + i);
        if (i != 2)
            add_samples("c", 20.0 + (double)i, 100 + i);
        if (i != 3)
            add_samples("d", 20.0 + (double)i, 100 + i);
    }
    assert_int_equal(tern_merged_new(&merged, &results, NULL), TERN_OK);
    const uint64_t a = find(merged.results, "a")->paired;
    assert_true(a != 0);
    assert_int_equal(find(merged.results, "b")->paired, a);
    assert_int_equal(find(merged.results, "a")->timing.rounds, 24);
    assert_true(find(merged.results, "c")->paired != find(merged.results, "d")->paired);
}

static void add_verdict(const char *kernel, tern_verdict verdict)
{
    tern_record r = make_case(kernel, 1.0);

    r.timed = verdict == TERN_EXACT;
    r.finding.verdict = verdict;
    add_made(&results, r);
}

/* In any order: wrong once is wrong, and what could not be done once says nothing against what could. */
static void a_case_is_what_its_weightiest_verdict_says(void **state)
{
    static const struct {
        const char *kernel;
        tern_verdict of_run[2], expected;
    } cases[] = {
        {"wrong-later", {TERN_EXACT, TERN_MISMATCH}, TERN_MISMATCH},
        {"wrong-first", {TERN_CRASH, TERN_EXACT}, TERN_CRASH},
        {"no-room-later", {TERN_EXACT, TERN_UNSUPPORTED}, TERN_EXACT},
        {"no-room-first", {TERN_UNSUPPORTED, TERN_EXACT}, TERN_EXACT},
        {"ended-first", {TERN_INTERRUPTED, TERN_UNSUPPORTED}, TERN_UNSUPPORTED},
        {"wrong-twice", {TERN_MISMATCH, TERN_CRASH}, TERN_MISMATCH},
    };
    enum { CASES = sizeof cases / sizeof *cases };

    (void)state;
    for (int run = 0; run < 2; run++) {
        add_build(&results, "a", "1");
        for (size_t i = 0; i < CASES; i++)
            add_verdict(cases[i].kernel, cases[i].of_run[run]);
    }
    assert_int_equal(tern_merged_new(&merged, &results, NULL), TERN_OK);
    assert_int_equal(merged.results->cases.count, CASES + 1);
    for (size_t i = 0; i < CASES; i++) {
        const tern_record *r = find(merged.results, cases[i].kernel);
        assert_int_equal(r->finding.verdict, cases[i].expected);
        assert_int_equal(r->timed, cases[i].expected == TERN_EXACT);
        assert_int_equal(r->run, 0);
    }
}

static void add_loop(double tokens_per_s, double ms)
{
    static tern_decode_record r;

    r = (tern_decode_record){.id = "decode", .timed = true, .repetitions = 2, .median_ms = ms};
    r.roof_read_gbps = 2.0 * tokens_per_s, r.roof_gmacs = 20.0 - tokens_per_s;
    r.roof_step_gbps = 40.0 - tokens_per_s;
    snprintf(r.roof_instruction, sizeof r.roof_instruction, "%g", tokens_per_s);
    r.decode =
        (tern_phase){.tokens = 8, .tokens_per_s = tokens_per_s, .rates = 2, .rate = {tokens_per_s - 1.0, tokens_per_s}};
    assert_int_equal(tern_results_add(&results, TERN_LINE_DECODE, &r, NULL), TERN_OK);
}

/*
 * Figures of a loop are of its best repetition, whichever run has it, and so is the rate that was read in turns with
 * it; rates are of all, the machine's limits the best of all.
 */
static void decode_runs_are_one_with_all_repetitions(void **state)
{
    tern_repeat_series s = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        add_build(&results, "a", i == 2 ? "2" : "1");
        add_loop(10.0 + i, 5.0 + i);
    }
    assert_int_equal(tern_merged_new(&merged, &results, NULL), TERN_OK);
    assert_int_equal(merged.results->decodes.count, 2);
    const tern_decode_record *r = &merged.results->decodes.item[0];
    assert_int_equal(r->run, 0);
    assert_int_equal(r->repetitions, 4);
    assert_int_equal(r->decode.rates, 4);
    assert_true(r->roof_read_gbps == 22.0 && r->roof_gmacs == 10.0 && r->roof_step_gbps == 29.0);
    assert_string_equal(r->roof_instruction, "10");
    assert_true(r->decode.tokens_per_s == 11.0 && r->median_ms == 6.0 && r->decode.rate[0] == 9.0);
    assert_int_equal(tern_repeat_series_fill_phase(&s, &merged.repeats, &results, &results.decodes.item[0],
                                                   offsetof(tern_decode_record, decode), NULL),
                     TERN_OK);
    assert_int_equal(s.runs, 2);
    assert_int_equal(s.samples, 4);
    assert_true(s.fastest_ns < s.slowest_ns);
    free(s.ns);
}

static const char *name_in(uint32_t run, char *name)
{
    return tern_series_name(merged.results, TERN_LINE_CASE, "in-all/64x64x1", run, name);
}

static void names_say_what_tells_series_apart_and_no_more(void **state)
{
    char name[TERN_SERIES_NAME_BYTES];

    (void)state;
    add_build(&results, "a", "1");
    add_build(&results, "a", "1");
    assert_int_equal(tern_merged_new(&merged, &results, NULL), TERN_OK);
    assert_string_equal(name_in(0, name), "in-all/64x64x1");
    tern_merged_free(&merged);

    snprintf(add_build(&results, "b", "1")->machine_class_hash, sizeof(tern_run){0}.machine_class_hash, "0123");
    add_build(&results, "a", "2");
    add_build(&results, "a", "2")->dirty = true;
    snprintf(add_build(&results, "a", "2")->settings, sizeof(tern_run){0}.settings, "budget=3");
    assert_int_equal(tern_merged_new(&merged, &results, NULL), TERN_OK);
    assert_string_equal(name_in(0, name), "in-all/64x64x1 @ host, machine 1 @ commit 1");
    assert_string_equal(name_in(2, name), "in-all/64x64x1 @ host, class 0123");
    assert_string_equal(name_in(3, name), "in-all/64x64x1 @ host, machine 1 @ commit 2 @ run 4");
    assert_string_equal(name_in(4, name), "in-all/64x64x1 @ host, machine 1 @ commit 2 (modified)");
    assert_string_equal(name_in(5, name), "in-all/64x64x1 @ host, machine 1 @ commit 2 @ run 6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(samples_of_repeated_runs_are_one_series, tear_down),
        cmocka_unit_test_teardown(a_copy_adds_no_samples, tear_down),
        cmocka_unit_test_teardown(rounds_are_those_of_the_same_runs, tear_down),
        cmocka_unit_test_teardown(a_case_is_what_its_weightiest_verdict_says, tear_down),
        cmocka_unit_test_teardown(decode_runs_are_one_with_all_repetitions, tear_down),
        cmocka_unit_test_teardown(names_say_what_tells_series_apart_and_no_more, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
