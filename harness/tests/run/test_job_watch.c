/*
 * What is told of a child that decodes never goes back: one alone is named by its stages, parts add up.
 */
#include "run/job_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static double told;

static void take(void *context, const char *what, double share)
{
    (void)context;
    (void)what;
    told = share;
}

static void expect(tern_job_watch *watch, tern_job_stage stage, double share, double expected)
{
    tern_job_tell(&(tern_decode_job){.progress = watch->progress}, stage, share);
    assert_true(tern_job_watch_tick(watch));
    assert_true(told > expected - 1e-6 && told < expected + 1e-6);
}

static void one_alone_tells_its_stages(void **state)
{
    const tern_observer observer = {.tick = take};
    tern_activity activity = {.observer = &observer};
    tern_job_watch watch = {.activity = &activity, .progress = tern_job_progress_new()};

    (void)state;
    expect(&watch, TERN_JOB_LOADING, 0.5, 0.5);
    assert_string_equal(activity.what, tern_job_stage_name(TERN_JOB_LOADING));
    expect(&watch, TERN_JOB_DECODING, 0.25, 0.25);
    assert_string_equal(activity.what, tern_job_stage_name(TERN_JOB_DECODING));
    tern_job_progress_free(watch.progress);
}

static void parts_add_up(void **state)
{
    const tern_observer observer = {.tick = take};
    tern_activity activity = {.observer = &observer, .what = "all of it"};
    tern_job_watch watch = {.activity = &activity, .progress = tern_job_progress_new(), .parts = 4};

    (void)state;
    for (; watch.part < watch.parts; watch.part++) {
        expect(&watch, TERN_JOB_LOADING, 0.9, 0.25 * watch.part);
        expect(&watch, TERN_JOB_DECODING, 0.5, 0.25 * watch.part + 0.125);
        expect(&watch, TERN_JOB_DECODING, 1.0, 0.25 * watch.part + 0.25);
    }
    assert_string_equal(activity.what, "all of it");
    tern_job_progress_free(watch.progress);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_alone_tells_its_stages),
        cmocka_unit_test(parts_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
