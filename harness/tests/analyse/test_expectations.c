/*
 * Claims beside measurements: what is read, what is measured, what is said of it.
 */
#include "analyse/expectations.h"

#include "base/text.h"
#include "cases.h"

#include <stdlib.h>
#include <unistd.h>

static tern_results results;

static int tear_down(void **state)
{
    (void)state;
    tern_results_free(&results);
    return 0;
}

static tern_status read_text(tern_expectations *list, const char *text, tern_error *error)
{
    char path[] = "/tmp/claims-XXXXXX";
    const int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    const tern_status status = tern_expectations_read(list, path, error);
    unlink(path);
    return status;
}

static void a_file_is_read_and_nonsense_is_refused_with_its_line(void **state)
{
    tern_expectations list;
    tern_error error = {""};

    (void)state;
    assert_int_equal(read_text(&list, "[a]\nclaimed = 2 4\nmeasure = toggle\ntoggle = t\n[b]\nclaimed = 1 1\n", NULL),
                     TERN_OK);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.item[0].toggle, "t");
    assert_int_equal(list.item[0].measure, TERN_EXPECTED_TOGGLE);
    assert_true(list.item[0].low == 2.0 && list.item[0].high == 4.0);
    assert_int_equal(read_text(&list, "[a]\nclaimed = 4 2\n", &error), TERN_USAGE);
    assert_non_null(strstr(error.text, ":2: claimed is two factors of speed"));
    assert_int_equal(read_text(&list, "[a]\nclaimed = 1 2\nmeasure = guess\n", &error), TERN_USAGE);
    assert_int_equal(read_text(&list, "[a]\nspeed = 1\n", &error), TERN_USAGE);
    assert_int_equal(read_text(&list, "[a]\nclaimed = 1 2 3\n", &error), TERN_USAGE);
    assert_int_equal(read_text(&list, "[a]\nclaimed = 1 2\nclaimed = 1 3\n", &error), TERN_USAGE);
    assert_non_null(strstr(error.text, ":3: 'claimed' stands in [a] a second time"));
    assert_int_equal(read_text(&list, "[a]\nclaimed = 1 2\n  3\n", &error), TERN_USAGE);
    assert_int_equal(
        read_text(&list,
                  "[a]\nclaimed = 1 2\nkernel = (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)\n",
                  &error),
        TERN_USAGE);
    assert_non_null(strstr(error.text, ":3: kernel is longer than 127 bytes"));
    assert_int_equal(read_text(&list, "[a]\nmeasure = cache\n", &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "no line `claimed = LOW HIGH`"));
}

static tern_expected_outcome measure(double low, double high)
{
    const tern_expectation e = {
        .name = "x", .low = low, .high = high, .measure = TERN_EXPECTED_KERNELS, .kernel = "^fast$", .over = "^slow$"};
    tern_expected_outcome outcome;

    assert_int_equal(tern_expectation_measure(&e, &results, &outcome, NULL), TERN_OK);
    return outcome;
}

static void add_problem(size_t m, double slow, double fast)
{
    tern_record a = make_case("slow", slow), b = make_case("fast", fast);

    a.problem.m = b.problem.m = m;
    add_made(&results, a);
    add_made(&results, b);
}

static void a_claim_is_held_against_all_problems(void **state)
{
    (void)state;
    add_run(&results, "host", "");
    assert_int_equal(measure(2.0, 4.0).status, TERN_EXPECTED_UNMEASURED);
    add_problem(1, 30.0, 10.0);
    add_problem(2, 31.0, 10.0);
    add_problem(3, 29.0, 10.0);
    const tern_expected_outcome o = measure(2.0, 4.0);
    assert_int_equal(o.status, TERN_EXPECTED_WITHIN);
    assert_int_equal(o.comparisons, 3);
    assert_true(fabs(o.ratio.median - 3.0) < 0.01 && o.ratio.low > 2.7 && o.ratio.high < 3.3);
    assert_true(fabs(o.share - 1.5) < 0.01);
    assert_int_equal(measure(4.0, 8.0).status, TERN_EXPECTED_BELOW);
    assert_int_equal(measure(1.1, 1.2).status, TERN_EXPECTED_ABOVE);
    assert_int_equal(measure(4.0, 8.0).wrong, NULL);
}

static void what_is_slower_or_the_same_is_called_so(void **state)
{
    (void)state;
    add_run(&results, "host", "");
    add_problem(1, 10.0, 10.1);
    add_problem(2, 10.1, 10.0);
    assert_int_equal(measure(2.0, 4.0).status, TERN_EXPECTED_NO_EFFECT);
    tern_results_free(&results);
    add_run(&results, "host", "");
    add_problem(1, 10.0, 20.0);
    add_problem(2, 10.0, 20.1);
    assert_int_equal(measure(2.0, 4.0).status, TERN_EXPECTED_SLOWER);
}

static void add_in_turns(const char *kernel, const char *toggles, const double *sample_ns, double median_ns)
{
    enum { ROUNDS = 7 };
    tern_record r = make_case(kernel, median_ns);
    double sample[ROUNDS], roof[ROUNDS] = {1.0};

    memcpy(sample, sample_ns, sizeof sample);
    snprintf(r.toggles, sizeof r.toggles, "%s", toggles);
    r.paired = 1;
    r.timing.samples = r.timing.rounds = ROUNDS;
    r.timing.sample_ns = sample;
    r.timing.roof_sample = roof;
    add_made(&results, r);
}

