/* The search for the fastest setting, on simulated times: no clock, no kernel that computes. */
#include "run/tuning.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "simulated.h"

static const tern_toggle toggles[] = {{.name = "digits", .initial = 1, .low = 0, .high = 1},
                                      {.name = "prefetch", .initial = 96, .low = 0, .high = 512},
                                      {.name = NULL}};
static const tern_kernel a = {.name = "a", .toggles = toggles}, b = {.name = "b", .toggles = toggles},
                         c = {.name = "c", .toggles = toggles};

enum { DIGITS, PREFETCH };

/* What one call of the case takes, were there no noise; INFINITY: it is wrong. */
typedef double model(const tern_case *it);

typedef struct simulation {
    model *ns;
    double noise;  /* standard deviation, as a share of a time */
    uint64_t seed; /* of it */
    double once_ns;
    uint32_t least_rounds, most_rounds; /* that were asked for */
    size_t told, processes;
    tern_tried last;
} simulation;

/* Is a tern_tuning_sample. */
static tern_status sample(void *context, const tern_case *cases, uint32_t arms, uint32_t rounds, uint64_t process,
                          tern_paired_samples *samples, tern_error *error)
{
    simulation *s = context;
    bool whole = true;

    (void)process;
    (void)error;
    s->processes++;
    s->least_rounds = s->least_rounds == 0 || rounds < s->least_rounds ? rounds : s->least_rounds;
    s->most_rounds = rounds > s->most_rounds ? rounds : s->most_rounds;
    samples->arms = arms;
    samples->rounds = rounds;
    samples->arm = calloc(arms, sizeof *samples->arm);
    samples->ns = calloc((size_t)arms * rounds, sizeof *samples->ns);
    assert_true(samples->arm != NULL && samples->ns != NULL);
    for (uint32_t i = 0; i < arms; i++)
        if (isinf(s->ns(&cases[i]))) {
            samples->arm[i].finding.verdict = TERN_CRASH;
            strcpy(samples->arm[i].finding.reason, "signal 11");
            whole = false;
        }
    for (uint32_t i = 0; i < arms && whole; i++) {
        double *ns = samples->ns + (size_t)i * rounds;
        for (uint32_t r = 0; r < rounds; r++)
            ns[r] = s->ns(&cases[i]) * (1.0 + s->noise * simulated_normal(&s->seed));
        samples->arm[i].ns = ns;
        samples->arm[i].samples = rounds;
    }
    return TERN_OK;
}

/* Is a tern_tuning_tell. */
static tern_status tell(void *context, const tern_tried *tried, tern_error *error)
{
    simulation *s = context;

    (void)error;
    assert_string_equal(tried->id, "auto/of a test");
    assert_false(s->last.chosen); /* which is the last */
    s->last = *tried;
    s->told++;
    return TERN_OK;
}

/* How often a step of one token, and a block of 64, is computed. */
static tern_workload workload_of(double steps, double blocks)
{
    tern_workload workload = {.id = "auto/of a test"};
    const tern_case step = {.shape = {4096, 4096, 1}, .threads = 1}, block = {.shape = {4096, 4096, 64}, .threads = 1};

    tern_workload_add(&workload, &step, steps);
    tern_workload_add(&workload, &block, blocks);
    return workload;
}

static tern_status choose(simulation *s, const tern_workload *workload, tern_case *best)
{
    static const tern_kernel *const kernels[] = {&a, &b, &c};
    tern_case contender[3];
    tern_tried chosen;
    tern_error error;

    for (size_t i = 0; i < 3; i++)
        tern_case_init(&contender[i], kernels[i]);
    const tern_tuning tuning = {.workload = workload,
                                .part = workload,
                                .once_ns = s->once_ns,
                                .part_once_ns = s->once_ns,
                                .contender = contender,
                                .contenders = 3,
                                .sample = sample,
                                .tell = tell,
                                .context = s};
    const tern_status status = tern_tuning_choose(&tuning, best, &chosen, &error);
    if (status == TERN_OK) {
        assert_true(s->last.chosen);
        assert_memory_equal(&s->last, &chosen, sizeof chosen);
        assert_string_equal(chosen.kernel, best->kernel->name);
    }
    return status;
}

