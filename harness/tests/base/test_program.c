/*
 * Another program's output and end arrive, and it is ended when nobody wants it any more.
 */
#include "base/clock.h"
#include "base/program.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char output[64];

static tern_status run(const char *script, tern_child_tick *tick, int *exit_status)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    const tern_program program = {.argv = argv, .output = output, .output_bytes = sizeof output, .tick = tick};

    return tern_program_run(&program, exit_status, NULL);
}

static void output_comes_without_its_last_line_end(void **state)
{
    int exit_status = -1;

    (void)state;
    assert_int_equal(run("echo one; echo two; echo three >&2", NULL, &exit_status), TERN_OK);
    assert_int_equal(exit_status, 0);
    assert_string_equal(output, "one\ntwo");
}

static void more_than_there_is_room_for_is_cut_and_does_not_block(void **state)
{
    int exit_status = -1;

    (void)state;
    assert_int_equal(run("yes | head -n 100000", NULL, &exit_status), TERN_OK);
    assert_int_equal(exit_status, 0);
    assert_int_equal(strlen(output), sizeof output - 1);
}

static void without_a_path_the_systems_own_is_searched(void **state)
{
    char path[4096];
    int exit_status = -1;

    (void)state;
    assert_true(snprintf(path, sizeof path, "%s", getenv("PATH")) < (int)sizeof path);
    assert_true(tern_program_is_installed("sh"));
    assert_int_equal(unsetenv("PATH"), 0);
    assert_true(tern_program_is_installed("sh"));
    assert_false(tern_program_is_installed("no such program"));
    assert_int_equal(run("exit 0", NULL, &exit_status), TERN_OK);
    assert_int_equal(setenv("PATH", "/nowhere", 1), 0);
    assert_false(tern_program_is_installed("sh"));
    assert_int_equal(setenv("PATH", path, 1), 0);
}

static void an_end_is_told(void **state)
{
    int exit_status = -1;

    (void)state;
    assert_int_equal(run("exit 3", NULL, &exit_status), TERN_OK);
    assert_int_equal(exit_status, 3);
    assert_int_equal(run("kill -9 $$", NULL, &exit_status), TERN_OK);
    assert_int_equal(exit_status, 128 + 9);
}

/* This process ignores it, and what it runs should end where nobody reads. */
static void a_closed_pipe_ends_it(void **state)
{
    int exit_status = -1;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(run("kill -PIPE $$; echo lives on", NULL, &exit_status), TERN_OK);
    signal(SIGPIPE, SIG_DFL);
    assert_int_equal(exit_status, 128 + SIGPIPE);
}

static void standard_input_is_empty(void **state)
{
    int exit_status = -1;

    (void)state;
    assert_int_equal(run("cat; echo read", NULL, &exit_status), TERN_OK);
    assert_string_equal(output, "read");
}

static void a_program_that_is_not_there_is_named(void **state)
{
    const char *const argv[] = {"no-such-program-anywhere", NULL};
    const tern_program program = {.argv = argv};
    tern_error error;
    int exit_status;

    (void)state;
    assert_int_equal(tern_program_run(&program, &exit_status, &error), TERN_ENVIRONMENT);
    assert_non_null(strstr(error.text, "no-such-program-anywhere"));
}

static void what_it_says_goes_to_a_log(void **state)
{
    char log[] = "/tmp/test_program.XXXXXX", line[64] = "";
    const char *const argv[] = {"sh", "-c", "echo out; echo err >&2", NULL};
    const tern_program program = {.argv = argv, .log = log};
    int exit_status;

    (void)state;
    close(mkstemp(log));
    assert_int_equal(tern_program_run(&program, &exit_status, NULL), TERN_OK);
    FILE *stream = fopen(log, "r");
    assert_non_null(stream);
    assert_int_equal(fread(line, 1, sizeof line - 1, stream), 8);
    fclose(stream);
    unlink(log);
    assert_string_equal(line, "out\nerr\n");
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static void it_ends_when_nobody_waits(void **state)
{
    int exit_status;

    (void)state;
    assert_int_equal(run("sleep 1000", never, &exit_status), TERN_NOTHING);
}

static double asked_ns[64];
static size_t asked;

/* Is a tern_child_tick. The first time it is kept waiting, as on a busy machine. */
static bool note_and_go_on(void *context)
{
    const struct timespec delay = {.tv_nsec = 50 * 1000 * 1000};

    (void)context;
    if (asked == 0)
        nanosleep(&delay, NULL);
    if (asked < sizeof asked_ns / sizeof *asked_ns)
        asked_ns[asked++] = tern_clock_ns();
    return true;
}

/* Each read of its output would otherwise be a question. */
static void who_prints_without_end_is_asked_after_no_more_often(void **state)
{
    int exit_status = -1;

    (void)state;
    asked = 0;
    assert_int_equal(run("yes & sleep 0.5; kill $!", note_and_go_on, &exit_status), TERN_OK);
    assert_true(asked >= 2);
    for (size_t i = 1; i < asked; i++)
        assert_true(asked_ns[i] - asked_ns[i - 1] >= 90e6);
}

/* Is a tern_child_tick. */
static bool nobody_wants_it(void *context)
{
    (void)context;
    return false;
}

static void who_does_not_listen_is_ended(void **state)
{
    const double begin_ns = tern_clock_ns();
    int exit_status = -1;

    (void)state;
    assert_int_equal(run("trap '' TERM; sleep 100 & wait; sleep 100", nobody_wants_it, &exit_status), TERN_NOTHING);
    assert_true(tern_clock_ns() - begin_ns < 50e9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_comes_without_its_last_line_end),
        cmocka_unit_test(more_than_there_is_room_for_is_cut_and_does_not_block),
        cmocka_unit_test(without_a_path_the_systems_own_is_searched),
        cmocka_unit_test(an_end_is_told),
        cmocka_unit_test(a_closed_pipe_ends_it),
        cmocka_unit_test(standard_input_is_empty),
        cmocka_unit_test(a_program_that_is_not_there_is_named),
        cmocka_unit_test(what_it_says_goes_to_a_log),
        cmocka_unit_test(who_prints_without_end_is_asked_after_no_more_often),
        cmocka_unit_test(who_does_not_listen_is_ended),
        cmocka_unit_test(it_ends_when_nobody_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
