/*
 * What is written in parts arrives whole, and what is not read whole is not there.
 */
#include "base/whole_file.h"

#include "skip.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 1 << 22 };

static char path[] = "/tmp/test_whole_file.XXXXXX";

static int set_up(void **state)
{
    const int file = mkstemp(path);

    (void)state;
    return file < 0 ? -1 : close(file);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

static void put(const char *text)
{
    const int file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    assert_true(file >= 0);
    assert_true(tern_whole_file_write(file, text, strlen(text)));
    close(file);
}

static void a_file_is_read_whole_or_not(void **state)
{
    size_t bytes = 1;
    char *data;

    (void)state;
    put("word");
    data = tern_whole_file_read(path, 4, &bytes);
    assert_non_null(data);
    assert_int_equal(bytes, 4);
    assert_string_equal(data, "word");
    free(data);
    assert_null(tern_whole_file_read(path, 3, &bytes));
    assert_int_equal(bytes, 0);
    put("");
    assert_null(tern_whole_file_read(path, 4, &bytes));
    assert_null(tern_whole_file_read("/tmp", BYTES, &bytes));
    assert_null(tern_whole_file_read("/nowhere/at/all", 4, &bytes));
    assert_int_equal(bytes, 0);
}

static void wake(int signal)
{
    (void)signal;
}

/* The other end of a pipe, which lets it run full: 0 when that many zeros come, and nothing else. */
static int count(int file)
{
    static char part[4096];
    const struct timespec nap = {.tv_nsec = 20 * 1000 * 1000};
    size_t got = 0;
    ssize_t more;

    nanosleep(&nap, NULL);
    while ((more = read(file, part, sizeof part)) > 0) {
        got += (size_t)more;
        for (ssize_t i = 0; i < more; i++)
            if (part[i] != 0)
                return 1;
    }
    return got == BYTES ? 0 : 2;
}

/* A pipe takes less than that at once, and a signal ends a write() that waits for room, after some bytes or none. */
static void signals_do_not_cut_what_is_written(void **state)
{
    const struct sigaction action = {.sa_handler = wake};
    const struct itimerval often = {{0, 200}, {0, 200}}, never = {0};
    char *data = calloc(BYTES, 1);
    int end[2], status;

    (void)state;
    assert_non_null(data);
    assert_int_equal(pipe(end), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(end[1]);
        _exit(count(end[0]));
    }
    close(end[0]);
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    const bool written = tern_whole_file_write(end[1], data, BYTES);
    setitimer(ITIMER_REAL, &never, NULL);
    close(end[1]);
    free(data);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(written);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void what_cannot_be_written_says_why(void **state)
{
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    (void)state;
    if (full < 0)
        skip_because("there is no /dev/full");
    assert_false(tern_whole_file_write(full, "word", 4));
    assert_int_equal(errno, ENOSPC);
    close(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_whole_or_not),
        cmocka_unit_test(signals_do_not_cut_what_is_written),
        cmocka_unit_test(what_cannot_be_written_says_why),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