static void expect(model *ns, double noise, const char *expected)
{
    simulation s = {.ns = ns, .noise = noise};
    const tern_workload workload = workload_of(1.0, 0.0);
    tern_case best;
    char text[TERN_ID_BYTES];

    assert_int_equal(choose(&s, &workload, &best), TERN_OK);
    assert_string_equal(tern_case_kernel(&best, text, sizeof text), expected);
}

static double of_kernel(const tern_case *it)
{
    return it->kernel == &a ? 1000.0 : it->kernel == &b ? 900.0 : 2000.0;
}

static void the_fastest_kernel_keeps_its_own_toggles_where_none_gains(void **state)
{
    (void)state;
    expect(of_kernel, 0.0, "b");
    expect(of_kernel, 0.03, "b");
}

static double near_each_other(const tern_case *it)
{
    return it->kernel == &a ? 950.0 : of_kernel(it);
}

static void the_next_is_told_with_its_interval_however_far_it_is(void **state)
{
    model *const models[] = {of_kernel, near_each_other};
    const char *const next[] = {"; next a, 0.9 (0.9..0.9) times as fast",
                                "; next a, 0.947 (0.947..0.947) times as fast"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        simulation s = {.ns = models[i]};
        const tern_workload workload = workload_of(1.0, 0.0);
        tern_case best;
        assert_int_equal(choose(&s, &workload, &best), TERN_OK);
        assert_non_null(strstr(s.last.reason, next[i]));
    }
}

/* As a default that is right on one processor and costs a fifth on another. */
static double slow_with_its_own(const tern_case *it)
{
    return of_kernel(it) * (it->kernel == &a && it->toggle[DIGITS] == 0 ? 0.8 : 1.0);
}

static void a_kernel_that_is_the_fastest_with_another_toggle_only_is_found(void **state)
{
    (void)state;
    expect(slow_with_its_own, 0.0, "a+digits=0");
    expect(slow_with_its_own, 0.03, "a+digits=0");
}

static double two_that_gain(const tern_case *it)
{
    return of_kernel(it) * (it->toggle[DIGITS] == 0 ? 0.9 : 1.0) * (it->toggle[PREFETCH] == 192 ? 0.95 : 1.0);
}

static void changes_that_gain_are_taken_together(void **state)
{
    (void)state;
    expect(two_that_gain, 0.02, "b+digits=0,prefetch=192");
}

/* Each gains alone, and both together lose. */
static double one_or_the_other(const tern_case *it)
{
    const bool first = it->toggle[DIGITS] == 0, second = it->toggle[PREFETCH] == 192;

    return of_kernel(it) * (first && second ? 1.3 : first ? 0.9 : second ? 0.95 : 1.0);
}

static void changes_that_do_not_go_together_are_not_taken_together(void **state)
{
    (void)state;
    expect(one_or_the_other, 0.02, "b+digits=0");
}

static double hardly_anything(const tern_case *it)
{
    return of_kernel(it) * (it->toggle[DIGITS] == 0 ? 0.998 : 1.0);
}

static void what_gains_too_little_is_not_taken(void **state)
{
    (void)state;
    expect(hardly_anything, 0.0, "b");
}

static double wrong(const tern_case *it)
{
    return it->kernel == &b || it->toggle[PREFETCH] == 0 ? INFINITY : of_kernel(it);
}

static void what_cannot_be_sampled_is_left_out_and_the_others_are_not(void **state)
{
    (void)state;
    expect(wrong, 0.02, "a");
}

static double for_its_tokens(const tern_case *it)
{
    const bool step = it->shape.n == 1;

    return it->kernel == &a ? (step ? 100.0 : 5000.0) : it->kernel == &b ? (step ? 120.0 : 2000.0) : 1e6;
}

static void it_depends_on_how_often_each_problem_is_computed(void **state)
{
    static const struct {
        double steps, blocks;
        const tern_kernel *best;
    } rows[] = {{1.0, 0.0, &a}, {0.0, 1.0, &b}, {1000.0, 1.0, &a}, {100.0, 1.0, &b}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        simulation s = {.ns = for_its_tokens, .noise = 0.01};
        const tern_workload workload = workload_of(rows[i].steps, rows[i].blocks);
        tern_case best;
        assert_int_equal(choose(&s, &workload, &best), TERN_OK);
        assert_ptr_equal(best.kernel, rows[i].best);
        const tern_case step = {.kernel = best.kernel, .shape.n = 1}, block = {.kernel = best.kernel};
        const double ns = rows[i].steps * for_its_tokens(&step) + rows[i].blocks * for_its_tokens(&block);
        assert_true(fabs(s.last.ns / ns - 1.0) < 0.02);
    }
}

