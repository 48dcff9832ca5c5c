/*
 * option_table.h - every option that there is, once. Which of them a command heeds stands in its row of command.c.
 *
 * To add an option: a key here, a row in option_table.c, a member of tern_options, and its key in the rows of the
 * commands that heed it.
 */
#ifndef TERN_OPTION_TABLE_H
#define TERN_OPTION_TABLE_H

#include "cli/option.h"

/* Two rows may have one name, for commands that mean different things by it. */
typedef enum tern_option_key {
    TERN_OPTION_FILTER,
    TERN_OPTION_LIST_IDS,
    TERN_OPTION_AXIS_THREADS,
    TERN_OPTION_HOT,
    TERN_OPTION_COLD,
    TERN_OPTION_AXIS_SEED,
    TERN_OPTION_AXIS_SET,
    TERN_OPTION_SHARD,
    TERN_OPTION_NO_EDGES,
    TERN_OPTION_DEEP,
    TERN_OPTION_PICK,
    TERN_OPTION_BENCHMARK_FILTER,
    TERN_OPTION_BENCHMARK_LIST,

    TERN_OPTION_MODEL,
    TERN_OPTION_KERNEL,
    TERN_OPTION_THREADS,
    TERN_OPTION_TOGGLES,
    TERN_OPTION_SEED,
    TERN_OPTION_P0,
    TERN_OPTION_BASELINE,
    TERN_OPTION_TYPE,

    TERN_OPTION_LAYERS,
    TERN_OPTION_PROMPT,
    TERN_OPTION_PROMPT_IDS,
    TERN_OPTION_PROMPT_TEXT,
    TERN_OPTION_TOKENS,
    TERN_OPTION_CONTEXT,
    TERN_OPTION_SEQUENCES,
    TERN_OPTION_BLOCK,
    TERN_OPTION_REPETITIONS,
    TERN_OPTION_COMPARE_CACHE,

    TERN_OPTION_ISA,
    TERN_OPTION_PLUGIN,
    TERN_OPTION_SIDE,
    TERN_OPTION_PIN,
    TERN_OPTION_NO_ROOFS,
    TERN_OPTION_COUNTERS,
    TERN_OPTION_DEADLINE,
    TERN_OPTION_BUDGET,
    TERN_OPTION_BUDGET_OF_ALL,
    TERN_OPTION_INTERLEAVE,
    TERN_OPTION_TOTAL,
    TERN_OPTION_MIN_SAMPLES,
    TERN_OPTION_STRICT,
    TERN_OPTION_DELTA,
    TERN_OPTION_OPTIMISATION,
    TERN_OPTION_HISTORY,
    TERN_OPTION_STEP,
    TERN_OPTION_PLANNED,
    TERN_OPTION_UNCONFIRMED,

    TERN_OPTION_OUT,
    TERN_OPTION_FILE,
    TERN_OPTION_FORMAT,
    TERN_OPTION_MACHINE_FORM,
    TERN_OPTION_KERNELS_FORM,
    TERN_OPTION_CLASS,
    TERN_OPTION_HELP_FORM,
    TERN_OPTION_COMPARE,
    TERN_OPTION_RESUME,
    TERN_OPTION_QUIET,
    TERN_OPTION_VERBOSE,

    TERN_OPTION_TEMPERATURE,
    TERN_OPTION_TOP_K,
    TERN_OPTION_TOP_P,

    TERN_OPTION_TARGET,
    TERN_OPTION_MEMORY,
    TERN_OPTION_KEYS
} tern_option_key;

/* The row of each key. */
extern const tern_option tern_option_table[TERN_OPTION_KEYS];

/* What --help writes above the options of each group. */
extern const char *const tern_option_group_titles[TERN_OPTION_GROUPS];

#endif
