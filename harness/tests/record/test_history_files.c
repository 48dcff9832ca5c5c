/*
 * The files of a history and its index: what is appended is read again, and git may merge the files line by line.
 */
#include "record/history_files.h"
#include "record/history_index.h"
#include "skip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "test_history_files.XXXXXX";
static const char month[] = "2026-01.jsonl";
enum { TEXT_BYTES = 64 * 1024 };

static tern_results run_on(const char *host)
{
    tern_results results = {0};
    tern_run run = {.time = "2026-01-02T03:04:05Z", .machine_class_hash = "0123456789abcdef", .method = 1};

    snprintf(run.host, sizeof run.host, "%s", host);
    assert_int_equal(tern_results_add(&results, TERN_LINE_RUN, &run, NULL), TERN_OK);
    return results;
}

static void add_point(tern_results *results, const char *id, double ratio)
{
    tern_point point = {.anchor = "aa", .code = "aa", .ratio = ratio};

    snprintf(point.id, sizeof point.id, "%s", id);
    assert_int_equal(tern_results_add(results, TERN_LINE_POINT, &point, NULL), TERN_OK);
}

static void add_answer(tern_results *results, const char *after)
{
    tern_remeasured again = {.id = "a/1x1x1", .anchor = "aa", .before = "b", .verdict = "IDENTICAL"};

    snprintf(again.after, sizeof again.after, "%s", after);
    assert_int_equal(tern_results_add(results, TERN_LINE_REMEASURED, &again, NULL), TERN_OK);
}

/* Once, and once more: then it is there. */
static void append(tern_results *results)
{
    size_t there;

    assert_int_equal(tern_history_append(folder, results, &there, NULL), TERN_OK);
    assert_int_equal(there, 0);
    assert_int_equal(tern_history_append(folder, results, &there, NULL), TERN_OK);
    assert_int_equal(there, results->points.count);
    tern_results_free(results);
}

static void append_point(const char *host, const char *id, double ratio)
{
    tern_results results = run_on(host);

    add_point(&results, id, ratio);
    append(&results);
}

static const char *path_of(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void read_text(char text[TEXT_BYTES])
{
    FILE *stream = fopen(path_of(month), "r");

    assert_non_null(stream);
    text[fread(text, 1, TEXT_BYTES - 1, stream)] = '\0';
    fclose(stream);
}

static void write_text(const char *text)
{
    FILE *stream = fopen(path_of(month), "w");

    assert_non_null(stream);
    assert_int_equal(fwrite(text, 1, strlen(text), stream), strlen(text));
    assert_int_equal(fclose(stream), 0);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(folder + sizeof folder - sizeof "XXXXXX", "XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"index.sqlite", "index.sqlite-wal", "index.sqlite-shm", month};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlink(path_of(names[i]));
    return rmdir(folder);
}

static void points_of_one_code_in_two_runs_are_two_lines(void **state)
{
    char text[TEXT_BYTES], *first, *second;

    (void)state;
    append_point("one", "a/1x1x1", 0.0);
    append_point("two", "a/1x1x1", 0.0);
    read_text(text);
    first = strstr(text, "{\"type\":\"point\"");
    assert_non_null(first);
    second = strstr(first + 1, "{\"type\":\"point\"");
    assert_non_null(second);
    assert_true(strncmp(first, second, strcspn(first, "\n")) != 0);
}

/* A writer that was killed leaves a part of a line, of any length, and perhaps nothing else. */
static void what_a_killed_writer_left_is_cut_off(void **state)
{
    static const size_t lengths[] = {1, 4095, 4096, 4097, 20000};
    static const char *const hosts[] = {"one", "two", "three", "four", "five"};
    static char text[TEXT_BYTES];
    tern_results files = {0};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        if (i > 0)
            read_text(text);
        memset(text + strlen(text), 'x', lengths[i]); /* zeros follow */
        write_text(text);
        memset(text, 0, sizeof text);
        append_point(hosts[i], "a/1x1x1", 0.0);
    }
    assert_int_equal(tern_history_read(&files, folder, NULL, NULL), TERN_OK);
    assert_int_equal(files.points.count, sizeof lengths / sizeof *lengths);
    tern_results_free(&files);
    read_text(text);
    assert_null(strstr(text, "xx"));
}

static void two_steps_of_a_series_have_two_answers(void **state)
{
    tern_results results = run_on("one"), files = {0}, index = {0};

    (void)state;
    add_answer(&results, "c");
    add_answer(&results, "d");
    append(&results);
    assert_int_equal(tern_history_read(&files, folder, NULL, NULL), TERN_OK);
    assert_int_equal(files.remeasured.count, 2);
    if (tern_history_index_is_built()) {
        assert_int_equal(tern_history_index_read(&index, folder, NULL, NULL), TERN_OK);
        assert_int_equal(index.remeasured.count, 2);
    }
    tern_results_free(&files);
    tern_results_free(&index);
}

/* As git merges them: what others added stands before what the index has read, and the file has only grown. */
static void an_index_sees_what_was_put_before_its_lines(void **state)
{
    tern_results results = {0};
    static char base[TEXT_BYTES], ours[TEXT_BYTES], theirs[TEXT_BYTES], merged[3 * TEXT_BYTES];

    (void)state;
    if (!tern_history_index_is_built())
        skip_because("this build has no SQLite");
    append_point("base", "a/1x1x1", 0.5);
    read_text(base);
    append_point("theirs", "a/1x1x1", 0.25);
    read_text(theirs);
    write_text(base);
    append_point("oursss", "a/1x1x1", 0.75);
    read_text(ours);
    assert_int_equal(strlen(ours), strlen(theirs)); /* so that lines begin where the index has stopped to read */
    assert_int_equal(tern_history_index_read(&results, folder, NULL, NULL), TERN_OK);
    assert_int_equal(results.points.count, 2);
    tern_results_free(&results);
    snprintf(merged, sizeof merged, "%s%s", theirs, ours + strlen(base));
    write_text(merged);
    assert_int_equal(tern_history_index_read(&results, folder, NULL, NULL), TERN_OK);
    assert_int_equal(results.points.count, 3);
    tern_results_free(&results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(points_of_one_code_in_two_runs_are_two_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_killed_writer_left_is_cut_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_steps_of_a_series_have_two_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_index_sees_what_was_put_before_its_lines, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
