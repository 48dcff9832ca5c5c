/*
 * decode_options.h - the options of `ternbench decode`.
 */
#ifndef TERN_DECODE_OPTIONS_H
#define TERN_DECODE_OPTIONS_H

#include "cli/options.h"
#include "decode/loop/token_choice.h"

typedef struct tern_decode_options {
    tern_options common;
    const char *model;    /* a name of suites/NAME.model, a .model file or a .gguf file */
    const char *kernel;   /* NAME or NAME+toggles; "auto" */
    const char *baseline; /* NAME; "none"; NULL: the portable kernel that the chosen one goes back to */
    const char *toggles;  /* of the loop; NULL: none */
    const char *threads;  /* a number, or "all" */
    const char *text;     /* of the prompt; NULL: none */
    const char *ids;      /* of the prompt, separated by commas; NULL: none */
    uint32_t prompt, tokens, context, sequences, block, repetitions, compare_cache;
    uint64_t seed;
    double p0, target, budget_mb; /* 0 = none */
    tern_token_choice_options sampler;
} tern_decode_options;

/* Parses argv. On --help and on errors it prints and exits as argp does, with TERN_USAGE for errors. */
void tern_decode_options_parse(tern_decode_options *options, int argc, char **argv);

#endif
