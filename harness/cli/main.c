#include "base/interrupt.h"
#include "base/stack.h"
#include "cli/descriptors.h"
#include "cli/help.h"
#include "cli/invoke.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "machine/build_info.h"
#include "machine/isa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
#ifdef HAVE_SQLITE
    const char *sqlite = "with SQLite";
#else
    const char *sqlite = "without SQLite (a history has no index)";
#endif

    printf("ternbench %s (%s%s), %s, %s, %s, %s\n", TERN_BUILD_VERSION, TERN_BUILD_COMMIT,
           TERN_BUILD_DIRTY ? ", modified" : "", TERN_BUILD_COMPILER, hwloc, pfm, sqlite);
}

int main(int argc, char **argv)
{
    tern_error error;

    tern_descriptors_occupy();
    tern_interrupt_prepare();
    /* argp never ends where its margins leave no room. */
    unsetenv("ARGP_HELP_FMT");
    if (argc < 2) {
        tern_help_usage(stderr);
        return TERN_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "-?") == 0) {
        tern_help_usage(stdout);
        return tern_output_end("ternbench", TERN_OK);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        print_version();
        return tern_output_end("ternbench", TERN_OK);
    }
    tern_status status = tern_isa_check_environment(&error);
    if (status == TERN_OK)
        status = tern_stack_prepare(&error);
    if (status == TERN_OK)
        status = tern_descriptors_prepare(&error);
    if (status != TERN_OK) {
        tern_terminal_say(stderr, "ternbench: %s", error.text);
        return (int)status;
    }
    return tern_invoke(argc, argv);
}
