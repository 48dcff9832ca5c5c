/*
 * The rule of the gate, by simulation: figures of processes are drawn, and the gate is asked until it has an answer. No
 * clock and no kernel.
 */
#include "analyse/gate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "simulated.h"

static const tern_gate_noise quiet = {.canary = 0.0, .steal_share = 0.0};

/* A machine: the true log ratio of a case and the spread between its processes; one figure in `spikes` is far off. */
typedef struct machine {
    double truth, spread;
    unsigned spikes;
    uint64_t seed;
} machine;

static double figure(machine *m)
{
    const double spike = m->spikes != 0 && simulated_number(&m->seed) % m->spikes == 0 ? 10.0 * m->spread : 0.0;

    return m->truth + m->spread * simulated_normal(&m->seed) + (simulated_number(&m->seed) % 2 == 0 ? spike : -spike);
}

static tern_gate_answer gate(machine *m, size_t *processes)
{
    tern_gate_series series = {0};
    int second;

    for (size_t wanted; (wanted = tern_gate_wanted(&series, &tern_gate_default_rule, &second)) > 0;)
        for (; wanted > 0; wanted--)
            if (second)
                series.second[series.seconds++] = figure(m);
            else
                series.first[series.firsts++] = figure(m);
    *processes = series.firsts + series.seconds;
    return tern_gate_answer_of(&series, &tern_gate_default_rule);
}

static void simulate(machine m, int gates, int count[TERN_GATE_VERDICTS])
{
    memset(count, 0, TERN_GATE_VERDICTS * sizeof *count);
    for (int i = 0; i < gates; i++) {
        size_t processes;
        tern_gate_answer answer = gate(&m, &processes);
        tern_gate_together(&answer, 1, &quiet, tern_gate_default_rule.confidence);
        assert_int_not_equal(answer.verdict, TERN_GATE_OPEN);
        assert_true(processes <= 2 * TERN_GATE_PROCESSES);
        count[answer.verdict]++;
    }
}

/* Spreads as they are found between processes: 0.04 to 0.93 %. */
static void equal_sides_give_no_alarm(void **state)
{
    static const double spreads[] = {0.0004, 0.001, 0.003, 0.0093};
    int count[TERN_GATE_VERDICTS];

    (void)state;
    for (size_t i = 0; i < sizeof spreads / sizeof *spreads; i++)
        for (unsigned spikes = 0; spikes <= 20; spikes += 10) {
            simulate((machine){0.0, spreads[i], spikes, 7 + i}, 3000, count);
            assert_int_equal(count[TERN_GATE_REGRESSED], 0);
            assert_true(count[TERN_GATE_IMPROVED] <= 2);
            if (spreads[i] <= 0.003)
                assert_true(count[TERN_GATE_SAME] >= 2850);
        }
}

static void what_is_slower_by_more_than_delta_is_found(void **state)
{
    int count[TERN_GATE_VERDICTS];

    (void)state;
    simulate((machine){log(1.05), 0.003, 0, 1}, 2000, count);
    assert_int_equal(count[TERN_GATE_REGRESSED], 2000);
    simulate((machine){log(1.025), 0.003, 0, 2}, 2000, count);
    assert_true(count[TERN_GATE_REGRESSED] >= 1900);
    simulate((machine){-log(1.05), 0.003, 0, 3}, 2000, count);
    assert_int_equal(count[TERN_GATE_IMPROVED], 2000);
}

static void what_is_slower_by_less_than_delta_passes_and_shows(void **state)
{
    machine m = {log(1.01), 0.002, 0, 4};
    int above = 0, improved = 0, regressed = 0;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        size_t processes;
        const tern_gate_answer answer = gate(&m, &processes);
        above += answer.mean.low > 0.0;
        improved += answer.verdict == TERN_GATE_IMPROVED;
        regressed += answer.verdict == TERN_GATE_REGRESSED;
    }
    assert_int_equal(improved, 0);
    assert_int_equal(regressed, 0);
    assert_true(above >= 1980);
}

static void a_clear_case_takes_eight_processes_and_a_regression_twice_that(void **state)
{
    machine same = {0.0, 0.001, 0, 5}, slower = {0.08, 0.001, 0, 6};
    size_t processes;

    (void)state;
    assert_int_equal(gate(&same, &processes).verdict, TERN_GATE_SAME);
    assert_int_equal(processes, 8);
    assert_int_equal(gate(&slower, &processes).verdict, TERN_GATE_REGRESSED);
    assert_int_equal(processes, 16);
}

