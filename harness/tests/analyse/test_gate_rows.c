/*
 * The verdicts of a gate from its lines alone: what is counted, what the exit status is, what the last line says.
 */
#include "analyse/gate_rows.h"
#include "one_run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { QUADS = 3 };

static void add_case(const char *id, tern_compared_state what, bool expected)
{
    tern_compared compared = {.state = what, .expected = expected, .delta = 0.02};

    snprintf(compared.id, sizeof compared.id, "%s", id);
    compared.finding.values = 1;
    compared.base_instructions = 100.0;
    compared.cand_instructions = 250.0;
    assert_int_equal(tern_results_add(&results, TERN_LINE_COMPARED, &compared, NULL), TERN_OK);
}

/* Processes of which each finds that ratio, give or take a thousandth. */
static void add_pairs(const char *id, bool second, double ratio)
{
    for (uint32_t p = 0; p < 8; p++) {
        double base_ns[2 * QUADS], cand_ns[2 * QUADS];
        for (size_t i = 0; i < 2 * QUADS; i++) {
            base_ns[i] = 100.0 + (double)i;
            cand_ns[i] = base_ns[i] * ratio * (p % 2 == 0 ? 1.0005 : 0.9995);
        }
        tern_pair pair = {.process = p, .second = second, .samples = 2 * QUADS, .base_ns = base_ns, .cand_ns = cand_ns};
        snprintf(pair.id, sizeof pair.id, "%s", id);
        assert_int_equal(tern_results_add(&results, TERN_LINE_PAIR, &pair, NULL), TERN_OK);
    }
}

static tern_status judge(bool strict, char *coverage)
{
    tern_gate_rows rows;

    assert_int_equal(tern_gate_rows_new(&rows, &results, 0, NULL), TERN_OK);
    tern_gate_coverage(&rows, coverage, 256);
    const tern_status status = tern_gate_status(&rows, strict);
    tern_gate_rows_free(&rows);
    return status;
}

static void a_regression_is_status_3_unless_it_is_expected(void **state)
{
    char coverage[256];

    (void)state;
    add_case("same", TERN_COMPARED_TIMED, false);
    add_pairs("same", false, 1.001);
    add_case("expected", TERN_COMPARED_TIMED, true);
    add_pairs("expected", false, 1.1);
    add_pairs("expected", true, 1.1);
    assert_int_equal(judge(true, coverage), TERN_OK);
    assert_string_equal(coverage, "2 cases: 1 expected, 1 OK; judged 2 of 2");
    add_case("slower", TERN_COMPARED_TIMED, false);
    add_pairs("slower", false, 1.1);
    add_pairs("slower", true, 1.1);
    assert_int_equal(judge(false, coverage), TERN_REGRESSED);
    assert_string_equal(coverage, "3 cases: 1 REGRESSED, 1 expected, 1 OK; judged 3 of 3");
}

/* Cases whose code is the same are judged without being timed: they do not stand for one that was too noisy. */
static void identical_cases_do_not_make_up_for_one_that_is_open(void **state)
{
    char coverage[256];

    (void)state;
    add_case("identical", TERN_COMPARED_IDENTICAL, false);
    assert_int_equal(judge(false, coverage), TERN_OK);
    add_case("open", TERN_COMPARED_TIMED, false);
    assert_int_equal(judge(false, coverage), TERN_ENVIRONMENT);
    assert_string_equal(coverage, "2 cases: 1 IDENTICAL, 1 not finished; judged 1 of 2");
    add_case("same", TERN_COMPARED_TIMED, false);
    add_pairs("same", false, 1.001);
    assert_int_equal(judge(false, coverage), TERN_OK);
    assert_int_equal(judge(true, coverage), TERN_ENVIRONMENT);
}

static void wrong_comes_before_slow(void **state)
{
    char coverage[256];

    (void)state;
    add_case("slower", TERN_COMPARED_TIMED, false);
    add_pairs("slower", false, 1.1);
    add_pairs("slower", true, 1.1);
    add_case("wrong", TERN_COMPARED_WRONG, false);
    assert_int_equal(judge(false, coverage), TERN_WRONG);
}

/* A process that gave no figure, since a side was wrong while it was timed. */
static void add_fault(const char *id, tern_verdict cand)
{
    tern_pair pair = {.process = 8, .finding = {.verdict = cand}, .reason = "a side was wrong"};

    snprintf(pair.id, sizeof pair.id, "%s", id);
    assert_int_equal(tern_results_add(&results, TERN_LINE_PAIR, &pair, NULL), TERN_OK);
}

