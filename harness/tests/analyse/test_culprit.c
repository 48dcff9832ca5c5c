/*
 * The rule of the bisect, by simulation: the commit is found though single figures are noisy, and few commits are
 * built.
 */
#include "analyse/culprit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "simulated.h"

enum { MOST_COMMITS = 128 };

typedef struct history {
    size_t count, culprit;
    double delta, sigma;
    tern_commit_state state[MOST_COMMITS];
    uint64_t seed;
    size_t builds, measurements;
} history;

/* Finds the range; the two ends are built, as they were gated before. */
static void bisect(history *h, size_t *first, size_t *last)
{
    tern_culprit culprit;

    assert_true(tern_culprit_new(&culprit, h->count, h->delta, h->sigma));
    h->state[h->count - 1] = TERN_COMMIT_BUILT;
    for (size_t k; (k = tern_culprit_next(&culprit, h->state)) < h->count;) {
        assert_int_not_equal(h->state[k], TERN_COMMIT_UNBUILDABLE);
        h->builds += h->state[k] == TERN_COMMIT_UNKNOWN;
        h->state[k] = TERN_COMMIT_BUILT;
        h->measurements++;
        assert_true(h->measurements < 1000);
        tern_culprit_observe(&culprit, k, (k >= h->culprit ? h->delta : 0.0) + h->sigma * simulated_normal(&h->seed));
    }
    *first = *last = h->count;
    tern_culprit_range(&culprit, first, last);
    tern_culprit_free(&culprit);
}

static void a_clear_change_takes_one_measurement_a_halving(void **state)
{
    (void)state;
    for (size_t culprit = 0; culprit < 32; culprit++) {
        history h = {.count = 32, .culprit = culprit, .delta = 0.08, .sigma = 0.004, .seed = culprit};
        size_t first, last;
        bisect(&h, &first, &last);
        assert_int_equal(first, culprit);
        assert_int_equal(last, culprit);
        assert_true(h.builds <= 6);
    }
}

/* A change of one and a half times the noise: a plain bisect that believes each figure is right in one of six. */
static void a_change_in_the_noise_is_found_all_the_same(void **state)
{
    enum { TRIES = 300 };
    size_t right = 0, builds = 0;

    (void)state;
    for (size_t i = 0; i < TRIES; i++) {
        history h = {.count = MOST_COMMITS, .culprit = i * 37 % MOST_COMMITS, .delta = 0.015, .sigma = 0.01, .seed = i};
        size_t first, last;
        bisect(&h, &first, &last);
        right += first == h.culprit && last == h.culprit;
        builds += h.builds;
    }
    assert_true(right >= TRIES * 97 / 100);
    assert_true(builds <= TRIES * 16);
}

static void what_does_not_build_is_a_range(void **state)
{
    history h = {.count = 20, .culprit = 9, .delta = 0.1, .sigma = 0.005, .seed = 3};
    size_t first, last;

    (void)state;
    h.state[8] = h.state[9] = TERN_COMMIT_UNBUILDABLE;
    bisect(&h, &first, &last);
    assert_int_equal(first, 8);
    assert_int_equal(last, 10);
}

static void what_does_not_build_elsewhere_is_passed_over(void **state)
{
    history h = {.count = 20, .culprit = 15, .delta = 0.1, .sigma = 0.005, .seed = 4};
    size_t first, last;

    (void)state;
    h.state[8] = h.state[9] = h.state[10] = TERN_COMMIT_UNBUILDABLE;
    bisect(&h, &first, &last);
    assert_int_equal(first, 15);
    assert_int_equal(last, 15);
}

static void one_commit_needs_no_measurement(void **state)
{
    history h = {.count = 1, .culprit = 0, .delta = 0.1, .sigma = 0.01, .seed = 5};
    size_t first, last;

    (void)state;
    bisect(&h, &first, &last);
    assert_int_equal(first, 0);
    assert_int_equal(h.measurements, 0);
}

static void probabilities_add_up(void **state)
{
    tern_culprit culprit;
    double sum = 0.0;

    (void)state;
    assert_true(tern_culprit_new(&culprit, 10, 0.05, 0.01));
    tern_culprit_observe(&culprit, 4, 0.05);
    tern_culprit_observe(&culprit, 2, 0.02);
    for (size_t k = 0; k < 10; k++)
        sum += culprit.p[k];
    assert_true(fabs(sum - 1.0) < 1e-12);
    assert_true(culprit.p[4] > culprit.p[5]);
    tern_culprit_free(&culprit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_change_takes_one_measurement_a_halving),
        cmocka_unit_test(a_change_in_the_noise_is_found_all_the_same),
        cmocka_unit_test(what_does_not_build_is_a_range),
        cmocka_unit_test(what_does_not_build_elsewhere_is_passed_over),
        cmocka_unit_test(one_commit_needs_no_measurement),
        cmocka_unit_test(probabilities_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
