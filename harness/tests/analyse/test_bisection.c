/*
 * A whole bisect on a simulated machine: commits are drawn, and the lines say what to observe next until there is an
 * answer. No clock, no kernel, no repository.
 */
#include "analyse/bisection.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "simulated.h"

enum { MOST = 64 };

typedef enum kind { HARMLESS, SLOW, BROKEN, WORDS } kind;

/* Candidates of a range, what the change costs, and how much figures of processes differ. */
typedef struct history {
    kind kind[MOST];
    size_t count;
    double delta, spread;
    uint64_t seed;
    tern_results results;
    size_t builds, observations;
} history;

/* What commit k costs against the good end; k = -1 is that end. */
static double truth(const history *h, ptrdiff_t k)
{
    double cost = 0.0;

    for (ptrdiff_t i = 0; i <= k; i++)
        cost += h->kind[i] == SLOW ? h->delta : 0.0;
    return cost;
}

/* The mean of so many processes and its standard error. */
static void measure(history *h, double cost, size_t processes, tern_step *step)
{
    double figure[2 * TERN_BISECTION_PROCESSES], squares = 0.0;

    step->ratio = 0.0;
    for (size_t i = 0; i < processes; i++)
        step->ratio += (figure[i] = cost + h->spread * simulated_normal(&h->seed)) / (double)processes;
    for (size_t i = 0; i < processes; i++)
        squares += (figure[i] - step->ratio) * (figure[i] - step->ratio);
    step->error = sqrt(squares / (double)(processes - 1) / (double)processes);
}

static void add(history *h, tern_step *step, const char *role, const char *commit)
{
    snprintf(step->role, sizeof step->role, "%s", role);
    snprintf(step->commit, sizeof step->commit, "%s", commit);
    assert_int_equal(tern_results_add(&h->results, TERN_LINE_STEP, step, NULL), TERN_OK);
}

static char *name_of(size_t k, char text[32])
{
    snprintf(text, 32, "commit%zu", k);
    return text;
}

static void list(history *h)
{
    const tern_run run = {.host = "here"};
    tern_step good = {0}, bad = {0};
    char name[32];

    assert_int_equal(tern_results_add(&h->results, TERN_LINE_RUN, &run, NULL), TERN_OK);
    add(h, &good, tern_step_good, "good");
    for (size_t k = 0; k < h->count; k++) {
        tern_step step = {0};
        add(h, &step, tern_step_candidate, name_of(k, name));
    }
    measure(h, truth(h, (ptrdiff_t)h->count - 1), 2 * (size_t)TERN_BISECTION_PROCESSES, &bad);
    add(h, &bad, tern_step_bad, "bad");
}

/* What happens when candidate k is looked at. */
static void observe(history *h, const tern_bisection *b, size_t k)
{
    tern_step step = {0};
    char name[32], before[32];

    h->builds += b->commit[k].outcome == NULL;
    h->observations++;
    if (h->kind[k] == BROKEN) {
        add(h, &step, tern_step_unbuildable, name_of(k, name));
    } else if (h->kind[k] == WORDS && b->commit[k].outcome == NULL && (k == 0 || b->commit[k - 1].observations > 0)) {
        snprintf(step.same_as, sizeof step.same_as, "%s", k == 0 ? "good" : name_of(k - 1, before));
        add(h, &step, tern_step_same, name_of(k, name));
    } else {
        measure(h, truth(h, (ptrdiff_t)k), TERN_BISECTION_PROCESSES, &step);
        add(h, &step, tern_step_tried, name_of(k, name));
    }
}

/* Goes on until there is an answer, first to last. */
static void bisect(history *h, size_t *first, size_t *last)
{
    const bool is_built[MOST] = {false};
    tern_bisection b;
    size_t k;

    h->builds = 2; /* the ends */
    list(h);
    for (;;) {
        assert_int_equal(tern_bisection_read(&b, &h->results, 0, NULL), TERN_OK);
        assert_int_equal(tern_bisection_next(&b, is_built, &k, NULL), TERN_OK);
        if (k == b.count)
            break;
        observe(h, &b, k);
        assert_true(h->observations < 1000);
        tern_bisection_free(&b);
    }
    *first = b.first;
    *last = b.last;
    tern_bisection_free(&b);
    tern_results_free(&h->results);
}

static void swap(kind *a, kind *b)
{
    const kind c = *a;

    *a = *b;
    *b = c;
}

