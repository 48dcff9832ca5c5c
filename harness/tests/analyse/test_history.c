/*
 * A thousand flat series raise no alarm, a step of one does, a step of all is the environment, and what is planned,
 * known, or of the same code is told as such.
 */
#include "analyse/history.h"

#include "analyse/planned_changes.h"
#include "base/text.h"
#include "simulated.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { POINTS = 60, STEP_AT = 40 };

/* Figures of a flat series: a third gaussian, a third with spikes, a third that drift to and fro. */
static double flat(uint64_t *seed, size_t series, size_t i, double sd)
{
    double value = sd * simulated_normal(seed);
    const double chance = (double)(simulated_number(seed) >> 11) * 0x1p-53;

    if (series % 3 == 1 && chance < 0.05)
        value += 0.05 + 4.0 * chance;
    if (series % 3 == 2)
        value += 0.006 * sin((double)series + 6.283 * (double)i / (25.0 + (double)(series % 30))) +
                 0.0005 * (double)(series % 7) * (double)i / 3.0 * (series % 2 == 0 ? 1.0 : -1.0);
    return value;
}

/* A point for each of `series` cases in each of POINTS runs; step of them are slower from STEP_AT on. */
static void fill(tern_results *results, size_t series, size_t steps, double step, uint64_t seed)
{
    double sd[2000];

    for (size_t s = 0; s < series; s++)
        sd[s] = 0.003 + 0.004 * (double)(simulated_number(&seed) >> 11) * 0x1p-53;
    for (size_t i = 0; i < POINTS; i++) {
        tern_run run = {.method = 1};
        snprintf(run.time, sizeof run.time, "2026-%02zu-%02zuT00:00:00Z", 1 + i / 28, 1 + i % 28);
        strcpy(run.machine_class_hash, "class");
        assert_int_equal(tern_results_add(results, TERN_LINE_RUN, &run, NULL), TERN_OK);
        for (size_t s = 0; s < series; s++) {
            tern_point point = {.anchor = "anchor", .processes = 8};
            snprintf(point.id, sizeof point.id, "kernel%zu/8x8x1", s);
            snprintf(point.commit, sizeof point.commit, "c%zu", i);
            snprintf(point.code, sizeof point.code, "%zu", s < steps ? i : 0);
            point.ratio = flat(&seed, s, i, sd[s]) + (s < steps && i >= STEP_AT ? log1p(step) : 0.0);
            assert_int_equal(tern_results_add(results, TERN_LINE_POINT, &point, NULL), TERN_OK);
        }
    }
}

static const tern_history_rule unconfirmed = {
    .step = 0.03, .chance = 0.01, .everywhere = 0.5, .told = UINT32_MAX, .unconfirmed = true};

static void judge(tern_history *history, const tern_results *results, const tern_planned_changes *planned)
{
    assert_int_equal(tern_history_new(history, results, &unconfirmed, planned, NULL), TERN_OK);
}

static void a_thousand_flat_series_raise_at_most_one_alarm(void **state)
{
    tern_results results = {0};
    tern_history history;
    char census[128];

    (void)state;
    fill(&results, 1000, 0, 0.0, 1);
    /* Without a code that says so, nothing but the figures keeps an alarm away. */
    for (size_t i = 0; i < results.points.count; i++)
        results.points.item[i].code[0] = '\0';
    judge(&history, &results, NULL);
    assert_int_equal(history.count, 1000);
    assert_int_equal(history.judged, 1000);
    assert_true(tern_history_count(&history, TERN_STEP_ALERT) + tern_history_count(&history, TERN_STEP_IMPROVED) +
                    history.environments <=
                1);
    assert_string_equal(tern_history_census(&history, census, sizeof census), "judged 1000 of 1000 series");
    tern_history_free(&history);
    tern_results_free(&results);
}

static void a_step_of_one_is_found_among_a_hundred(void **state)
{
    tern_results results = {0};
    tern_history history;

    (void)state;
    fill(&results, 100, 1, 0.03, 2);
    judge(&history, &results, NULL);
    assert_int_equal(tern_history_count(&history, TERN_STEP_ALERT), 1);
    const char *after = history.step[0].after->commit;
    assert_true(strcmp(after, "c39") == 0 || strcmp(after, "c40") == 0 || strcmp(after, "c41") == 0);
    tern_history_free(&history);
    tern_results_free(&results);
}

static void a_step_of_all_is_one_environment(void **state)
{
    tern_results results = {0};
    tern_history history;

    (void)state;
    fill(&results, 40, 40, 0.06, 3);
    judge(&history, &results, NULL);
    assert_int_equal(history.environments, 1);
    assert_int_equal(tern_history_count(&history, TERN_STEP_ALERT), 0);
    assert_true(history.environment[0].series >= 30);
    assert_int_equal(history.environment[0].judged, 40);
    assert_true(fabs(history.environment[0].step - log1p(0.06)) < 0.01);
    tern_history_free(&history);
    tern_results_free(&results);
}

/* One step of a series, told as different kinds. */
static tern_step_kind kind_of(const tern_results *results, const tern_planned_changes *planned,
                              const tern_history_rule *rule)
{
    tern_history history;

    assert_int_equal(tern_history_new(&history, results, rule, planned, NULL), TERN_OK);
    assert_int_equal(history.steps, 1);
    const tern_step_kind kind = history.step[0].kind;
    tern_history_free(&history);
    return kind;
}

