/*
 * Walks the tables of commands and options: what a command heeds it takes and shows, and everything else it refuses
 * with one sentence.
 */
#include "cli/invoke.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Something that the option takes. */
static const char *argument_of(const tern_option *option)
{
    static const struct {
        tern_option_setter *set;
        const char *argument;
    } examples[] = {
        {tern_option_add_set, "n=1"},   {tern_option_set_report, "csv"}, {tern_option_add_output, "csv:FILE"},
        {tern_option_set_type, "i2_s"}, {tern_option_set_shard, "2/3"},
    };

    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        if (option->set == examples[i].set)
            return examples[i].argument;
    if (option->set == tern_option_set_choice)
        return strrchr(option->values, ' ') + 1;
    return option->low > 1.0 ? "2" : "1";
}

/* A command line with one option, and as many arguments as the command needs. Strings live until the next call. */
static int make_line(const tern_command *command, const tern_option *option, bool by_letter, char **argv)
{
    static char program[64], name[64], argument[64], file[] = "FILE";
    int argc = 0;

    snprintf(program, sizeof program, "ternbench %s", command->name);
    argv[argc++] = program;
    if (by_letter)
        snprintf(name, sizeof name, "-%c", option->letter);
    else
        snprintf(name, sizeof name, "--%s", option->name);
    argv[argc++] = name;
    snprintf(argument, sizeof argument, "%s", argument_of(option));
    if (option->argument != NULL)
        argv[argc++] = argument;
    for (size_t i = 0; i < command->least; i++)
        argv[argc++] = file;
    argv[argc] = NULL;
    return argc;
}

static void expect_refused(const tern_command *command, const tern_option *option, bool by_letter)
{
    char *argv[8];
    tern_options options;
    tern_error error = {""};
    const int argc = make_line(command, option, by_letter, argv);

    if (tern_invoke_parse(command, argc, argv, &options, &error) != TERN_USAGE)
        fail_msg("%s takes %s", command->name, argv[1]);
    if (strstr(error.text, option->name) == NULL || strstr(error.text, command->name) == NULL ||
        strchr(error.text, '\n') != NULL)
        fail_msg("%s %s: no sentence that names both: %s", command->name, argv[1], error.text);
}

static void a_command_refuses_what_it_does_not_heed(void **state)
{
    size_t refused = 0;

    (void)state;
    for (const tern_command *command = tern_commands; command->name != NULL; command++)
        for (size_t i = 0; i < TERN_OPTION_KEYS; i++) {
            const tern_option *option = &tern_option_table[i];
            if (tern_command_option(command, option->name) != NULL)
                continue;
            refused++;
            expect_refused(command, option, false);
            if (option->letter != 0)
                expect_refused(command, option, true);
        }
    assert_true(refused > 100);
}

static void a_command_takes_what_it_heeds(void **state)
{
    (void)state;
    for (const tern_command *command = tern_commands; command->name != NULL; command++)
        for (const tern_option_key *key = command->heeds; *key != TERN_OPTION_KEYS; key++) {
            char *argv[8];
            tern_options said, nothing;
            tern_error error = {""};
            const int argc = make_line(command, &tern_option_table[*key], false, argv);
            if (tern_invoke_parse(command, argc, argv, &said, &error) != TERN_OK)
                fail_msg("%s %s: %s", command->name, argv[1], error.text);
            tern_options_init(&nothing);
            nothing.program = said.program;
            memcpy(nothing.command, said.command, sizeof said.command);
            nothing.arguments = said.arguments;
            memcpy(nothing.said, said.said, sizeof said.said);
            /* Defaults are among the examples: a second value then. */
            /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): any difference will do */
            if (memcmp(&said, &nothing, sizeof said) == 0 && strcmp(argv[2], "1") == 0) {
                strcpy(argv[2], "0.5");
                if (tern_invoke_parse(command, argc, argv, &said, NULL) != TERN_OK) {
                    strcpy(argv[2], "3");
                    assert_int_equal(tern_invoke_parse(command, argc, argv, &said, &error), TERN_OK);
                }
            }
            memcpy(nothing.command, said.command, sizeof said.command);
            /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): any difference will do */
            if (memcmp(&said, &nothing, sizeof said) == 0)
                fail_msg("%s %s %s changes nothing", command->name, argv[1], argv[2]);
        }
}

