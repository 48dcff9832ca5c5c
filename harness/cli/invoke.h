/*
 * invoke.h - from a command line to a command that runs.
 */
#ifndef TERN_INVOKE_H
#define TERN_INVOKE_H

#include "cli/command.h"

/*
 * Reads a command line: argv[0] is the program as users see it, "ternbench run". Prints --help and exits when it is
 * asked for. TERN_USAGE: an option that there is not, or that the command does not heed, or a wrong number of
 * arguments.
 */
tern_status tern_invoke_parse(const tern_command *command, int argc, char **argv, tern_options *options,
                              tern_error *error);

/* Writes what --help says. */
void tern_invoke_help(const tern_command *command, FILE *stream);

/* Finds the command that argv[1], or argv[1] and argv[2], name, and runs it. Returns the exit status. */
int tern_invoke(int argc, char **argv);

#endif
