/*
 * command.h - the subcommands. Each takes its own argv (argv[0] is "ternbench NAME") and returns the exit status.
 */
#ifndef TERN_COMMAND_H
#define TERN_COMMAND_H

typedef int tern_command_fn(int argc, char **argv);

tern_command_fn tern_command_run, tern_command_check, tern_command_repro, tern_command_kernels, tern_command_report,
    tern_command_machine, tern_command_decode, tern_command_model;

#endif
