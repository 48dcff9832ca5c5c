/*
 * However a child ends, the parent learns how, in time, and is left as it was.
 */
#include "base/child.h"

#include "base/clock.h"
#include "base/cpu_mask.h"
#include "skip.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct answer {
    double began_s; /* with a turn */
    int value;
    pid_t grandchild;
} answer;

static answer result;
static tern_child_outcome outcome;

static tern_child_end run_with(tern_child_fn *fn, const tern_child_options *options)
{
    result = (answer){.value = 40};
    assert_int_equal(tern_child_run(fn, NULL, &result, sizeof result, options, &outcome, NULL), TERN_OK);
    return outcome.end;
}

static tern_child_end run(tern_child_fn *fn)
{
    const tern_child_options options = {.deadline_s = 20.0};

    return run_with(fn, &options);
}

static void adds_two(void *argument, void *shared)
{
    (void)argument;
    ((answer *)shared)->value += 2;
}

static void an_answer_comes_back(void **state)
{
    (void)state;
    assert_int_equal(run(adds_two), TERN_CHILD_DONE);
    assert_int_equal(result.value, 42);
}

static void crashes(void *argument, void *shared)
{
    (void)argument;
    ((answer *)shared)->value = 1;
    raise(SIGFPE);
}

static void a_signal_is_a_crash(void **state)
{
    (void)state;
    assert_int_equal(run(crashes), TERN_CHILD_CRASH);
    assert_non_null(strstr(outcome.reason, "ended by signal 8"));
    assert_int_equal(result.value, 1);
}

static void writes_too_much(void *argument, void *shared)
{
    (void)argument, (void)shared;
    signal(SIGXFSZ, SIG_DFL);
    raise(SIGXFSZ);
}

static void a_limit_of_files_is_from_outside(void **state)
{
    (void)state;
    assert_int_equal(run(crashes), TERN_CHILD_CRASH);
    assert_false(outcome.from_outside);
    assert_int_equal(run(writes_too_much), TERN_CHILD_CRASH);
    assert_true(outcome.from_outside);
    assert_non_null(strstr(outcome.reason, "see ulimit -f"));
}

static void leaves(void *argument, void *shared)
{
    (void)argument, (void)shared;
    fprintf(stderr, "\n==== 12\nbecause it may\nand more\n");
    exit(3);
}

static void an_exit_is_a_crash_with_its_first_words(void **state)
{
    (void)state;
    assert_int_equal(run(leaves), TERN_CHILD_CRASH);
    assert_string_equal(outcome.reason, "left the process with exit status 3: because it may");
}

static void hangs(void *argument, void *shared)
{
    (void)argument, (void)shared;
    for (;;)
        pause();
}

static void a_hang_ends_at_its_deadline(void **state)
{
    const tern_child_options options = {.deadline_s = 0.2};
    const double start = tern_clock_s();

    (void)state;
    assert_int_equal(run_with(hangs, &options), TERN_CHILD_TIMEOUT);
    assert_string_equal(outcome.reason, "gave no answer within 0.2 s");
    assert_true(tern_clock_s() - start >= 0.2 && tern_clock_s() - start < 5.0);
}

/* ^Z of the whole program, in which its children are stopped too or not: here the child ends it. */
static void stops_its_parent(void *argument, void *shared)
{
    const struct timespec stop = {2, 500 * 1000 * 1000}, rest = {0, 200 * 1000 * 1000};

    (void)argument, (void)shared;
    kill(getppid(), SIGSTOP);
    nanosleep(&stop, NULL);
    kill(getppid(), SIGCONT);
    nanosleep(&rest, NULL);
}

static void a_deadline_waits_for_who_is_stopped(void **state)
{
    const tern_child_options options = {.deadline_s = 2.0};

    (void)state;
    assert_int_equal(run_with(stops_its_parent, &options), TERN_CHILD_DONE);
}

static double turn_of_two_seconds(const void *shared, double *deadline_s)
{
    *deadline_s = 2.0;
    return ((const answer *)shared)->began_s;
}

/* The first turn takes no time at all, the second one never ends. */
static void hangs_in_its_second_turn(void *argument, void *shared)
{
    ((answer *)shared)->began_s = tern_clock_s() - 1.9;
    ((answer *)shared)->began_s = tern_clock_s();
    hangs(argument, shared);
}

static void stops_its_parent_in_a_turn(void *argument, void *shared)
{
    ((answer *)shared)->began_s = tern_clock_s();
    stops_its_parent(argument, shared);
}

