/*
 * Which cases of a gate become points of a history, and with which figures.
 */
#include "analyse/gate_points.h"
#include "one_run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add_case(const char *id, tern_compared_state what, const char *anchor, uint64_t values)
{
    tern_compared compared = {.state = what, .delta = 0.02, .cand_code = "bb"};

    snprintf(compared.id, sizeof compared.id, "%s", id);
    snprintf(compared.base_code, sizeof compared.base_code, "%s", anchor);
    snprintf(compared.cand_commit, sizeof compared.cand_commit, "0123456789abcdef0123456789abcdef01234567");
    compared.finding.values = values;
    assert_int_equal(tern_results_add(&results, TERN_LINE_COMPARED, &compared, NULL), TERN_OK);
}

/* So many processes that find that ratio, give or take a thousandth. */
static void add_pairs(const char *id, uint32_t processes, double ratio, double steal)
{
    for (uint32_t p = 0; p < processes; p++) {
        double base_ns[] = {100.0, 100.0}, cand_ns[2];
        cand_ns[0] = cand_ns[1] = 100.0 * ratio * (p % 2 == 0 ? 1.001 : 0.999);
        tern_pair pair = {.process = p, .samples = 2, .base_ns = base_ns, .cand_ns = cand_ns, .steal_share = steal};
        snprintf(pair.id, sizeof pair.id, "%s", id);
        assert_int_equal(tern_results_add(&results, TERN_LINE_PAIR, &pair, NULL), TERN_OK);
    }
}

static void points_of(tern_results *points, tern_gate_points *became)
{
    *points = (tern_results){0};
    *became = (tern_gate_points){0};
    assert_int_equal(tern_gate_points_add(points, &results, became, NULL), TERN_OK);
}

static void a_case_that_was_timed_is_a_point(void **state)
{
    tern_results points;
    tern_gate_points became;

    (void)state;
    add_case("timed", TERN_COMPARED_TIMED, "aa", 1);
    add_pairs("timed", 8, 0.9, 0.01);
    points_of(&points, &became);
    assert_int_equal(became.points, 1);
    const tern_point *point = &points.points.item[0];
    assert_string_equal(point->id, "timed");
    assert_string_equal(point->anchor, "aa");
    assert_string_equal(point->code, "bb");
    assert_string_equal(point->commit, "0123456789ab");
    assert_true(fabs(point->ratio - log(0.9)) < 1e-5);
    assert_true(point->error > 0.0 && point->error < 0.001);
    assert_int_equal(point->processes, 8);
    assert_true(fabs(point->steal_share - 0.01) < 1e-12);
    assert_int_equal(points.runs.count, 1);
    assert_int_equal(points.ends.count, 1);
    tern_results_free(&points);
}

static void the_anchors_own_code_is_one_without_being_timed(void **state)
{
    tern_results points;
    tern_gate_points became;

    (void)state;
    add_case("same", TERN_COMPARED_IDENTICAL, "bb", 1);
    add_case("canary", TERN_COMPARED_CANARY, "bb", 1);
    add_pairs("canary", 8, 1.001, 0.0);
    add_case("canary: of the anchor against itself", TERN_COMPARED_CANARY, "aa", 0);
    points_of(&points, &became);
    assert_int_equal(became.points, 2);
    assert_int_equal(became.untimed, 0);
    for (size_t i = 0; i < 2; i++) {
        assert_true(points.points.item[i].ratio == 0.0);
        assert_int_equal(points.points.item[i].processes, 0);
    }
    tern_results_free(&points);
}

static void a_noisy_machine_gives_no_points(void **state)
{
    tern_results points;
    tern_gate_points became;

    (void)state;
    add_case("timed", TERN_COMPARED_TIMED, "aa", 1);
    add_pairs("timed", 8, 0.9, 0.0);
    add_case("canary", TERN_COMPARED_CANARY, "bb", 1);
    add_pairs("canary", 8, 1.02, 0.0);
    points_of(&points, &became);
    assert_int_equal(became.noisy, 1);
    assert_int_equal(became.points, 1);
    tern_results_free(&points);
}

static void what_was_not_timed_to_the_end_is_left_out(void **state)
{
    tern_results points;
    tern_gate_points became;

    (void)state;
    add_case("cut off", TERN_COMPARED_TIMED, "aa", 1);
    add_pairs("cut off", 5, 1.0, 0.0);
    add_case("wrong", TERN_COMPARED_WRONG, "aa", 1);
    add_case("new", TERN_COMPARED_ADDED, "", 1);
    add_case("old", TERN_COMPARED_TIMED, "", 1);
    add_pairs("old", 8, 1.0, 0.0);
    points_of(&points, &became);
    assert_int_equal(became.points, 0);
    assert_int_equal(became.untimed, 3);
    assert_int_equal(became.unnamed, 1);
    assert_true(became.unfinished);
    tern_results_free(&points);
}

static void a_machine_of_no_class_gives_no_points(void **state)
{
    tern_results points;
    tern_gate_points became;

    (void)state;
    results.runs.item[0].machine_class_hash[0] = '\0';
    add_case("timed", TERN_COMPARED_TIMED, "aa", 1);
    add_pairs("timed", 8, 0.9, 0.0);
    points_of(&points, &became);
    assert_int_equal(became.points, 0);
    assert_int_equal(became.unnamed, 1);
    tern_results_free(&points);
}

/* As a folder, even one whose tree was clean: a record does not know of which commit it is. */
static void what_is_no_commit_gives_no_points(void **state)
{
    tern_results points;
    tern_gate_points became;

    (void)state;
    add_case("timed", TERN_COMPARED_TIMED, "aa", 1);
    add_pairs("timed", 8, 0.9, 0.0);
    results.compared.item[0].cand_commit[0] = '\0';
    strcpy(results.compared.item[0].cand, ".");
    points_of(&points, &became);
    assert_int_equal(became.points, 0);
    assert_int_equal(became.uncommitted, 1);
    assert_string_equal(became.side, ".");
    assert_int_equal(points.runs.count, 0);
    tern_results_free(&points);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_case_that_was_timed_is_a_point, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_anchors_own_code_is_one_without_being_timed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_noisy_machine_gives_no_points, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_timed_to_the_end_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_machine_of_no_class_gives_no_points, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_commit_gives_no_points, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
