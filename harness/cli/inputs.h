/*
 * inputs.h - the files that a command reads, of which no output of the same command may take the place.
 */
#ifndef TERN_CLI_INPUTS_H
#define TERN_CLI_INPUTS_H

#include "cli/command.h"

/*
 * TERN_USAGE: an output would take the place of a suite, a model, a plug-in, sources of kernels, a history or records
 * that the command reads. Records may be written as records onto themselves by the command that draws them.
 */
tern_status tern_inputs_spare(const tern_command *command, const tern_options *options, tern_error *error);

#endif
