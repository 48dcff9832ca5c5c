#include "cli/command.h"
#include "machine/build_info.h"
#include "machine/isa.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

static const struct {
    const char *name;
    const char *summary;
    tern_command_fn *run;
} commands[] = {
    {"run", "check the cases of suites, then time those that are exact", tern_command_run},
    {"check", "check only, edge cases included", tern_command_check},
    {"repro", "run one case again by its id", tern_command_repro},
    {"kernels", "list the kernels, what they need and their toggles", tern_command_kernels},
    {"decode", "run a whole model, token by token: tokens a second, where they go, in how much memory",
     tern_command_decode},
    {"model", "write a seeded model as a GGUF file, show what is in one", tern_command_model},
    {"machine", "tell what the machine is and measure its limits", tern_command_machine},
    {"report", "draw a table or another format from files of records", tern_command_report},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_usage(FILE *stream)
{
    fprintf(stream, "Usage: ternbench COMMAND [OPTION...] [ARGUMENT...]\n"
                    "Exactness checks and benchmarks of ternary (BitNet b1.58) matrix kernels.\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(stream, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fprintf(stream,
            "\n`ternbench COMMAND --help` tells more.\n\n"
            "%s=avx2 (or scalar, avx512, ...) in the environment caps every command as if the processor had no\n"
            "more. Exit status: 0 right, 1 wrong result or crash in a kernel, 2 usage or bad input, 4 environment,\n"
            "5 nothing to run, 77 all skipped, 128+N ended by signal N.\n",
            TERN_ISA_VARIABLE);
}

static void print_version(void)
{
#ifdef HAVE_HWLOC
    const char *hwloc = "with hwloc";
#else
    const char *hwloc = "without hwloc (topology from /sys)";
#endif
#ifdef HAVE_PFM
    const char *pfm = "with libpfm4";
#else
    const char *pfm = "without libpfm4 (generic counter names only)";
#endif

    printf("ternbench %s (%s%s), %s, %s, %s\n", TERN_BUILD_VERSION, TERN_BUILD_COMMIT,
           TERN_BUILD_DIRTY ? ", modified" : "", TERN_BUILD_COMPILER, hwloc, pfm);
}

static int unknown_command(const char *name)
{
    const char *names[COMMANDS];

    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const char *nearest = tern_text_nearest(name, names, COMMANDS);
    fprintf(stderr, "ternbench: unknown command '%s'", name);
    if (nearest != NULL)
        fprintf(stderr, ", did you mean '%s'?", nearest);
    fprintf(stderr, "; `ternbench --help` lists them\n");
    return TERN_USAGE;
}

int main(int argc, char **argv)
{
    char name[64] = "ternbench ";
    tern_error error;

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    if (argc < 2) {
        print_usage(stderr);
        return TERN_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return TERN_OK;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        print_version();
        return TERN_OK;
    }
    if (tern_isa_check_environment(&error) != TERN_OK) {
        fprintf(stderr, "ternbench: %s\n", error.text);
        return TERN_USAGE;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0) {
            tern_text_append(name, sizeof name, "%s", argv[1]);
            argv[1] = name;
            return commands[i].run(argc - 1, argv + 1);
        }
    return unknown_command(argv[1]);
}
