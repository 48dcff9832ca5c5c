/*
 * argp knows all options of the table. Those that the command does not heed are hidden, and refused with a sentence
 * that says who does.
 */
#include "cli/invoke.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/together.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_FIRST = 256, KEY_USAGE = KEY_FIRST + TERN_OPTION_KEYS, ROWS = TERN_OPTION_KEYS + TERN_OPTION_GROUPS + 3 };

_Static_assert((int)TERN_OPTION_KEYS <= (int)TERN_OPTION_MOST, "tern_options has a place for each option");

typedef struct parsing {
    const tern_command *command;
    tern_options *options;
    tern_error *error;
    int wrong; /* which of argv argp made nothing of */
} parsing;

static const char *program_name(const tern_command *command, char *text, size_t bytes)
{
    text[0] = '\0';
    tern_text_append(text, bytes, "ternbench %s", command->name);
    return text;
}

/* The row that a key of argp's stands for: a letter, or the place in the table. */
static const tern_option *find_option(int key)
{
    for (size_t i = 0; i < TERN_OPTION_KEYS; i++)
        if (key == KEY_FIRST + (int)i || (key < KEY_FIRST && key == tern_option_table[i].letter && key != 0))
            return &tern_option_table[i];
    return NULL;
}

/* How a command that has sides takes what is asked of it by --plugin. NULL: it has none. */
static const char *side_of_file(const tern_command *command)
{
    if (strstr(command->arguments, "BASE CAND") == NULL)
        return NULL;
    return tern_command_option(command, "side") != NULL
               ? "the kernels of a .so or .c file are a side: --side FILE, or BASE and CAND where two are compared"
               : "a .so or .c file is named as a side, BASE or CAND";
}

static tern_status refuse(const parsing *p, const tern_option *option)
{
    char commands[256];
    const char *side = side_of_file(p->command);

    if (side != NULL && option == &tern_option_table[TERN_OPTION_PLUGIN])
        return tern_error_set(p->error, TERN_USAGE, "--%s does not go with %s: %s", option->name, p->command->name,
                              side);
    return tern_error_set(p->error, TERN_USAGE, "--%s does not go with %s; it is for %s", option->name,
                          p->command->name, tern_command_heeding(option->name, commands, sizeof commands));
}

/* Options stand before arguments when argp gets to these, whatever the user wrote. */
static tern_status take_argument(parsing *p, char *const *place)
{
    tern_argument_list *list = &p->options->arguments;

    if (list->count == p->command->most)
        return tern_error_set(p->error, TERN_USAGE, "'%s' is not expected here: %s takes %s", *place, p->command->name,
                              p->command->most == 0 ? "no arguments" : p->command->arguments);
    if (list->count++ == 0)
        list->item = (const char *const *)place;
    return TERN_OK;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    parsing *p = state->input;
    char name[64];

    if (key == '?' || key == 'h' || key == KEY_USAGE) {
        if (key != KEY_USAGE)
            tern_invoke_help(p->command, stdout);
        else
            argp_help(state->root_argp, stdout, ARGP_HELP_USAGE,
                      (char *)(uintptr_t)program_name(p->command, name, sizeof name));
        exit(tern_output_end(program_name(p->command, name, sizeof name), TERN_OK));
    }
    if (key == ARGP_KEY_ERROR)
        p->wrong = state->next - 1;
    if (key == ARGP_KEY_ARG)
        return take_argument(p, &state->argv[state->next - 1]) == TERN_OK ? 0 : ECANCELED;
    const tern_option *row = find_option(key);
    if (row == NULL)
        return ARGP_ERR_UNKNOWN;
    const tern_option *heeded = tern_command_option(p->command, row->name);
    const tern_status status = heeded == NULL ? refuse(p, row) : heeded->set(heeded, p->options, text, p->error);
    if (heeded != NULL)
        p->options->said[heeded - tern_option_table] = true;
    return status == TERN_OK ? 0 : ECANCELED;
}

/* Whether an earlier row has that name: argp gets each name once. */
static bool is_repeated(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(tern_option_table[i].name, tern_option_table[index].name) == 0)
            return true;
    return false;
}