static double all_wrong(const tern_case *it)
{
    (void)it;
    return INFINITY;
}

static void nothing_is_chosen_where_nothing_can_be_sampled(void **state)
{
    simulation s = {.ns = all_wrong};
    const tern_workload workload = workload_of(1.0, 0.0);
    tern_case best;

    (void)state;
    assert_int_equal(choose(&s, &workload, &best), TERN_NOTHING);
    assert_false(s.last.chosen);
    assert_true(s.last.wrong);
    assert_string_equal(s.last.reason, "CRASH: signal 11");
}

/* Everything is the same but for noise: its own toggles stay in nearly all of many searches. */
static double all_alike(const tern_case *it)
{
    return it->kernel == &c ? 2000.0 : 1000.0;
}

static void noise_seldom_makes_a_setting(void **state)
{
    size_t own = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        simulation s = {.ns = all_alike, .noise = 0.05, .seed = seed};
        const tern_workload workload = workload_of(1.0, 0.0);
        tern_case best;
        assert_int_equal(choose(&s, &workload, &best), TERN_OK);
        assert_ptr_not_equal(best.kernel, &c);
        own += best.toggle[DIGITS] == 1 && best.toggle[PREFETCH] == 96;
    }
    assert_in_range(own, 90, 100);
}

static double one_gains(const tern_case *it)
{
    return all_alike(it) * (it->toggle[PREFETCH] == 192 ? 0.93 : 1.0);
}

/* Of two changes that were seen to gain, the one that does not is seldom taken along. */
static void noise_seldom_stands_beside_what_gains(void **state)
{
    size_t alone = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        simulation s = {.ns = one_gains, .noise = 0.05, .seed = seed << 32, .once_ns = 250000.0};
        const tern_workload workload = workload_of(1.0, 0.0);
        tern_case best;
        assert_int_equal(choose(&s, &workload, &best), TERN_OK);
        assert_int_equal(best.toggle[PREFETCH], 192);
        alone += best.toggle[DIGITS] == 1;
    }
    assert_in_range(alone, 199, 200);
}

/* Samples from memory differ by as much; nine of each would choose a slower kernel in one search of ten. */
static void what_is_cheap_is_sampled_until_noise_does_not_decide(void **state)
{
    const tern_workload workload = workload_of(1.0, 0.0);
    tern_case best;

    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        simulation s = {.ns = of_kernel, .noise = 0.15, .seed = seed << 32, .once_ns = 250000.0};
        assert_int_equal(choose(&s, &workload, &best), TERN_OK);
        assert_ptr_equal(best.kernel, &b);
        assert_true(s.least_rounds > 40 && s.most_rounds < 200);
    }
}

static void what_is_dear_is_sampled_a_few_times(void **state)
{
    const tern_workload workload = workload_of(1.0, 0.0);
    simulation s = {.ns = of_kernel, .once_ns = 1e9};
    tern_case best;

    (void)state;
    assert_int_equal(choose(&s, &workload, &best), TERN_OK);
    assert_int_equal(s.least_rounds, 9);
    assert_int_equal(s.most_rounds, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fastest_kernel_keeps_its_own_toggles_where_none_gains),
        cmocka_unit_test(the_next_is_told_with_its_interval_however_far_it_is),
        cmocka_unit_test(a_kernel_that_is_the_fastest_with_another_toggle_only_is_found),
        cmocka_unit_test(changes_that_gain_are_taken_together),
        cmocka_unit_test(changes_that_do_not_go_together_are_not_taken_together),
        cmocka_unit_test(what_gains_too_little_is_not_taken),
        cmocka_unit_test(what_cannot_be_sampled_is_left_out_and_the_others_are_not),
        cmocka_unit_test(it_depends_on_how_often_each_problem_is_computed),
        cmocka_unit_test(nothing_is_chosen_where_nothing_can_be_sampled),
        cmocka_unit_test(noise_seldom_makes_a_setting),
        cmocka_unit_test(noise_seldom_stands_beside_what_gains),
        cmocka_unit_test(what_is_cheap_is_sampled_until_noise_does_not_decide),
        cmocka_unit_test(what_is_dear_is_sampled_a_few_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