static void a_regression_that_does_not_come_again_is_none(void **state)
{
    tern_gate_series series = {.firsts = 8, .seconds = 8};

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        series.first[i] = 0.05 + 0.001 * (double)(i % 2);
        series.second[i] = 0.001 * (double)(i % 2);
    }
    const tern_gate_answer answer = tern_gate_answer_of(&series, &tern_gate_default_rule);
    assert_int_equal(answer.verdict, TERN_GATE_INCONCLUSIVE);
    assert_non_null(answer.doubt);
}

static void noise_of_the_machine_is_no_verdict(void **state)
{
    const tern_gate_noise moved = {.canary = 0.015, .steal_share = 0.0}, stolen = {.canary = 0.0, .steal_share = 0.06};
    const tern_gate_noise unknown = {.canary = (double)NAN, .steal_share = (double)NAN};
    const tern_mean mean = {.count = 8, .mean = 0.05, .error = 0.001, .low = 0.046, .high = 0.054};
    const tern_gate_answer slower = {.verdict = TERN_GATE_REGRESSED, .mean = mean, .delta = 0.02};
    tern_gate_answer answer = slower;

    (void)state;
    tern_gate_together(&answer, 1, &moved, tern_gate_default_rule.confidence);
    assert_int_equal(answer.verdict, TERN_GATE_INCONCLUSIVE);
    answer = slower;
    tern_gate_together(&answer, 1, &stolen, tern_gate_default_rule.confidence);
    assert_int_equal(answer.verdict, TERN_GATE_INCONCLUSIVE);
    answer = slower;
    tern_gate_together(&answer, 1, &unknown, tern_gate_default_rule.confidence);
    assert_int_equal(answer.verdict, TERN_GATE_REGRESSED);
}

/* Half of the delta of each case is what it is held against, whichever stands first or last. */
static void noise_is_held_against_the_delta_of_each_case(void **state)
{
    const tern_gate_noise moved = {.canary = 0.015, .steal_share = 0.0};
    const tern_mean mean = {.count = 8, .mean = 0.08, .error = 0.001, .low = 0.076, .high = 0.084};
    const tern_gate_answer fine = {.verdict = TERN_GATE_REGRESSED, .mean = mean, .delta = 0.02};
    const tern_gate_answer coarse = {.verdict = TERN_GATE_REGRESSED, .mean = mean, .delta = 0.05};
    tern_gate_answer answers[] = {coarse, fine, coarse};

    (void)state;
    tern_gate_together(answers, 3, &moved, tern_gate_default_rule.confidence);
    assert_int_equal(answers[0].verdict, TERN_GATE_REGRESSED);
    assert_int_equal(answers[1].verdict, TERN_GATE_INCONCLUSIVE);
    assert_int_equal(answers[2].verdict, TERN_GATE_REGRESSED);
}

static void one_of_many_cases_has_to_be_clearer(void **state)
{
    enum { CASES = 200 };
    tern_gate_answer answers[CASES];
    /* p = 0.0006 with 7 degrees of freedom: enough for one case, too little for one of 200. */
    const tern_mean slight = {.count = 8, .mean = 0.025, .error = 0.005};

    (void)state;
    for (size_t i = 0; i < CASES; i++)
        answers[i] = (tern_gate_answer){.verdict = TERN_GATE_SAME, .mean = {.count = 8, .mean = 0.0, .error = 0.001}};
    answers[3] = (tern_gate_answer){.verdict = TERN_GATE_REGRESSED, .mean = slight};
    tern_gate_together(&answers[3], 1, &quiet, tern_gate_default_rule.confidence);
    assert_int_equal(answers[3].verdict, TERN_GATE_REGRESSED);
    tern_gate_together(answers, CASES, &quiet, tern_gate_default_rule.confidence);
    assert_int_equal(answers[3].verdict, TERN_GATE_INCONCLUSIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sides_give_no_alarm),
        cmocka_unit_test(what_is_slower_by_more_than_delta_is_found),
        cmocka_unit_test(what_is_slower_by_less_than_delta_passes_and_shows),
        cmocka_unit_test(a_clear_case_takes_eight_processes_and_a_regression_twice_that),
        cmocka_unit_test(a_regression_that_does_not_come_again_is_none),
        cmocka_unit_test(noise_of_the_machine_is_no_verdict),
        cmocka_unit_test(noise_is_held_against_the_delta_of_each_case),
        cmocka_unit_test(one_of_many_cases_has_to_be_clearer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