static struct argp_option row_of(size_t index, const tern_option *heeded)
{
    const tern_option *option = heeded != NULL ? heeded : &tern_option_table[index];
    const bool hidden = heeded == NULL || heeded->help == NULL;

    return (struct argp_option){
        .name = option->name,
        .key = option->letter != 0 ? option->letter : KEY_FIRST + (int)index,
        .arg = option->argument,
        .flags = hidden ? OPTION_HIDDEN : 0,
        .doc = option->help,
        .group = (int)option->group + 1,
    };
}

/*
 * A header before the first option of each group. What is not heeded is there too, hidden, so that it can be refused.
 */
static void make_rows(const tern_command *command, struct argp_option *row)
{
    bool has_title[TERN_OPTION_GROUPS] = {false};

    memset(row, 0, ROWS * sizeof *row);
    for (size_t i = 0; i < TERN_OPTION_KEYS; i++) {
        const tern_option *heeded = tern_command_option(command, tern_option_table[i].name);
        if (is_repeated(i))
            continue;
        if (heeded != NULL && heeded->help != NULL && !has_title[heeded->group]) {
            has_title[heeded->group] = true;
            *row++ =
                (struct argp_option){.doc = tern_option_group_titles[heeded->group], .group = (int)heeded->group + 1};
        }
        *row++ = row_of(i, heeded);
    }
    *row++ = (struct argp_option){.name = "help", .key = '?', .doc = "Give this help list", .group = -1};
    *row++ = (struct argp_option){.name = "help", .key = 'h', .flags = OPTION_HIDDEN, .group = -1};
    *row = (struct argp_option){.name = "usage", .key = KEY_USAGE, .doc = "Give a short usage message", .group = -1};
}

void tern_invoke_help(const tern_command *command, FILE *stream)
{
    struct argp_option rows[ROWS];
    const struct argp argp = {rows, parse, command->arguments, command->doc, NULL, NULL, NULL};
    char name[64];

    make_rows(command, rows);
    program_name(command, name, sizeof name);
    argp_help(&argp, stream, ARGP_HELP_STD_HELP, name);
    if (command->notes != NULL)
        command->notes(stream);
}

/* argp says no more than that a word is wrong. */
static tern_status explain(const tern_command *command, const char *word, tern_error *error)
{
    const char *names[TERN_OPTION_KEYS];
    char name[64];
    size_t count = 0;

    tern_text_copy(name, sizeof name, word + strspn(word, "-"));
    name[strcspn(name, "=")] = '\0';
    for (const tern_option_key *key = command->heeds; *key != TERN_OPTION_KEYS; key++) {
        const tern_option *option = &tern_option_table[*key];
        const bool is_letter = word[1] == option->letter && word[2] == '\0';
        if (strcmp(name, option->name) == 0 || is_letter)
            return tern_error_set(error, TERN_USAGE, "--%s takes %s", option->name,
                                  option->argument == NULL ? "no argument" : option->argument);
        names[count++] = option->name;
    }
    const char *nearest = tern_text_nearest(name, names, count);
    return tern_error_set(error, TERN_USAGE, "there is no option '%s'%s%s; `ternbench %s --help` lists them", word,
                          nearest == NULL ? "" : ", did you mean --", nearest == NULL ? "" : nearest, command->name);
}

tern_status tern_invoke_parse(const tern_command *command, int argc, char **argv, tern_options *options,
                              tern_error *error)
{
    struct argp_option rows[ROWS];
    const struct argp argp = {rows, parse, command->arguments, command->doc, NULL, NULL, NULL};
    parsing p = {.command = command, .options = options, .error = error};

    tern_options_init(options);
    options->program = argv[0];
    tern_text_copy(options->command, sizeof options->command, argv[0]);
    for (int i = 1; i < argc; i++)
        tern_text_append_word(options->command, sizeof options->command, argv[i]);
    make_rows(command, rows);
    const error_t failure = argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &p);
    if (failure == ECANCELED)
        return TERN_USAGE;
    if (failure != 0)
        /* getopt is at the word itself when what is wrong are the first of several letters. */
        return explain(command, argv[p.wrong + (argv[p.wrong][0] != '-' && p.wrong + 1 < argc)], error);
    if (options->arguments.count < command->least)
        return tern_error_set(error, TERN_USAGE,
                              command->least == 1 ? "nothing is named; give at least one %s"
                                                  : "not enough is named; it takes %s",
                              command->arguments);
    return TERN_OK;
}

