#include "cli/command.h"

#include "base/text.h"
#include "decode/loop/loop.h"

#include <string.h>

/* Of every command that has to know the kernels. */
#define KERNELS TERN_OPTION_ISA, TERN_OPTION_PLUGIN, TERN_OPTION_SIDE

/* Of every command that measures. */
#define MACHINE TERN_OPTION_PIN, TERN_OPTION_NO_ROOFS, TERN_OPTION_STRICT

/* Of every command that writes records. */
#define RECORDS TERN_OPTION_OUT, TERN_OPTION_FORMAT, TERN_OPTION_QUIET, TERN_OPTION_VERBOSE

/* Of those that take suites. */
#define SUITES                                                                                                         \
    TERN_OPTION_FILTER, TERN_OPTION_LIST_IDS, TERN_OPTION_AXIS_SEED, TERN_OPTION_AXIS_SET,                             \
        TERN_OPTION_BENCHMARK_FILTER, TERN_OPTION_BENCHMARK_LIST, TERN_OPTION_DEADLINE, TERN_OPTION_TOTAL,             \
        TERN_OPTION_RESUME

#define TIMING TERN_OPTION_COUNTERS, TERN_OPTION_BUDGET, TERN_OPTION_MIN_SAMPLES, TERN_OPTION_INTERLEAVE

/* Of those that sample kernels in turns to compare them. */
#define COMPARING                                                                                                      \
    TERN_OPTION_FILTER, TERN_OPTION_AXIS_SEED, TERN_OPTION_AXIS_SET, TERN_OPTION_AXIS_THREADS, TERN_OPTION_HOT,        \
        TERN_OPTION_COLD, TERN_OPTION_DEADLINE, TERN_OPTION_RESUME, TERN_OPTION_ISA, TERN_OPTION_PIN

/* Of those that run the decode loop. */
#define DECODING                                                                                                       \
    TERN_OPTION_MODEL, TERN_OPTION_KERNEL, TERN_OPTION_THREADS, TERN_OPTION_TOGGLES, TERN_OPTION_SEED, TERN_OPTION_P0, \
        TERN_OPTION_I2S_BLOCK, TERN_OPTION_PROMPT, TERN_OPTION_PROMPT_IDS, TERN_OPTION_PROMPT_TEXT, TERN_OPTION_PRE,   \
        TERN_OPTION_TOKENS, TERN_OPTION_CONTEXT, TERN_OPTION_SEQUENCES, TERN_OPTION_BLOCK, TERN_OPTION_TEMPERATURE,    \
        TERN_OPTION_TOP_K, TERN_OPTION_TOP_P

#define END TERN_OPTION_KEYS

static const tern_option_key heeds_run[] = {SUITES,
                                            TERN_OPTION_SHARD,
                                            TERN_OPTION_AXIS_THREADS,
                                            TERN_OPTION_HOT,
                                            TERN_OPTION_COLD,
                                            TIMING,
                                            KERNELS,
                                            MACHINE,
                                            RECORDS,
                                            END};
static const tern_option_key heeds_check[] = {SUITES, TERN_OPTION_NO_EDGES, TERN_OPTION_DEEP, KERNELS, RECORDS, END};
static const tern_option_key heeds_repro[] = {
    TERN_OPTION_DEADLINE, TERN_OPTION_TOTAL, TERN_OPTION_RESUME, TIMING, KERNELS, MACHINE, RECORDS, END};
static const tern_option_key heeds_gate[] = {
    COMPARING, TERN_OPTION_NO_EDGES, TERN_OPTION_DELTA, TERN_OPTION_STRICT, RECORDS, END};
static const tern_option_key heeds_ablate[] = {COMPARING, TERN_OPTION_SIDE, RECORDS, END};
static const tern_option_key heeds_bisect[] = {COMPARING,          TERN_OPTION_DELTA, TERN_OPTION_OPTIMISATION,
                                               TERN_OPTION_STRICT, RECORDS,           END};
static const tern_option_key heeds_tune[] = {TERN_OPTION_FILTER,
                                             TERN_OPTION_AXIS_SEED,
                                             TERN_OPTION_AXIS_SET,
                                             TERN_OPTION_AXIS_THREADS,
                                             TERN_OPTION_HOT,
                                             TERN_OPTION_COLD,
                                             TERN_OPTION_KERNEL_ALONE,
                                             KERNELS,
                                             MACHINE,
                                             RECORDS,
                                             END};
static const tern_option_key heeds_tune_decode[] = {TERN_OPTION_MODEL,
                                                    TERN_OPTION_KERNEL_ALONE,
                                                    TERN_OPTION_THREADS,
                                                    TERN_OPTION_SEED,
                                                    TERN_OPTION_P0,
                                                    TERN_OPTION_I2S_BLOCK,
                                                    TERN_OPTION_PROMPT,
                                                    TERN_OPTION_TOKENS,
                                                    TERN_OPTION_SEQUENCES,
                                                    TERN_OPTION_BLOCK,
                                                    KERNELS,
                                                    MACHINE,
                                                    RECORDS,
                                                    END};
