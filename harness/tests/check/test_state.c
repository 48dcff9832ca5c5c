/*
 * What is so for a moment, or is the system's own doing, is no state that a kernel leaves: the files of a thread that
 * ends, threads that have been joined, priorities that nobody has set.
 */
#include "check/state.h"

#include "base/sanitized.h"
#include "base/traced.h"
#include "skip.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __GLIBC__
static bool is_loaded(const char *library)
{
    void *handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);

    if (handle != NULL)
        dlclose(handle);
    return handle != NULL;
}
#endif

static void unwinder_is_there_before_any_thread_ends(void **state)
{
    (void)state;
#ifdef __GLIBC__
    if (is_loaded("libgcc_s.so.1"))
        skip_because("something else has loaded it");
    tern_state_load_unwinder();
    assert_true(is_loaded("libgcc_s.so.1"));
#else
    skip_because("only glibc loads it so late");
#endif
}

static void *do_nothing(void *argument)
{
    return argument;
}

/* In a process whose tracer has not looked at the thread's end yet. Sends whether anything differs. */
static void join_and_compare(int to)
{
    tern_state before, after;
    pthread_t thread;

    tern_state_take(&before);
    if (!tern_traced_begin() || pthread_create(&thread, NULL, do_nothing, NULL) != 0)
        _exit(EXIT_FAILURE);
    pthread_join(thread, NULL);
    tern_state_take(&after);
    const char differs = tern_state_difference(&before, &after, false) != NULL;
    _exit(write(to, &differs, 1) == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Lets the child start a thread, and looks at neither until the child has written. */
static bool watch_until_written(pid_t child, int from, char *written)
{
    int status;

    if (tern_traced_wait(child, &status) != child || !WIFSTOPPED(status))
        return false;
    tern_traced_hold(child, true);
    ptrace(PTRACE_CONT, child, NULL, NULL);
    const pid_t thread =
        tern_traced_wait(child, &status) == child && status >> 16 != 0 ? tern_traced_wait(-1, &status) : 0;
    ptrace(PTRACE_CONT, thread, NULL, NULL);
    ptrace(PTRACE_CONT, child, NULL, NULL);
    return thread > 0 && read(from, written, 1) == 1;
}

static void a_joined_thread_is_gone_while_the_system_still_counts_it(void **state)
{
    int end[2];
    char differs = 2;

    (void)state;
    if (TERN_SANITIZED)
        skip_because("a sanitizer may start threads of its own");
    assert_int_equal(pipe(end), 0);
    const pid_t child = fork();
    if (child == 0)
        join_and_compare(end[1]);
    close(end[1]);
    const bool watched = watch_until_written(child, end[0], &differs);
    tern_traced_end(child);
    close(end[0]);
    if (!watched)
        skip_because("no process can be traced here");
    assert_int_equal(differs, 0);
}

static sem_t leave;

static void *stay(void *argument)
{
    sem_wait(&leave);
    return argument;
}

static void a_thread_that_stays_is_told_of(void **state)
{
    tern_state before, after;
    pthread_t thread;

    (void)state;
    assert_int_equal(sem_init(&leave, 0, 0), 0);
    tern_state_take(&before);
    assert_int_equal(pthread_create(&thread, NULL, stay, NULL), 0);
    tern_state_take(&after);
    const char *difference = tern_state_difference(&before, &after, false);
    sem_post(&leave);
    pthread_join(thread, NULL);
    assert_string_equal(difference, "the number of threads");
}

static void *close_soon(void *argument)
{
    const struct timespec soon = {.tv_nsec = 10 * 1000 * 1000};

    nanosleep(&soon, NULL);
    close(*(int *)argument);
    return NULL;
}

static void a_file_is_awaited_and_one_that_stays_open_is_told_of(void **state)
{
    tern_state before, after;
    pthread_t thread;
    int file;

    (void)state;
    tern_state_take(&before);
    after = before;
    assert_true((file = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0);
    after.process.files = tern_process_files();
    assert_string_equal(tern_state_difference(&before, &after, true), "the open files");
    tern_state_await_files(&after.process, before.process.files);
    assert_string_equal(tern_state_difference(&before, &after, true), "the open files");
    assert_int_equal(pthread_create(&thread, NULL, close_soon, &file), 0);
    for (int busy = 0; busy < 100 && after.process.files != before.process.files; busy++)
        tern_state_await_files(&after.process, before.process.files);
    assert_null(tern_state_difference(&before, &after, true));
    pthread_join(thread, NULL);
}

static void a_default_of_io_is_none_that_was_set(void **state)
{
    (void)state;
    assert_int_equal(tern_state_io_priority(0), 0);
    assert_int_equal(tern_state_io_priority(4), 0);           /* Linux 5.14, of a thread that has waited for no disk */
    assert_int_equal(tern_state_io_priority(2 << 13 | 4), 0); /* Linux 5.19, the same */
    assert_int_equal(tern_state_io_priority(2 << 13 | 7), 2 << 13 | 7);
    assert_int_equal(tern_state_io_priority(3 << 13), 3 << 13);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(unwinder_is_there_before_any_thread_ends),
        cmocka_unit_test(a_joined_thread_is_gone_while_the_system_still_counts_it),
        cmocka_unit_test(a_thread_that_stays_is_told_of),
        cmocka_unit_test(a_file_is_awaited_and_one_that_stays_open_is_told_of),
        cmocka_unit_test(a_default_of_io_is_none_that_was_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
