/*
 * Cases timed in turns: who ran together says so and can be paired, and one that crashes, hangs or goes wrong spoils
 * nobody else's figures. No test looks at how long anything took.
 */
#include "analyse/speedup.h"
#include "measure/paired.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "timed.h"

enum { RACERS = 3, SPOILER = 1 };

typedef struct field {
    tern_case c[RACERS];
    tern_record record[RACERS];
    tern_paired_member member[RACERS];
} field;

/* Three of the same problem; the one in the middle is special. What all may take ends long before the deadline. */
static field *line_up(const tern_kernel *kernel, timed_how how, uint32_t threads, tern_cache cache, double deadline_s)
{
    static field f;

    for (size_t i = 0; i < RACERS; i++)
        tern_record_free(&f.record[i]);
    memset(&f, 0, sizeof f);
    for (size_t i = 0; i < RACERS; i++) {
        f.c[i] = i == SPOILER ? timed_case(kernel, how, threads, cache)
                              : timed_case(&timed_kernel, TIMED_RIGHT, threads, cache);
        f.member[i] = (tern_paired_member){
            .c = &f.c[i], .options = timed_quickly, .deadline_s = deadline_s, .record = &f.record[i]};
        f.member[i].options.budget_s = fmin(timed_quickly.budget_s, 0.1 * deadline_s);
    }
    assert_int_equal(tern_paired_run(f.member, RACERS, 0, &timed_patiently, NULL), TERN_OK);
    return &f;
}

static void who_ran_in_turns_is_paired(void **state)
{
    static const tern_cache caches[] = {TERN_HOT, TERN_COLD};

    (void)state;
    for (size_t i = 0; i < sizeof caches / sizeof *caches; i++) {
        const field *f = line_up(&timed_kernel, TIMED_RIGHT, 2, caches[i], 60.0);
        for (size_t j = 0; j < RACERS; j++) {
            const tern_timing *t = &f->record[j].timing;
            assert_true(f->record[j].timed && f->record[j].paired != 0);
            assert_true(tern_speedup_is_paired(&f->record[0], &f->record[j]));
            assert_int_equal(t->rounds, t->samples);
            assert_true(t->ratio_low <= t->ratio_median && t->ratio_median <= t->ratio_high && t->ratio_low > 0.0);
        }
        assert_true(f->record[0].timing.ratio_low == 1.0 && f->record[0].timing.ratio_high == 1.0);
    }
}

static void a_race_of_its_own_has_a_number_of_its_own(void **state)
{
    const uint64_t first = line_up(&timed_kernel, TIMED_RIGHT, 1, TERN_HOT, 60.0)->record[0].paired;

    (void)state;
    assert_true(line_up(&timed_kernel, TIMED_RIGHT, 1, TERN_HOT, 60.0)->record[0].paired != first);
}

static void one_that_fails_takes_nobody_along(void **state)
{
    static const struct {
        timed_how how;
        double deadline_s;
        tern_verdict verdict;
    } table[] = {
        {TIMED_CRASHES, 60.0, TERN_CRASH},          {TIMED_CRASHES_LATE, 60.0, TERN_CRASH},
        {TIMED_HANGS, 0.3, TERN_TIMEOUT},           {TIMED_WRONG, 60.0, TERN_MISMATCH},
        {TIMED_TIRES, 60.0, TERN_NONDETERMINISTIC},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const field *f = line_up(&timed_kernel, table[i].how, 1, TERN_HOT, table[i].deadline_s);
        assert_false(f->record[SPOILER].timed);
        assert_int_equal(f->record[SPOILER].finding.verdict, table[i].verdict);
        assert_true(f->record[0].timed && f->record[2].timed);
        assert_true(tern_speedup_is_paired(&f->record[0], &f->record[2]));
    }
}

/* Two teams would wait on each other's CPUs. */
static void a_kernel_with_threads_of_its_own_goes_alone(void **state)
{
    const field *f = line_up(&timed_openmp, TIMED_OPENMP, 2, TERN_HOT, 60.0);

    (void)state;
    for (size_t i = 0; i < RACERS; i++)
        assert_true(f->record[i].timed);
    assert_true(f->record[SPOILER].paired == 0);
    assert_false(tern_speedup_is_paired(&f->record[0], &f->record[SPOILER]));
    assert_true(tern_speedup_is_paired(&f->record[0], &f->record[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_ran_in_turns_is_paired),
        cmocka_unit_test(a_race_of_its_own_has_a_number_of_its_own),
        cmocka_unit_test(one_that_fails_takes_nobody_along),
        cmocka_unit_test(a_kernel_with_threads_of_its_own_goes_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