static int run(const tern_command *command, int argc, char **argv)
{
    tern_options options;
    tern_output_files files = {0};
    tern_error error = {""};
    tern_status status = tern_invoke_parse(command, argc, argv, &options, &error);

    if (status == TERN_OK)
        status = tern_together_check(command, &options, &error);
    if (status == TERN_OK)
        status = tern_inputs_spare(command, &options, &error);
    if (status == TERN_OK)
        status = tern_output_open(&files, &options, false, &error);
    int exit_status = status == TERN_OK ? command->run(&options, &error) : (int)status;
    if (tern_interrupt_signal() != 0)
        exit_status = 128 + tern_interrupt_signal();
    tern_output_close(&files);
    if (error.text[0] != '\0')
        tern_terminal_say(stderr, "%s: %s", argv[0], error.text);
    return tern_output_end(argv[0], exit_status);
}

/* How many of the words, one or two, are the command's name; 0: they are another's. */
static int words_named(const tern_command *command, int words, char *const *word)
{
    char both[128] = "";

    if (words > 0 && strcmp(command->name, word[0]) == 0)
        return 1;
    if (words < 2)
        return 0;
    tern_text_append(both, sizeof both, "%s %s", word[0], word[1]);
    return strcmp(command->name, both) == 0 ? 2 : 0;
}

/* The first word of commands of two is none by itself; asked for help, it tells what may follow. */
static int unknown_command(const char *word, bool helps)
{
    const char *names[64], *nearest;
    char begun[128] = "";
    size_t count = 0;
    const size_t length = strlen(word);

    for (const tern_command *command = tern_commands; command->name != NULL && count < 64; command++) {
        names[count++] = command->name;
        if (strncmp(command->name, word, length) == 0 && command->name[length] == ' ')
            tern_text_append(begun, sizeof begun, "%s%s", begun[0] == '\0' ? "" : " or ", command->name);
    }
    if (begun[0] != '\0' && helps) {
        printf("Say %s; each has a --help.\n", begun);
        return tern_output_end("ternbench help", TERN_OK);
    }
    if (begun[0] != '\0')
        tern_terminal_say(stderr, "ternbench: say %s", begun);
    else if ((nearest = tern_text_nearest(word, names, count)) != NULL)
        tern_terminal_say(stderr, "ternbench: unknown command '%s', did you mean '%s'?; `ternbench --help` lists them",
                          word, nearest);
    else
        tern_terminal_say(stderr, "ternbench: unknown command '%s'; `ternbench --help` lists them", word);
    return TERN_USAGE;
}

/* `ablate BASE CAND decode` is `ablate decode BASE CAND`: what is ablated stands where suites do. */
static void move_decode(int argc, char **argv)
{
    if (argc < 5 || strcmp(argv[1], "ablate") != 0 || strcmp(argv[4], "decode") != 0)
        return;
    char *const decode = argv[4];
    argv[4] = argv[3];
    argv[3] = argv[2];
    argv[2] = decode;
}

/* `help run` is `run --help`. */
static int help_of(int words, char **word)
{
    for (const tern_command *command = tern_commands; command->name != NULL; command++)
        if (words_named(command, words, word) > 0) {
            tern_invoke_help(command, stdout);
            return tern_output_end("ternbench help", TERN_OK);
        }
    return unknown_command(word[0], true);
}

int tern_invoke(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "help") == 0 && argv[2][0] != '-')
        return help_of(argc - 2, argv + 2);
    move_decode(argc, argv);
    for (const tern_command *command = tern_commands; command->name != NULL; command++) {
        const int words = words_named(command, argc - 1, argv + 1);
        char name[64];
        if (words == 0)
            continue;
        argv[words] = (char *)(uintptr_t)program_name(command, name, sizeof name);
        return run(command, argc - words, argv + words);
    }
    return unknown_command(argv[1], argc == 3 && strcmp(argv[2], "--help") == 0);
}
