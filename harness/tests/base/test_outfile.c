/*
 * What has the name stays whole, whatever becomes of its successor.
 */
#include "base/outfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int set_up(void **state)
{
    static char folder[] = "/tmp/test_outfile.XXXXXX";

    *state = mkdtemp(folder);
    return *state == NULL || chdir(folder) != 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"a", "b", "link", "pipe"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(names[i]);
    return chdir("/") != 0 || rmdir(*state) != 0 ? -1 : 0; /* nothing else is left in it */
}

static void put(const char *path, const char *text)
{
    FILE *stream = fopen(path, "w");

    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static void holds(const char *path, const char *expected)
{
    char text[64];
    FILE *stream = fopen(path, "r");

    assert_non_null(stream);
    text[fread(text, 1, sizeof text - 1, stream)] = '\0';
    fclose(stream);
    assert_string_equal(text, expected);
}

static size_t files_here(void)
{
    DIR *folder = opendir(".");
    size_t count = 0;

    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count - 2;
}

static void it_is_replaced_when_its_successor_is_whole(void **state)
{
    tern_outfile file;
    struct stat mode;

    (void)state;
    put("a", "old");
    assert_int_equal(chmod("a", 0640), 0);
    assert_int_equal(tern_outfile_open(&file, "a", NULL), TERN_OK);
    fputs("new", file.stream);
    fflush(file.stream);
    holds("a", "old");
    assert_int_equal(tern_outfile_close(&file, NULL), TERN_OK);
    assert_true(file.written);
    holds("a", "new");
    assert_int_equal(stat("a", &mode), 0);
    assert_int_equal(mode.st_mode & 0777, 0640);
    assert_int_equal(files_here(), 1);
}

static void what_is_dropped_leaves_no_trace(void **state)
{
    tern_outfile file;

    (void)state;
    put("a", "old");
    assert_int_equal(tern_outfile_open(&file, "a", NULL), TERN_OK);
    fputs("new", file.stream);
    tern_outfile_drop(&file);
    holds("a", "old");
    unlink("a");
    assert_int_equal(tern_outfile_open(&file, "a", NULL), TERN_OK);
    tern_outfile_drop(&file);
    assert_int_equal(files_here(), 0);
}

static void lines_are_seen_once_it_is_published(void **state)
{
    tern_outfile file;

    (void)state;
    put("a", "old");
    assert_int_equal(tern_outfile_open(&file, "a", NULL), TERN_OK);
    fputs("1", file.stream);
    assert_int_equal(tern_outfile_publish(&file, NULL), TERN_OK);
    holds("a", "1");
    fputs("2", file.stream);
    fflush(file.stream);
    holds("a", "12");
    tern_outfile_drop(&file);
    holds("a", "12");
}

static void it_is_gone_on_with_behind_what_is_there(void **state)
{
    tern_outfile file;

    (void)state;
    put("a", "1");
    assert_int_equal(tern_outfile_continue(&file, "a", NULL), TERN_OK);
    assert_int_equal(fgetc(file.stream), '1');
    fseek(file.stream, 0, SEEK_END);
    fputs("2", file.stream);
    assert_int_equal(tern_outfile_close(&file, NULL), TERN_OK);
    holds("a", "12");
}

static void links_are_followed(void **state)
{
    tern_outfile file;
    struct stat what;

    (void)state;
    assert_int_equal(symlink("a", "link"), 0);
    assert_int_equal(tern_outfile_open(&file, "link", NULL), TERN_OK);
    fputs("new", file.stream);
    assert_int_equal(tern_outfile_close(&file, NULL), TERN_OK);
    assert_int_equal(lstat("link", &what), 0);
    assert_true(S_ISLNK(what.st_mode));
    holds("a", "new");
}

static void what_is_no_file_is_written_through(void **state)
{
    tern_outfile file;
    struct stat what;

    (void)state;
    assert_int_equal(tern_outfile_open(&file, "/dev/null", NULL), TERN_OK);
    assert_int_equal(tern_outfile_close(&file, NULL), TERN_OK);
    assert_int_equal(stat("/dev/null", &what), 0);
    assert_true(S_ISCHR(what.st_mode));

    assert_int_equal(mkfifo("pipe", 0600), 0);
    const int reader = open("pipe", O_RDONLY | O_NONBLOCK);
    char text[4] = "";
    assert_int_equal(tern_outfile_open(&file, "pipe", NULL), TERN_OK);
    fputs("new", file.stream);
    assert_int_equal(tern_outfile_close(&file, NULL), TERN_OK);
    assert_int_equal(read(reader, text, 3), 3);
    assert_string_equal(text, "new");
    close(reader);
}

static void what_could_not_be_written_is_told(void **state)
{
    tern_outfile file;
    tern_error error;

    (void)state;
    assert_int_equal(tern_outfile_open(&file, "/dev/full", &error), TERN_OK);
    fputs("new", file.stream);
    assert_int_equal(tern_outfile_close(&file, &error), TERN_ENVIRONMENT);
    assert_non_null(strstr(error.text, "cannot write /dev/full: No space left on device; make room"));
    assert_false(file.written);
    assert_int_equal(tern_outfile_open(&file, "nowhere/a", &error), TERN_USAGE);
    assert_int_equal(tern_outfile_open(&file, ".", &error), TERN_USAGE);
}

static void one_name_has_one_writer(void **state)
{
    tern_outfile first, second;
    tern_error error;

    (void)state;
    put("a", "old");
    assert_int_equal(link("a", "b"), 0);
    assert_int_equal(tern_outfile_open(&first, "a", NULL), TERN_OK);
    assert_int_equal(tern_outfile_open(&second, "b", &error), TERN_USAGE);
    assert_string_equal(error.text, "two outputs go to b");
    tern_outfile_drop(&first);
}

/* As the system calls it: under emulation it is the emulator's. */
static const char *name_of_this_process(void)
{
    static char name[32];
    FILE *file = fopen("/proc/self/comm", "r");

    assert_non_null(file);
    assert_non_null(fgets(name, sizeof name, file));
    fclose(file);
    name[strcspn(name, "\n")] = '\0';
    return name;
}

static void another_process_is_refused(void **state)
{
    tern_outfile file;
    char expected[96];
    int status;

    (void)state;
    put("a", "old");
    assert_int_equal(tern_outfile_open(&file, "a", NULL), TERN_OK);
    snprintf(expected, sizeof expected, "process %ld (%s) is writing it", (long)getpid(), name_of_this_process());
    for (int published = 0; published < 2; published++) {
        const pid_t other = fork();
        if (other == 0) {
            tern_outfile own;
            tern_error error;
            memset(&file, 0, sizeof file);
            const bool refused = tern_outfile_open(&own, "./a", &error) == TERN_ENVIRONMENT &&
                                 strstr(error.text, expected) != NULL &&
                                 tern_outfile_continue(&own, "./a", &error) == TERN_ENVIRONMENT;
            _exit(refused ? 0 : 1);
        }
        assert_int_equal(waitpid(other, &status, 0), other);
        assert_int_equal(status, 0);
        assert_int_equal(tern_outfile_publish(&file, NULL), TERN_OK);
    }
    tern_outfile_drop(&file);
}

/* Reading a file and closing it gives up the lock on it: what others wrote then is not lost. */
static void what_others_have_written_meanwhile_is_not_replaced(void **state)
{
    tern_outfile file;
    tern_error error;

    (void)state;
    put("a", "one");
    assert_int_equal(tern_outfile_open(&file, "a", NULL), TERN_OK);
    fputs("new", file.stream);
    put("a", "one, two");
    assert_int_equal(tern_outfile_close(&file, &error), TERN_ENVIRONMENT);
    assert_non_null(strstr(error.text, "in the meantime"));
    holds("a", "one, two");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_replaced_when_its_successor_is_whole),
        cmocka_unit_test(what_is_dropped_leaves_no_trace),
        cmocka_unit_test(lines_are_seen_once_it_is_published),
        cmocka_unit_test(it_is_gone_on_with_behind_what_is_there),
        cmocka_unit_test(links_are_followed),
        cmocka_unit_test(what_is_no_file_is_written_through),
        cmocka_unit_test(what_could_not_be_written_is_told),
        cmocka_unit_test(one_name_has_one_writer),
        cmocka_unit_test(another_process_is_refused),
        cmocka_unit_test(what_others_have_written_meanwhile_is_not_replaced),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