static const tern_option_key heeds_kernels[] = {KERNELS,           TERN_OPTION_PICK, TERN_OPTION_KERNELS_FORM,
                                                TERN_OPTION_QUIET, MACHINE,          END};
static const tern_option_key heeds_machine[] = {
    TERN_OPTION_ISA, MACHINE, TERN_OPTION_MACHINE_FORM, TERN_OPTION_CLASS, TERN_OPTION_QUIET, TERN_OPTION_VERBOSE, END};
static const tern_option_key heeds_decode[] = {DECODING,
                                               TERN_OPTION_BASELINE,
                                               TERN_OPTION_REPETITIONS,
                                               TERN_OPTION_COMPARE_CACHE,
                                               TERN_OPTION_TARGET,
                                               TERN_OPTION_MEMORY,
                                               KERNELS,
                                               MACHINE,
                                               RECORDS,
                                               END};
static const tern_option_key heeds_ablate_decode[] = {DECODING,
                                                      TERN_OPTION_BASELINE_OF_PART,
                                                      TERN_OPTION_LAYERS,
                                                      TERN_OPTION_BUDGET_OF_ALL,
                                                      TERN_OPTION_RESUME,
                                                      KERNELS,
                                                      TERN_OPTION_PIN,
                                                      TERN_OPTION_STRICT,
                                                      RECORDS,
                                                      END};
static const tern_option_key heeds_write[] = {TERN_OPTION_MODEL, TERN_OPTION_FILE, TERN_OPTION_TYPE,
                                              TERN_OPTION_SEED,  TERN_OPTION_P0,   END};
static const tern_option_key heeds_show[] = {TERN_OPTION_I2S_BLOCK, END};
static const tern_option_key heeds_report[] = {TERN_OPTION_FILTER, TERN_OPTION_COMPARE, TERN_OPTION_OUT,
                                               TERN_OPTION_FORMAT, END};

static const tern_option_key heeds_help[] = {TERN_OPTION_HELP_FORM, END};
static const tern_option_key heeds_history_add[] = {TERN_OPTION_HISTORY, END};
static const tern_option_key heeds_history_show[] = {TERN_OPTION_HISTORY, TERN_OPTION_FILTER, TERN_OPTION_OUT,
                                                     TERN_OPTION_FORMAT, END};
static const tern_option_key heeds_history_check[] = {TERN_OPTION_HISTORY,
                                                      TERN_OPTION_FILTER,
                                                      TERN_OPTION_STEP,
                                                      TERN_OPTION_PLANNED,
                                                      TERN_OPTION_UNCONFIRMED,
                                                      TERN_OPTION_DEADLINE,
                                                      TERN_OPTION_ISA,
                                                      TERN_OPTION_PIN,
                                                      TERN_OPTION_STRICT,
                                                      TERN_OPTION_OUT,
                                                      TERN_OPTION_FORMAT,
                                                      TERN_OPTION_QUIET,
                                                      END};
static const tern_option_key heeds_history_rebuild[] = {TERN_OPTION_HISTORY, END};

static void note_toggles(FILE *stream)
{
    fputs("\nToggles of the loop:\n", stream);
    for (const tern_toggle *t = tern_loop_toggles; t->name != NULL; t++)
        fprintf(stream, "  %-12s %s (%d)\n", t->name, t->summary, t->initial);
}