/* Of 32 commits 12 touch text only, so that 20 are candidates: one is slow, two do not build, the bad end does. */
static void draw(history *h)
{
    h->count = 20;
    h->kind[0] = SLOW;
    h->kind[1] = h->kind[2] = BROKEN;
    for (size_t i = h->count - 1; i > 0; i--)
        swap(&h->kind[i], &h->kind[simulated_number(&h->seed) % (i + 1)]);
    while (h->kind[h->count - 1] == BROKEN)
        swap(&h->kind[h->count - 1], &h->kind[simulated_number(&h->seed) % h->count]);
}

/* The slow commit is in the answer, and what stands before it there does not build. */
static bool is_right(const history *h, size_t first, size_t last)
{
    bool right = h->kind[last] == SLOW;

    for (size_t k = first; k < last; k++)
        right = right && h->kind[k] == BROKEN;
    return right;
}

static void eight_per_cent_are_found_with_nine_builds(void **state)
{
    enum { SEEDS = 2000 };
    size_t right = 0, most = 0;

    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        history h = {.delta = log1p(0.08), .spread = 0.004, .seed = seed};
        size_t first, last;
        draw(&h);
        bisect(&h, &first, &last);
        right += is_right(&h, first, last);
        most = h.builds > most ? h.builds : most;
    }
    assert_int_equal(right, SEEDS);
    assert_true(most <= 9);
}

/* The smallest change that a gate sees, and the largest spread between processes that was met. */
static void a_small_change_is_found_as_well(void **state)
{
    enum { SEEDS = 1000 };
    size_t right = 0, builds = 0;

    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        history h = {.delta = 0.02, .spread = 0.0093, .seed = seed};
        size_t first, last;
        draw(&h);
        bisect(&h, &first, &last);
        right += is_right(&h, first, last);
        builds += h.builds;
    }
    assert_true(right >= SEEDS * 99 / 100);
    assert_true(builds <= SEEDS * 9);
}

static void what_has_the_kernel_of_another_is_not_timed(void **state)
{
    history h = {.count = 6, .delta = 0.1, .spread = 0.002, .seed = 5};
    size_t first, last;

    (void)state;
    h.kind[0] = WORDS;
    h.kind[1] = SLOW;
    h.kind[2] = h.kind[3] = h.kind[4] = WORDS;
    bisect(&h, &first, &last);
    assert_int_equal(first, 1);
    assert_int_equal(last, 1);
}

static void what_does_not_build_before_the_change_is_a_range(void **state)
{
    history h = {.count = 12, .delta = 0.1, .spread = 0.002, .seed = 6};
    size_t first, last;

    (void)state;
    h.kind[4] = h.kind[5] = BROKEN;
    h.kind[6] = SLOW;
    bisect(&h, &first, &last);
    assert_int_equal(first, 4);
    assert_int_equal(last, 6);
}

/* Two commits that cost as much each: what lies between them is neither fast nor slow. */
static void what_lies_halfway_ends(void **state)
{
    history h = {.count = 9, .delta = 0.05, .spread = 0.001, .seed = 7};
    size_t first, last;

    (void)state;
    h.kind[2] = h.kind[6] = SLOW;
    bisect(&h, &first, &last);
    assert_true(first >= 2 && last <= 6);
    assert_true(h.observations <= 6 * TERN_BISECTION_OBSERVATIONS);
}

static void a_list_that_was_cut_off_has_no_answer(void **state)
{
    const tern_run run = {.host = "here"};
    history h = {.count = 3};
    tern_step good = {0}, one = {0};
    tern_bisection b;

    (void)state;
    assert_int_equal(tern_results_add(&h.results, TERN_LINE_RUN, &run, NULL), TERN_OK);
    assert_int_equal(tern_bisection_read(&b, &h.results, 0, NULL), TERN_OK);
    assert_null(b.good);
    tern_bisection_free(&b);
    add(&h, &good, tern_step_good, "good");
    add(&h, &one, tern_step_candidate, "commit0");
    assert_int_equal(tern_bisection_read(&b, &h.results, 0, NULL), TERN_OK);
    assert_non_null(b.good);
    assert_null(b.bad);
    assert_int_equal(b.count, 1);
    tern_bisection_free(&b);
    tern_results_free(&h.results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_per_cent_are_found_with_nine_builds),
        cmocka_unit_test(a_small_change_is_found_as_well),
        cmocka_unit_test(what_has_the_kernel_of_another_is_not_timed),
        cmocka_unit_test(what_does_not_build_before_the_change_is_a_range),
        cmocka_unit_test(what_lies_halfway_ends),
        cmocka_unit_test(a_list_that_was_cut_off_has_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
