/*
 * command.h - the subcommands as rows of data: what each takes, which options it heeds, what runs it.
 *
 * To add a command: one file with its function, a declaration here, a row in command.c.
 */
#ifndef TERN_COMMAND_H
#define TERN_COMMAND_H

#include "cli/option_table.h"

#include <stdio.h>

/*
 * Returns the exit status. An error is one sentence that the caller prints; what a command has to say besides it prints
 * itself.
 */
typedef int tern_command_fn(const tern_options *options, tern_error *error);

typedef struct tern_command {
    const char *name; /* one word, or two: "model write" */
    const char *summary;
    const char *arguments;        /* as --help names them; "" = it takes none */
    size_t least, most;           /* how many arguments */
    const char *doc;              /* --help: what it does */
    const tern_option_key *heeds; /* ends with TERN_OPTION_KEYS */
    void (*notes)(FILE *stream);  /* writes the last lines of --help; NULL: none */
    tern_command_fn *run;
} tern_command;

/* Ends with a row whose name is NULL. */
extern const tern_command tern_commands[];

/* The row of that name that the command heeds; NULL: it heeds none. */
const tern_option *tern_command_option(const tern_command *command, const char *name);

/* The commands that heed an option of that name, separated by commas. Returns text. */
char *tern_command_heeding(const char *name, char *text, size_t bytes);

tern_command_fn tern_command_run, tern_command_check, tern_command_repro, tern_command_kernels, tern_command_gate,
    tern_command_ablate, tern_command_ablate_decode, tern_command_bisect, tern_command_tune, tern_command_tune_decode,
    tern_command_report, tern_command_machine, tern_command_decode, tern_command_model_write, tern_command_model_show,
    tern_command_help, tern_command_history_add, tern_command_history_show, tern_command_history_check,
    tern_command_history_rebuild;

#endif