const tern_command tern_commands[] = {
    {"run", "check the cases of suites, then time those that are exact", "SUITE...", 1, SIZE_MAX,
     "Checks the cases of suites, then times those that are EXACT.", heeds_run, NULL, tern_command_run},
    {"check", "check only, edge cases included", "SUITE...", 1, SIZE_MAX,
     "Checks the shapes and data of suites, each with several numbers of threads, and the edge cases of every kernel "
     "in them: tails, primes, extreme values.",
     heeds_check, NULL, tern_command_check},
    {"repro", "run a case, or a decode run, again by its id", "ID...", 1, SIZE_MAX,
     "Checks the cases of these ids again, and times those that were timed. The id of a decode run decodes again.",
     heeds_repro, NULL, tern_command_repro},
    {"gate", "did the kernels get slower? one verdict a case", "BASE CAND [SUITE...]", 2, SIZE_MAX,
     "Compares the kernels of two sides, each a git revision, a source folder, a .so or a .c file: checks CAND, at "
     "the edge cases of kernels that changed too, then samples both in turns. Exit status 3 when a case got slower by "
     "more than --delta.",
     heeds_gate, NULL, tern_command_gate},
    {"ablate decode", "what does each part of the decode loop give?", "[BASE CAND]", 0, 2,
     "Switches the toggles of the decode loop, its threads and its kernel off, alone and together, and says what each "
     "of them contributes to the time of a step. The plain kernel is that of --baseline. With two sides, with the "
     "kernel "
     "of each, in this program's loop: which part gives less than before. `ablate BASE CAND decode` is the same.",
     heeds_ablate_decode, note_toggles, tern_command_ablate_decode},
    {"ablate", "what does each toggle give, alone and beside the others?", "[BASE CAND] SUITE...", 1, SIZE_MAX,
     "Switches the toggles of each case's kernel off, alone and together, and says what each of them contributes. With "
     "two sides, at both: which toggle gives less than before. A side is a git revision, a source folder, or a .so or "
     ".c file; --side names one alone.",
     heeds_ablate, NULL, tern_command_ablate},
    {"bisect", "which commit made a kernel slower, and which of its toggles?", "GOOD..BAD SUITE...", 2, SIZE_MAX,
     "Follows the case that got slower most clearly from GOOD to BAD: builds kernels/ of the commits between them, "
     "times each against GOOD, holds the "
     "commit that it finds against its parent, and ablates both. What does not build stands in the answer. Exit status "
     "5 when no case is slower at BAD; "
     "to follow another case, choose it with --filter.",
     heeds_bisect, NULL, tern_command_bisect},
    {"tune decode", "which kernel and toggles are the fastest for a model here?", "", 0, 0,
     "Finds the kernel and toggles that are the fastest for a decode run on this machine: for its steps and the blocks "
     "of "
     "its prompt together, as often as each is computed. Later runs take them for `auto`. Exit status 1 when a kernel "
     "or a setting of its toggles was wrong.",
     heeds_tune_decode, NULL, tern_command_tune_decode},
    {"tune", "which kernel and toggles are the fastest here?", "SUITE...", 1, SIZE_MAX,
     "Finds, for each problem of the suites, the kernel and toggles that are the fastest on this machine, and shows "
     "what "
     "was tried. Later runs take them for `auto`. Exit status 1 when a kernel or a setting of its toggles was wrong.",
     heeds_tune, NULL, tern_command_tune},
    {"kernels", "list the kernels, what they need and their toggles", "", 0, 0,
     "Lists the kernels: what they need, where they come from, their toggles.", heeds_kernels, NULL,
     tern_command_kernels},
    {"decode", "run a whole model, token by token: tokens a second, where they go, in how much memory", "", 0, 0,
     "Runs a whole BitNet b1.58 model: tokens a second, where they go, in how much memory.", heeds_decode, note_toggles,
     tern_command_decode},
    {"model write", "write a seeded model as a GGUF file", "", 0, 0, "Writes a seeded model as a GGUF file.",
     heeds_write, NULL, tern_command_model_write},
    {"model show", "show what is in a GGUF file", "FILE", 1, 1, "Shows what is in a GGUF file.", heeds_show, NULL,
     tern_command_model_show},
    {"history add", "keep what a gate against an anchor measured, as points over time", "FILE...", 1, SIZE_MAX,
     "Adds the points of files of records to a history: for each case that `gate ANCHOR CAND` timed, its time as a "
     "ratio "
     "to that of the anchor, an old build that is always the same.",
     heeds_history_add, NULL, tern_command_history_add},
    {"history show", "show the series of a history", "", 0, 0, "Shows the series of a history, and its points.",
     heeds_history_show, NULL, tern_command_history_show},
    {"history check", "did a series step to another level?", "", 0, 0,
     "Looks for steps in the newest points of all series of a history. What looks slower is measured again, both of "
     "its "
     "ends in turns, where machine and repository allow that; exit status 3 when it is slower then, too, and nobody "
     "said so before.",
     heeds_history_check, NULL, tern_command_history_check},
    {"history rebuild", "make the index of a history anew", "", 0, 0,
     "Makes the SQLite index of a history anew from its files.", heeds_history_rebuild, NULL,
     tern_command_history_rebuild},
    {"machine", "tell what the machine is and measure its limits", "", 0, 0,
     "Tells what the machine is and measures its limits.", heeds_machine, NULL, tern_command_machine},
    {"report", "draw a table or another format from files of records", "FILE...", 1, SIZE_MAX,
     "Draws a report from files of records.", heeds_report, NULL, tern_command_report},
    {"help", "list the commands", "", 0, 0, "Lists the commands, or writes the manual page or the completion for bash.",
     heeds_help, NULL, tern_command_help},
    {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL},
};

const tern_option *tern_command_option(const tern_command *command, const char *name)
{
    for (const tern_option_key *key = command->heeds; *key != TERN_OPTION_KEYS; key++)
        if (strcmp(tern_option_table[*key].name, name) == 0)
            return &tern_option_table[*key];
    return NULL;
}

char *tern_command_heeding(const char *name, char *text, size_t bytes)
{
    text[0] = '\0';
    for (const tern_command *command = tern_commands; command->name != NULL; command++)
        if (tern_command_option(command, name) != NULL)
            tern_text_append(text, bytes, "%s%s", text[0] == '\0' ? "" : ", ", command->name);
    return text;
}