static void add_again(tern_results *results, const char *verdict)
{
    const tern_run run = {.time = "2026-06-01T00:00:00Z", .machine_class_hash = "class", .method = 1};
    tern_remeasured again = {.id = "kernel0/8x8x1", .anchor = "anchor", .before = "c39", .after = "c40"};

    strcpy(again.machine_class_hash, "class");
    tern_text_copy(again.verdict, sizeof again.verdict, verdict);
    assert_int_equal(tern_results_add(results, TERN_LINE_RUN, &run, NULL), TERN_OK);
    assert_int_equal(tern_results_add(results, TERN_LINE_REMEASURED, &again, NULL), TERN_OK);
}

static void a_step_is_suspected_then_known_or_planned(void **state)
{
    tern_history_rule rule = tern_history_default_rule;
    tern_planned_changes planned = {.count = 1};
    tern_results results = {0};

    (void)state;
    fill(&results, 2, 1, 0.10, 4);
    assert_int_equal(kind_of(&results, NULL, &rule), TERN_STEP_SUSPECT);
    assert_int_equal(kind_of(&results, NULL, &unconfirmed), TERN_STEP_ALERT);

    assert_int_equal(tern_filter_compile(&planned.item[0].cases, "^kernel0/", NULL), TERN_OK);
    assert_int_equal(kind_of(&results, &planned, &rule), TERN_STEP_PLANNED);
    strcpy(planned.item[0].commit, "c40");
    assert_int_equal(kind_of(&results, &planned, &rule), TERN_STEP_PLANNED);
    strcpy(planned.item[0].commit, "c30");
    assert_int_equal(kind_of(&results, &planned, &rule), TERN_STEP_SUSPECT);
    tern_planned_changes_free(&planned);

    rule.told = (uint32_t)results.runs.count;
    add_again(&results, "REGRESSED");
    assert_int_equal(kind_of(&results, NULL, &rule), TERN_STEP_ALERT);
    rule.told = (uint32_t)results.runs.count;
    assert_int_equal(kind_of(&results, NULL, &rule), TERN_STEP_KNOWN);
    add_again(&results, "OK");
    assert_int_equal(kind_of(&results, NULL, &rule), TERN_STEP_NOT_AGAIN);
    tern_results_free(&results);
}

static void the_same_code_is_not_to_blame(void **state)
{
    tern_results results = {0};

    (void)state;
    fill(&results, 2, 1, 0.10, 4);
    for (size_t i = 0; i < results.points.count; i++)
        strcpy(results.points.item[i].code, "same");
    assert_int_equal(kind_of(&results, NULL, &unconfirmed), TERN_STEP_SAME_CODE);
    tern_results_free(&results);
}

static void faster_is_no_alarm(void **state)
{
    tern_results results = {0};

    (void)state;
    fill(&results, 2, 1, -0.10, 4);
    assert_int_equal(kind_of(&results, NULL, &unconfirmed), TERN_STEP_IMPROVED);
    tern_results_free(&results);
}

static void other_classes_methods_and_anchors_are_other_series(void **state)
{
    tern_results results = {0};
    tern_history history;
    char census[128];

    (void)state;
    fill(&results, 1, 0, 0.0, 1);
    for (size_t i = 0; i < results.runs.count; i++) {
        strcpy(results.runs.item[i].machine_class_hash, i % 2 == 0 ? "family 25" : "family 26");
        results.runs.item[i].method = i < 20 ? 1 : 2;
    }
    strcpy(results.points.item[0].anchor, "older");
    judge(&history, &results, NULL);
    assert_int_equal(history.count, 5);
    assert_string_equal(tern_history_census(&history, census, sizeof census), "judged 3 of 5 series: 2 too few points");
    tern_history_free(&history);
    tern_results_free(&results);
}

static void what_is_no_longer_measured_is_told(void **state)
{
    tern_results results = {0};
    tern_history history;

    (void)state;
    fill(&results, 2, 0, 0.0, 1);
    /* The second case ends ten runs before the first: what follows is the first one's alone. */
    for (size_t i = 2 * (POINTS - 10) + 1; i < results.points.count; i += 2)
        strcpy(results.points.item[i].id, "new/8x8x1");
    judge(&history, &results, NULL);
    assert_int_equal(history.count, 3);
    size_t gone = 0;
    for (size_t i = 0; i < history.count; i++)
        gone += history.series[i].state == TERN_SERIES_GONE;
    assert_int_equal(gone, 1);
    tern_history_free(&history);
    tern_results_free(&results);
}

static void nothing_is_no_error(void **state)
{
    const tern_results nothing = {0};
    tern_history history;

    (void)state;
    judge(&history, &nothing, NULL);
    assert_int_equal(history.count, 0);
    assert_int_equal(history.steps, 0);
    tern_history_free(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_flat_series_raise_at_most_one_alarm),
        cmocka_unit_test(a_step_of_one_is_found_among_a_hundred),
        cmocka_unit_test(a_step_of_all_is_one_environment),
        cmocka_unit_test(a_step_is_suspected_then_known_or_planned),
        cmocka_unit_test(the_same_code_is_not_to_blame),
        cmocka_unit_test(faster_is_no_alarm),
        cmocka_unit_test(other_classes_methods_and_anchors_are_other_series),
        cmocka_unit_test(what_is_no_longer_measured_is_told),
        cmocka_unit_test(nothing_is_no_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
