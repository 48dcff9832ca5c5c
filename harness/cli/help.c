/*
 * ternbench help: the commands, and what packages are made of, which is written when the program is built.
 */
#include "cli/help.h"

#include "cli/command.h"
#include "machine/isa.h"

#include <string.h>

void tern_help_usage(FILE *stream)
{
    fprintf(stream, "Usage: ternbench COMMAND [OPTION...] [ARGUMENT...]\n"
                    "Exactness checks and benchmarks of ternary (BitNet b1.58) matrix kernels.\n\n");
    for (const tern_command *command = tern_commands; command->name != NULL; command++)
        fprintf(stream, "  %-15s %s\n", command->name, command->summary);
    fprintf(
        stream,
        "\n`ternbench COMMAND --help` tells more.\n\n"
        "%s=avx2 (or scalar, avx512, ...) in the environment caps every command as if the processor had no\n"
        "more. Exit status: 0 right, 1 wrong result or crash in a kernel, 2 usage or bad input, 3 slowdown proven,\n"
        "4 environment, 5 nothing to run, 77 all skipped, 128+N ended by signal N.\n",
        TERN_ISA_VARIABLE);
}

int tern_command_help(const tern_options *options, tern_error *error)
{
    (void)error;
    if (options->form != NULL && strcmp(options->form, "man") == 0)
        tern_help_manual(stdout);
    else if (options->form != NULL && strcmp(options->form, "completion") == 0)
        tern_help_completion(stdout);
    else
        tern_help_usage(stdout);
    return TERN_OK;
}
