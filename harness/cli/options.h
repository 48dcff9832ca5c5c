/*
 * options.h - what a command line said. Which options there are stands in option_table.h, which a command heeds in
 * command.h.
 */
#ifndef TERN_OPTIONS_H
#define TERN_OPTIONS_H

#include "decode/loop/token_choice.h"
#include "model/blocks.h"
#include "plan/shard.h"
#include "report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TERN_OPTION_LIST = 32, TERN_OPTION_MOST = 128 };

/* --out: where a report goes. */
typedef struct tern_output {
    const tern_report *format;
    const char *path;
} tern_output;

typedef struct tern_output_list {
    tern_output item[TERN_OPTION_LIST];
    size_t count;
} tern_output_list;

typedef struct tern_text_list {
    const char *item[TERN_OPTION_LIST];
    size_t count;
} tern_text_list;

/* As they stand in argv, one behind the other. */
typedef struct tern_argument_list {
    const char *const *item;
    size_t count;
} tern_argument_list;

/* Axes that replace those of suites: name[i] becomes values[i]. */
typedef struct tern_axis_list {
    const char *name[TERN_OPTION_LIST], *values[TERN_OPTION_LIST];
    size_t count;
} tern_axis_list;

/* A number that was not given, where 0 means something. */
#define TERN_UNSAID UINT32_MAX

/* Strings point into argv. Text that was not said is NULL, a flag false; a number has the default of --help. */
typedef struct tern_options {
    const char *program;          /* "ternbench run": begins what is said to the user */
    char command[4096];           /* the whole command line, for the fingerprint */
    tern_argument_list arguments; /* suites, ids or files */
    bool said[TERN_OPTION_MOST];  /* by tern_option_key: stands in the command line */

    /* which kernels, which cases */
    tern_text_list plugins;
    const char *isa;
    const char *side; /* whose kernels; NULL: the built-in ones */
    const char *filter;
    tern_axis_list axes;
    const char *pick; /* a shape */
    bool list, no_edges, deep;
    tern_shard shard;

    /* how they run */
    bool interleave, no_roofs, strict;
    bool optimisation; /* bisect: an ablation of both ends instead */
    const char *pin, *counters;
    double deadline_s;    /* of one case, on top of what its size needs */
    double budget_s;      /* of one case; NaN: what the suite wishes, or its default */
    double total_s;       /* of the run; 0 = none */
    uint32_t min_samples; /* of one case */
    double delta_percent; /* the slowdown that matters */

    /* points over time */
    const char *history; /* a folder */
    const char *planned; /* a file of changes; NULL: that of the history */
    double step_percent; /* that matters */
    bool unconfirmed;    /* alert without measuring again */

    /* what comes out */
    tern_output_list outputs;
    struct tern_output_files *files; /* that are open for them */
    const tern_report *format;       /* NULL: what the suite wishes, or a table */
    const char *form;                /* --format of commands that draw no report */
    bool compare, resume, quiet;
    bool machine_class; /* machine: only that */
    uint32_t verbose;

    /* a model, and the decode loop */
    const char *model;    /* a name of suites/NAME.model, a .model file or a .gguf file */
    const char *kernel;   /* NAME or NAME+toggles; "auto" */
    const char *baseline; /* NAME; "none"; NULL: the portable kernel that the chosen one goes back to */
    const char *toggles;  /* of the loop */
    const char *threads;  /* a number, or "all" */
    const char *text;     /* of the prompt */
    const char *ids;      /* of the prompt, separated by commas */
    const char *file;     /* that `model write` writes */
    const tern_block_format *type;
    const char *pre;         /* how a vocabulary cuts words; NULL: as the file says */
    const char *i2s_block;   /* of a file, "128" or "64"; NULL: not said */
    uint32_t prompt, tokens; /* TERN_UNSAID = as the command likes it */
    uint32_t layers;         /* 0 = all */
    uint32_t context, sequences, block, repetitions, compare_cache;
    uint64_t seed;
    double p0, target, memory_mb; /* 0 = no target, no budget */
    tern_token_choice_options choice;
} tern_options;

/* Nothing is said yet. */
void tern_options_init(tern_options *options);

/* What was not said: as suites wish (NULL, 0: no wish), or as --help says. */
void tern_options_settle(tern_options *options, const tern_report *format, double budget_s);

/* What decode's --threads says; all: every CPU that the program may use. TERN_USAGE: it is no number of threads. */
tern_status tern_options_threads(const tern_options *options, uint32_t all, uint32_t *threads, tern_error *error);

#endif
