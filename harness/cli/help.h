/*
 * help.h - what the program says of itself as a whole. All of it comes from the tables of commands and options.
 */
#ifndef TERN_HELP_H
#define TERN_HELP_H

#include <stdio.h>

/* The commands, one a line. */
void tern_help_usage(FILE *stream);

/* The manual page ternbench(1), for man. */
void tern_help_manual(FILE *stream);

/* Completion for bash, to be sourced. */
void tern_help_completion(FILE *stream);

#endif
