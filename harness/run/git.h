/*
 * git.h - what git says of the repository in which this process runs.
 */
#ifndef TERN_GIT_H
#define TERN_GIT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Runs git (argv[0] is "git", NULL at the end) and keeps the first bytes - 1 characters of what it prints, without the
 * line's end behind them; output may be NULL. *done: whether it ended with 0. TERN_ENVIRONMENT: it cannot be run.
 */
tern_status tern_git(const char *const *argv, char *output, size_t bytes, bool *done, tern_error *error);

/*
 * Why git works on no repository here, in its own words, behind "; git says: "; "" when it has no objection, or cannot
 * be run. Returns text.
 */
char *tern_git_objection(char *text, size_t bytes);

#endif