static void a_turn_has_a_deadline_of_its_own(void **state)
{
    const tern_child_options options = {.deadline_s = 600.0, .turn = turn_of_two_seconds};
    const double start = tern_clock_s();

    (void)state;
    assert_int_equal(run_with(hangs_in_its_second_turn, &options), TERN_CHILD_TIMEOUT);
    assert_string_equal(outcome.reason, "gave no answer within 2 s");
    assert_true(tern_clock_s() - start >= 2.0 && tern_clock_s() - start < 60.0);
    assert_int_equal(run_with(stops_its_parent_in_a_turn, &options), TERN_CHILD_DONE);
}

static double cpu_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static pid_t start_to_compute(double seconds)
{
    const pid_t pid = fork();

    if (pid == 0) {
        while (cpu_s() < seconds) {
        }
        _exit(0);
    }
    return pid;
}

static void computes_in_another_process(void *argument, void *shared)
{
    (void)argument;
    ((answer *)shared)->value = waitpid(start_to_compute(0.4), NULL, 0) > 0;
}

/* Others have the CPU for most of the time. */
static void a_deadline_waits_for_a_process_that_the_load_keeps_waiting(void **state)
{
    const tern_child_options options = {.deadline_s = 1.0};
    pid_t others[3];
    cpu_set_t found;

    (void)state;
    if (access("/proc/thread-self/schedstat", R_OK) != 0 || access("/proc/thread-self/children", R_OK) != 0)
        skip_because("this system tells no waiting time, or no children");
    assert_int_equal(sched_getaffinity(0, sizeof found, &found), 0);
    tern_cpu_mask_bind(sched_getcpu());
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        others[i] = start_to_compute(1e9);
    const tern_child_end end = run_with(computes_in_another_process, &options);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        kill(others[i], SIGKILL);
        waitpid(others[i], NULL, 0);
    }
    sched_setaffinity(0, sizeof found, &found);
    assert_int_equal(end, TERN_CHILD_DONE);
    assert_int_equal(result.value, 1);
}

static int taken_cpu;

static void computes_on_the_taken_cpu(void *argument, void *shared)
{
    (void)argument;
    tern_cpu_mask_bind(taken_cpu);
    while (cpu_s() < 0.2) {
    }
    ((answer *)shared)->value = 1;
}

/* After a while, has the CPU for itself for most of a second. */
static pid_t start_to_take_the_cpu(void)
{
    const struct sched_param first = {.sched_priority = 1};
    const pid_t pid = fork();

    if (pid != 0)
        return pid;
    tern_cpu_mask_bind(taken_cpu);
    usleep(100000);
    sched_setscheduler(0, SCHED_FIFO, &first);
    while (cpu_s() < 0.9) {
    }
    _exit(0);
}

/* The system counts a waiting when it is over, which comes after the deadline. */
static void a_deadline_waits_for_who_still_waits_for_a_cpu(void **state)
{
    const tern_child_options options = {.deadline_s = 0.4};
    const struct sched_param first = {.sched_priority = 1}, none = {0};
    cpu_set_t found;
    int other = 0;

    (void)state;
    if (access("/proc/thread-self/schedstat", R_OK) != 0)
        skip_because("this system tells no waiting time");
    if (sched_setscheduler(0, SCHED_FIFO, &first) != 0 || sched_setscheduler(0, SCHED_OTHER, &none) != 0)
        skip_because("real-time priorities are not allowed here");
    assert_int_equal(sched_getaffinity(0, sizeof found, &found), 0);
    if (CPU_COUNT(&found) < 2)
        skip_because("one CPU is too few for this process beside the two");
    while (!CPU_ISSET((size_t)other, &found))
        other++;
    for (taken_cpu = other + 1; !CPU_ISSET((size_t)taken_cpu, &found);)
        taken_cpu++;
    tern_cpu_mask_bind(other);
    const pid_t pid = start_to_take_the_cpu();
    const tern_child_end end = run_with(computes_on_the_taken_cpu, &options);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    sched_setaffinity(0, sizeof found, &found);
    assert_int_equal(end, TERN_CHILD_DONE);
    assert_int_equal(result.value, 1);
}

static int ticks;

static bool tick_three_times(void *context)
{
    (void)context;
    return ++ticks < 3;
}