/* The second is faster in four of seven rounds, though the median of its times is larger. */
static void the_fastest_of_cases_in_turns_is_found_round_by_round(void **state)
{
    (void)state;
    add_run(&results, "host", "");
    add_in_turns("slow", "", (double[]){10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0}, 10.0);
    add_in_turns("fast", "", (double[]){1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0}, 4.0);
    add_in_turns("fast", "prefetch=0", (double[]){4.2, 5.0, 5.0, 3.9, 4.5, 4.6, 4.7}, 4.6);
    assert_true(fabs(measure(2.0, 4.0).ratio.median - 10.0 / 4.6) < 1e-9);
}

/* Two comparisons that contradict each other: the interval holds 1 and the claim. */
static void what_is_as_likely_nothing_as_the_claim_is_undecided(void **state)
{
    (void)state;
    add_run(&results, "host", "");
    add_problem(1, 40.0, 10.0);
    add_problem(2, 10.0, 10.0);
    assert_int_equal(measure(2.0, 4.0).status, TERN_EXPECTED_UNDECIDED);
    assert_string_equal(tern_expected_status_name(TERN_EXPECTED_UNDECIDED), "undecided");
}

/* A wrong variant has no speed, however fast it is elsewhere. */
static void a_wrong_variant_is_invalid(void **state)
{
    tern_record wrong = make_case("fast", 1.0);

    (void)state;
    add_run(&results, "host", "");
    add_problem(1, 30.0, 10.0);
    wrong.timed = false;
    wrong.finding.verdict = TERN_MISMATCH;
    add_made(&results, wrong);
    const tern_expected_outcome o = measure(2.0, 4.0);
    assert_int_equal(o.status, TERN_EXPECTED_INVALID);
    assert_string_equal(tern_expected_status_name(o.status), "INVALID");
    assert_string_equal(o.wrong, "fast/64x64x1");
    assert_true(isnan(o.ratio.median) && isnan(o.share));
}

static tern_expected_outcome measure_cache(void)
{
    const tern_expectation e = {.name = "cache", .low = 2.0, .high = 3.0, .measure = TERN_EXPECTED_CACHE};
    tern_expected_outcome outcome;

    assert_int_equal(tern_expectation_measure(&e, &results, &outcome, NULL), TERN_OK);
    return outcome;
}

/* An ablation of the decode loop, or of a kernel that has a toggle of that name: with it, a step takes 10 ns. */
static void add_ablation(const char *id, const char *measured, double without_ns)
{
    for (uint32_t process = 0; process < 3; process++)
        for (int on = 0; on < 2; on++) {
            double ns[] = {on ? 10.0 : without_ns}, reference_ns[] = {10.0};
            tern_arm_record line = {
                .process = process, .toggles_in_all = 1, .samples = 1, .ns = ns, .block_ns = reference_ns};
            tern_text_copy(line.id, sizeof line.id, id);
            tern_text_copy(line.measured, sizeof line.measured, measured);
            tern_text_copy(line.on, sizeof line.on, on ? "kv_cache" : "");
            assert_int_equal(tern_results_add(&results, TERN_LINE_ARM, &line, NULL), TERN_OK);
        }
}

static void the_cache_is_what_the_ablation_of_the_loop_says_and_else_what_a_decode_run_says(void **state)
{
    static tern_decode_record decode = {.id = "decode", .timed = true, .kv_ratio_measured = 5.0};

    (void)state;
    add_run(&results, "host", "");
    add_ablation("kernel", "", 900.0);
    assert_int_equal(measure_cache().status, TERN_EXPECTED_UNMEASURED);
    assert_int_equal(tern_results_add(&results, TERN_LINE_DECODE, &decode, NULL), TERN_OK);
    assert_true(fabs(measure_cache().ratio.median - 5.0) < 1e-9);
    add_ablation("loop", "a step", 25.0);
    const tern_expected_outcome o = measure_cache();
    assert_int_equal(o.comparisons, 1);
    assert_true(fabs(o.ratio.median - 2.5) < 1e-9 && isfinite(o.ratio.low));
    assert_int_equal(o.status, TERN_EXPECTED_WITHIN);
}

/* A loop that is wrong in one of its combinations has no speed, either. */
static void a_wrong_loop_is_invalid(void **state)
{
    const tern_arm_record wrong = {
        .id = "loop", .measured = "a step", .on = "kv_cache", .toggles_in_all = 1, .wrong = true};

    (void)state;
    add_run(&results, "host", "");
    assert_int_equal(tern_results_add(&results, TERN_LINE_ARM, &wrong, NULL), TERN_OK);
    assert_int_equal(measure_cache().status, TERN_EXPECTED_INVALID);
    assert_string_equal(measure_cache().wrong, "loop");
}

static void the_file_of_the_project_is_read(void **state)
{
    tern_expectations list;
    tern_error error = {""};

    (void)state;
    if (tern_expectations_read(&list, TERN_SUITES_FOLDER "/expectations.ini", &error) != TERN_OK)
        fail_msg("%s", error.text);
    assert_int_equal(list.count, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_and_nonsense_is_refused_with_its_line),
        cmocka_unit_test_teardown(a_claim_is_held_against_all_problems, tear_down),
        cmocka_unit_test_teardown(what_is_slower_or_the_same_is_called_so, tear_down),
        cmocka_unit_test_teardown(the_fastest_of_cases_in_turns_is_found_round_by_round, tear_down),
        cmocka_unit_test_teardown(what_is_as_likely_nothing_as_the_claim_is_undecided, tear_down),
        cmocka_unit_test_teardown(a_wrong_variant_is_invalid, tear_down),
        cmocka_unit_test_teardown(the_cache_is_what_the_ablation_of_the_loop_says_and_else_what_a_decode_run_says,
                                  tear_down),
        cmocka_unit_test_teardown(a_wrong_loop_is_invalid, tear_down),
        cmocka_unit_test(the_file_of_the_project_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
