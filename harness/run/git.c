#include "run/git.h"

#include "base/program.h"

tern_status tern_git(const char *const *argv, char *output, size_t bytes, bool *done, tern_error *error)
{
    const tern_program program = {.argv = argv, .output = output, .output_bytes = bytes};
    int exit_status = 0;
    const tern_status status = tern_program_run(&program, &exit_status, error);

    *done = status == TERN_OK && exit_status == 0;
    return status;
}