static void a_tick_may_stop_it(void **state)
{
    const tern_child_options options = {.deadline_s = 20.0, .tick = tick_three_times};

    (void)state;
    assert_int_equal(run_with(hangs, &options), TERN_CHILD_STOPPED);
    assert_int_equal(ticks, 3);
}

/* Ends, and leaves a process of its own behind. */
static void forks(void *argument, void *shared)
{
    (void)argument;
    const pid_t pid = fork();

    if (pid == 0)
        for (;;)
            pause();
    ((answer *)shared)->grandchild = pid;
}

/* The same, as a daemon does it: in a session of its own, and the process that started it has ended. */
static void starts_a_daemon(void *argument, void *shared)
{
    const pid_t between = fork();

    if (between == 0) {
        setsid();
        forks(argument, shared);
        _exit(0);
    }
    waitpid(between, NULL, 0);
}

static bool is_gone(pid_t process)
{
    return kill(process, 0) != 0 && errno == ESRCH;
}

/* qemu's emulation of a process refuses it. */
static bool orphans_can_be_adopted(void)
{
    int adopted;

    return prctl(PR_GET_CHILD_SUBREAPER, &adopted) == 0;
}

static void no_process_is_left(void **state)
{
    tern_child_fn *const leaves[] = {forks, starts_a_daemon};
    siginfo_t info;

    (void)state;
    if (!orphans_can_be_adopted())
        skip_because("this system gives no process the orphans of its descendants");
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++) {
        assert_int_equal(run(leaves[i]), TERN_CHILD_DONE);
        assert_true(result.grandchild > 0);
        assert_true(is_gone(result.grandchild));
        assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOHANG), -1);
    }
}

static void what_this_process_started_is_left_alone(void **state)
{
    const pid_t own = fork();
    int status;

    (void)state;
    if (own == 0)
        for (;;)
            pause();
    const tern_child_end end = run(forks);
    const pid_t ended = waitpid(own, &status, WNOHANG);
    kill(own, SIGKILL);
    assert_int_equal(waitpid(own, &status, 0), own);
    assert_int_equal(end, TERN_CHILD_DONE);
    assert_int_equal(ended, 0);
}

static void prints_without_end(void *argument, void *shared)
{
    (void)argument, (void)shared;
    for (int i = 0; i < 100000; i++)
        if (printf("a line that should not be seen\n") < 0)
            break;
    fflush(stdout);
}

static void what_it_prints_is_not_seen(void **state)
{
    (void)state;
    assert_int_equal(run(prints_without_end), TERN_CHILD_DONE);
}

static void closes_all_files(void *argument, void *shared)
{
    (void)argument;
    for (int fd = 0; fd < 64; fd++)
        close(fd);
    const struct timespec nap = {.tv_nsec = 50 * 1000 * 1000};
    nanosleep(&nap, NULL);
    ((answer *)shared)->value = 7;
}

static void closing_all_files_is_not_an_end(void **state)
{
    (void)state;
    assert_int_equal(run(closes_all_files), TERN_CHILD_DONE);
    assert_int_equal(result.value, 7);
}

static void a_quick_one_costs_little(void **state)
{
    double best = 1.0;

    (void)state;
    for (int i = 0; i < 50; i++) {
        const double start = tern_clock_s();
        run(adds_two);
        best = tern_clock_s() - start < best ? tern_clock_s() - start : best;
    }
    /* Some 0.3 ms here; a sanitizer's fork takes longer. */
    assert_true(best < 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_back),
        cmocka_unit_test(a_signal_is_a_crash),
        cmocka_unit_test(a_limit_of_files_is_from_outside),
        cmocka_unit_test(an_exit_is_a_crash_with_its_first_words),
        cmocka_unit_test(a_hang_ends_at_its_deadline),
        cmocka_unit_test(a_deadline_waits_for_who_is_stopped),
        cmocka_unit_test(a_turn_has_a_deadline_of_its_own),
        cmocka_unit_test(a_deadline_waits_for_a_process_that_the_load_keeps_waiting),
        cmocka_unit_test(a_deadline_waits_for_who_still_waits_for_a_cpu),
        cmocka_unit_test(a_tick_may_stop_it),
        cmocka_unit_test(no_process_is_left),
        cmocka_unit_test(what_this_process_started_is_left_alone),
        cmocka_unit_test(what_it_prints_is_not_seen),
        cmocka_unit_test(closing_all_files_is_not_an_end),
        cmocka_unit_test(a_quick_one_costs_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
