#include "run/git.h"

#include "base/program.h"
#include "base/text.h"

#include <string.h>

tern_status tern_git(const char *const *argv, char *output, size_t bytes, bool *done, tern_error *error)
{
    const tern_program program = {.argv = argv, .output = output, .output_bytes = bytes};
    int exit_status = 0;
    const tern_status status = tern_program_run(&program, &exit_status, error);

    *done = status == TERN_OK && exit_status == 0;
    return status;
}

char *tern_git_objection(char *text, size_t bytes)
{
    static const char *const argv[] = {"sh", "-c", "LC_ALL=C exec git rev-parse --git-dir 2>&1", NULL};
    static const char fatal[] = "fatal: ";
    char output[512] = "", *rest = output + sizeof fatal - 1;
    const tern_program program = {.argv = argv, .output = output, .output_bytes = sizeof output};
    int exit_status = 0;

    text[0] = '\0';
    if (tern_program_run(&program, &exit_status, NULL) != TERN_OK || exit_status == 0 ||
        strncmp(output, fatal, sizeof fatal - 1) != 0)
        return text;
    tern_text_append(text, bytes, "; git says:");
    for (const char *word; (word = tern_text_word(&rest, " \t\n")) != NULL;)
        tern_text_append(text, bytes, " %s", word);
    return text;
}
