#include "base/error.h"
#include "cli/command.h"
#include "cli/help.h"
#include "machine/build_info.h"
#include "machine/isa.h"

#include <stdlib.h>
#include <string.h>

/* As roff takes it: no line begins with what it would read as a request, and a hyphen is one that can be copied. */
static void put(FILE *stream, const char *text)
{
    bool at_start = true;

    for (; *text != '\0'; text++) {
        if (at_start && (*text == '.' || *text == '\''))
            fputs("\\&", stream);
        at_start = *text == '\n';
        if (*text == '\\')
            fputs("\\e", stream);
        else if (*text == '-')
            fputs("\\-", stream);
        else
            fputc(*text, stream);
    }
}

static void put_line(FILE *stream, const char *text)
{
    put(stream, text);
    fputc('\n', stream);
}

static void put_option(FILE *stream, const tern_option *option)
{
    fputs(".TP\n", stream);
    if (option->letter != 0)
        fprintf(stream, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", stream);
    put(stream, option->name);
    fputs("\\fR", stream);
    if (option->argument != NULL) {
        fputs("=\\fI", stream);
        put(stream, option->argument);
        fputs("\\fR", stream);
    }
    fputc('\n', stream);
    put_line(stream, option->help);
}

static void put_group(FILE *stream, const tern_command *command, tern_option_group group)
{
    bool has_title = false;

    for (const tern_option_key *key = command->heeds; *key != TERN_OPTION_KEYS; key++) {
        const tern_option *option = &tern_option_table[*key];
        if (option->group != group || option->help == NULL)
            continue;
        if (!has_title)
            fprintf(stream, ".PP\n%s:\n", tern_option_group_titles[group]);
        has_title = true;
        put_option(stream, option);
    }
}

/* What --help writes in columns of its own. */
static void put_notes(FILE *stream, const tern_command *command)
{
    char *text = NULL;
    size_t bytes;
    FILE *notes = command->notes == NULL ? NULL : open_memstream(&text, &bytes);

    if (notes == NULL)
        return;
    command->notes(notes);
    if (fclose(notes) == 0) {
        fputs(".PP\n.nf\n", stream);
        put(stream, text + strspn(text, "\n"));
        fputs(".fi\n", stream);
    }
    free(text);
}

static void put_command(FILE *stream, const tern_command *command)
{
    fprintf(stream, ".SS \"%s%s%s\"\n", command->name, command->arguments[0] == '\0' ? "" : " ", command->arguments);
    put_line(stream, command->doc);
    for (tern_option_group group = 0; group < TERN_OPTION_GROUPS; group++)
        put_group(stream, command, group);
    put_notes(stream, command);
}

static void put_exit_status(FILE *stream)
{
    static const struct {
        const char *status, *meaning;
    } rows[] = {
        {"0", "all right; inconclusive too, unless \\-\\-strict"},
        {"1", "a wrong result, or a crash in a kernel"},
        {"2", "usage, or a bad input file"},
        {"3", "a slowdown was proven"},
        {"4", "the machine lacks or refuses something that is required, or is too noisy to tell"},
        {"5", "nothing to run, or to bisect"},
        {"77", "every case was skipped"},
        {"128+N", "ended by signal N; the records so far are whole and \\-\\-resume goes on"},
    };

    fputs(".SH EXIT STATUS\n", stream);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        fprintf(stream, ".TP\n.B %s\n%s\n", rows[i].status, rows[i].meaning);
}

static void put_end(FILE *stream)
{
    fprintf(
        stream,
        ".SH ENVIRONMENT\n"
        ".TP\n.B %s\nCaps every command as if the processor had no more: scalar, avx2, avx512, ...\n"
        ".TP\n.B TERNBENCH_PLUGIN_PATH\nFolders whose plug\\-ins every command loads, with a colon between two of "
        "them.\n"
        ".TP\n.B XDG_CACHE_HOME\nWhat is built for a side, and which kernel was found to be "
        "the fastest, is kept in its ternbench folder.\n"
        ".SH FILES\n"
        ".TP\n.I share/ternbench/suites\n"
        "Suites, models and expectations. A suite that is named without a folder, and is not in the current one, is "
        "looked for here.\n"
        ".TP\n.I include/ternbench/kernel.h\nThe contract of a kernel, for plug\\-ins.\n"
        ".SH EXAMPLES\n.nf\n"
        "ternbench check seed.suite\n"
        "ternbench run quick.suite \\-\\-out jsonl:quick.jsonl\n"
        "ternbench report quick.jsonl \\-\\-format limits\n"
        "ternbench check seed.suite \\-\\-plugin ./mine.so \\-\\-set kernels=mine\n"
        "ternbench gate main . \\-\\-out jsonl:gate.jsonl\n"
        "ternbench gate avx2.c mine.c\n"
        "ternbench bisect v1..HEAD gate.suite \\-\\-filter '^avx2/'\n"
        ".fi\n",
        TERN_ISA_VARIABLE);
}

void tern_help_manual(FILE *stream)
{
    fprintf(
        stream,
        ".TH TERNBENCH 1 \"%s\" \"ternbench %s\" \"User Commands\"\n"
        ".SH NAME\nternbench \\- exactness checks and benchmarks of ternary matrix kernels\n"
        ".SH SYNOPSIS\n.B ternbench\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
        ".SH DESCRIPTION\n"
        "Checks kernels for BitNet b1.58 style products (int8 activations, weights of \\-1, 0 and +1, int32 sums) bit "
        "by bit, then times those that are exact, in cache and from memory.\n"
        ".PP\nEach command takes \\fB\\-\\-help\\fR and \\fB\\-\\-usage\\fR. \\fBternbench \\-\\-version\\fR says "
        "which it is.\n"
        ".SH COMMANDS\n",
        TERN_BUILD_DATE, TERN_BUILD_VERSION);
    for (const tern_command *command = tern_commands; command->name != NULL; command++)
        put_command(stream, command);
    put_exit_status(stream);
    put_end(stream);
}
