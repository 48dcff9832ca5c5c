/*
 * commits.h - the commits of a range that may have changed how fast a kernel is.
 */
#ifndef TERN_COMMITS_H
#define TERN_COMMITS_H

#include "base/error.h"

#include <stddef.h>

typedef struct tern_commit {
    char hash[48];
    char subject[160];
} tern_commit;

typedef struct tern_commits {
    tern_commit *item; /* those that change kernels/ against their first parent, the oldest first */
    size_t count;
    size_t all;                               /* how many commits there are in the range, by first parents */
    char good_subject[160], bad_subject[160]; /* of its ends */
} tern_commits;

/*
 * The commits after good up to bad, of the repository that the working directory is in. TERN_USAGE: good is no ancestor
 * of bad. TERN_ENVIRONMENT: no git, no memory. Free with tern_commits_free(), whatever is returned.
 */
tern_status tern_commits_between(tern_commits *commits, const char *good, const char *bad, tern_error *error);
void tern_commits_free(tern_commits *commits);

/* Whether that repository has a commit. TERN_USAGE: it has not, or there is no repository; TERN_ENVIRONMENT: no git. */
tern_status tern_commit_expect(const char *commit, tern_error *error);

#endif