/* Whether the text has "--name" and no more letters behind it. */
static bool shows(const char *help, const char *name)
{
    char option[64];
    const size_t length = (size_t)snprintf(option, sizeof option, "--%s", name);

    for (const char *at = help; (at = strstr(at, option)) != NULL; at += length)
        if (strchr("=\n ,", at[length]) != NULL)
            return true;
    return false;
}

static void help_shows_what_is_heeded_and_nothing_else(void **state)
{
    (void)state;
    for (const tern_command *command = tern_commands; command->name != NULL; command++) {
        char *help = NULL;
        size_t bytes;
        FILE *stream = open_memstream(&help, &bytes);
        assert_non_null(stream);
        tern_invoke_help(command, stream);
        fclose(stream);
        /* What help says of an option may name another one: only the column of options counts. */
        for (char *line = help; line != NULL; line = strchr(line + 1, '\n'))
            for (size_t i = 29; i < strcspn(line + 1, "\n"); i++)
                line[1 + i] = line[1 + i] == '-' ? '_' : line[1 + i];
        for (size_t i = 0; i < TERN_OPTION_KEYS; i++) {
            const tern_option *heeded = tern_command_option(command, tern_option_table[i].name);
            const bool expected = heeded != NULL && heeded->help != NULL;
            if (shows(help, tern_option_table[i].name) != expected)
                fail_msg("`%s --help` %s --%s", command->name, expected ? "lacks" : "shows", tern_option_table[i].name);
        }
        free(help);
    }
}

/* Runs a command line with standard error in a file; returns what was said there. */
static int said_by(int argc, char **argv, char *text, size_t bytes)
{
    FILE *file = tmpfile();
    const int saved = dup(STDERR_FILENO);

    assert_non_null(file);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    const int status = tern_invoke(argc, argv);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    text[fread(text, 1, bytes - 1, file)] = '\0';
    fclose(file);
    return status;
}

static void a_refusal_is_one_line_and_exit_2(void **state)
{
    static char program[] = "ternbench", command[] = "report", file[] = "x.jsonl", option[] = "--cold";
    char *argv[] = {program, command, file, option, NULL};
    char text[1024];

    (void)state;
    assert_int_equal(said_by(4, argv, text, sizeof text), 2);
    assert_string_equal(
        text, "ternbench report: --cold does not go with report; it is for run, gate, ablate, bisect, tune\n");
}

static void what_is_wrong_is_told(void **state)
{
    static const struct {
        const char *words[5];
        const char *sentence;
    } lines[] = {
        {{"ternbench", "run", "--fliter=x", "a"}, "there is no option '--fliter=x', did you mean --filter;"},
        {{"ternbench", "run", "a", "--filter"}, "--filter takes REGEX"},
        {{"ternbench", "run", "-t"}, "--threads takes N,.."},
        {{"ternbench", "run", "--list=3"}, "--list takes no argument"},
        {{"ternbench", "run", "-xv", "a"}, "there is no option '-xv'"},
        {{"ternbench", "run"}, "give at least one SUITE..."},
        {{"ternbench", "machine", "x"}, "'x' is not expected here"},
        {{"ternbench", "decode", "--sequences", "0"}, "--sequences takes N, a number from 1 to"},
        {{"ternbench", "decode", "--tokens=0", "--prompt=0"}, "leave nothing to run"},
        {{"ternbench", "machine", "--format", "table"}, "there are text json"},
        {{"ternbench", "model", "--type"}, "say model write or model show"},
        {{"ternbench", "mchine"}, "did you mean 'machine'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char copy[5][32], *argv[6] = {NULL}, text[1024];
        int argc = 0;
        for (; lines[i].words[argc] != NULL; argc++)
            argv[argc] = strcpy(copy[argc], lines[i].words[argc]);
        assert_int_equal(said_by(argc, argv, text, sizeof text), 2);
        if (strstr(text, lines[i].sentence) == NULL || strchr(text, '\n') != strrchr(text, '\n'))
            fail_msg("expected one line with '%s', was told: %s", lines[i].sentence, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_refuses_what_it_does_not_heed),
        cmocka_unit_test(a_command_takes_what_it_heeds),
        cmocka_unit_test(help_shows_what_is_heeded_and_nothing_else),
        cmocka_unit_test(a_refusal_is_one_line_and_exit_2),
        cmocka_unit_test(what_is_wrong_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