static void wrong_while_it_is_timed_is_wrong_and_has_no_speed(void **state)
{
    char coverage[256];
    tern_gate_rows rows;

    (void)state;
    add_case("same", TERN_COMPARED_TIMED, false);
    add_pairs("same", false, 1.001);
    add_case("base is wrong", TERN_COMPARED_TIMED, false);
    add_fault("base is wrong", TERN_EXACT);
    add_case("stopped", TERN_COMPARED_TIMED, false);
    add_fault("stopped", TERN_INTERRUPTED);
    assert_int_equal(judge(false, coverage), TERN_OK);
    assert_string_equal(coverage, "3 cases: 2 INCONCLUSIVE, 1 OK; judged 1 of 3");
    add_case("wrong", TERN_COMPARED_TIMED, false);
    add_pairs("wrong", false, 0.5);
    add_fault("wrong", TERN_NONDETERMINISTIC);
    add_case("wrong, and a canary", TERN_COMPARED_CANARY, false);
    add_fault("wrong, and a canary", TERN_CRASH);
    assert_int_equal(judge(false, coverage), TERN_WRONG);
    assert_string_equal(coverage, "5 cases: 2 WRONG, 2 INCONCLUSIVE, 1 OK; judged 3 of 5");
    assert_int_equal(tern_gate_rows_new(&rows, &results, 0, NULL), TERN_OK);
    assert_int_equal(rows.row[3].compared->state, TERN_COMPARED_WRONG);
    assert_int_equal(rows.row[3].compared->finding.verdict, TERN_NONDETERMINISTIC);
    assert_int_equal(rows.row[3].series.firsts, 0);
    tern_gate_rows_free(&rows);
}

/* BASE against itself is no case: what is wrong with it is not held against CAND. */
static void base_that_is_wrong_against_itself_is_no_wrong_case(void **state)
{
    char coverage[256];

    (void)state;
    add_case("same", TERN_COMPARED_TIMED, false);
    add_pairs("same", false, 1.001);
    add_case("canary: same", TERN_COMPARED_CANARY, false);
    results.compared.item[1].finding.values = 0;
    add_fault("canary: same", TERN_NONDETERMINISTIC);
    assert_int_equal(judge(false, coverage), TERN_OK);
    assert_string_equal(coverage, "1 case: 1 OK; judged 1 of 1");
}

static void nothing_judged_is_never_green(void **state)
{
    char coverage[256];

    (void)state;
    assert_int_equal(judge(false, coverage), TERN_NOTHING);
    add_case("left out", TERN_COMPARED_LEFT_OUT, false);
    add_case("unfinished", TERN_COMPARED_TIMED, false);
    assert_int_equal(judge(false, coverage), TERN_ENVIRONMENT);
    assert_string_equal(coverage, "2 cases: 1 left out, 1 not finished; judged 0 of 2");
}

static void what_vanished_is_a_regression_and_what_came_is_none(void **state)
{
    char coverage[256];

    (void)state;
    add_case("new", TERN_COMPARED_ADDED, false);
    add_case("fixed", TERN_COMPARED_FIXED, false);
    add_case("identical", TERN_COMPARED_IDENTICAL, false);
    assert_int_equal(judge(true, coverage), TERN_OK);
    add_case("gone", TERN_COMPARED_REMOVED, false);
    assert_int_equal(judge(false, coverage), TERN_REGRESSED);
    assert_string_equal(coverage, "4 cases: 1 REMOVED, 1 FIXED, 1 ADDED, 1 IDENTICAL; judged 4 of 4");
}

static void a_canary_that_moves_makes_changes_doubtful(void **state)
{
    char coverage[256];

    (void)state;
    add_case("slower", TERN_COMPARED_TIMED, false);
    add_pairs("slower", false, 1.1);
    add_pairs("slower", true, 1.1);
    add_case("canary", TERN_COMPARED_CANARY, false);
    add_pairs("canary", false, 1.015);
    assert_int_equal(judge(false, coverage), TERN_ENVIRONMENT);
    assert_string_equal(coverage, "2 cases: 1 INCONCLUSIVE, 1 IDENTICAL; judged 1 of 2");
}

static void counts_of_instructions_tell_the_kind_of_change(void **state)
{
    tern_gate_rows rows;

    (void)state;
    add_case("other path", TERN_COMPARED_TIMED, false);
    assert_int_equal(tern_gate_rows_new(&rows, &results, 0, NULL), TERN_OK);
    assert_int_equal(rows.row[0].work, TERN_WORK_PATH);
    tern_gate_rows_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_regression_is_status_3_unless_it_is_expected, set_up, tear_down),
        cmocka_unit_test_setup_teardown(identical_cases_do_not_make_up_for_one_that_is_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_comes_before_slow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_while_it_is_timed_is_wrong_and_has_no_speed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(base_that_is_wrong_against_itself_is_no_wrong_case, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_judged_is_never_green, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_vanished_is_a_regression_and_what_came_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_canary_that_moves_makes_changes_doubtful, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_of_instructions_tell_the_kind_of_change, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
