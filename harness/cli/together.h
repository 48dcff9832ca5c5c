/*
 * together.h - which options go together: one that has no effect beside another, or without it, is refused.
 */
#ifndef TERN_CLI_TOGETHER_H
#define TERN_CLI_TOGETHER_H

#include "cli/command.h"

/* TERN_USAGE names two options of a command line that do not go together, or one that lacks another. */
tern_status tern_together_check(const tern_command *command, const tern_options *options, tern_error *error);

/* The same for ids of decode runs, which have no samples and no budget. */
tern_status tern_together_check_decode_id(const tern_options *options, tern_error *error);

/* The same for what is said of a model, which is a GGUF file or has seeded weights; or what is wrong with the model. */
tern_status tern_together_check_model(const tern_options *options, const char *model, tern_error *error);

#endif
