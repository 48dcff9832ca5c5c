#include "base/interrupt.h"
#include "cli/descriptors.h"
#include "cli/invoke.h"
#include "cli/output.h"
#include "machine/build_info.h"
#include "machine/isa.h"

#include <stdio.h>
#include <string.h>

static void print_usage(FILE *stream)
{
    fprintf(stream, "Usage: ternbench COMMAND [OPTION...] [ARGUMENT...]\n"
                    "Exactness checks and benchmarks of ternary (BitNet b1.58) matrix kernels.\n\n");
    for (const tern_command *command = tern_commands; command->name != NULL; command++)
        fprintf(stream, "  %-11s %s\n", command->name, command->summary);
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

int main(int argc, char **argv)
{
    tern_error error;

    tern_descriptors_occupy();
    tern_interrupt_prepare();
    if (argc < 2) {
        print_usage(stderr);
        return TERN_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return tern_output_end("ternbench", TERN_OK);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        print_version();
        return tern_output_end("ternbench", TERN_OK);
    }
    if (tern_isa_check_environment(&error) != TERN_OK) {
        fprintf(stderr, "ternbench: %s\n", error.text);
        return TERN_USAGE;
    }
    return tern_invoke(argc, argv);
}
