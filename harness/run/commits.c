#include "run/commits.h"

#include "base/text.h"
#include "run/git.h"

#include <stdlib.h>
#include <string.h>

/*
 * What git prints of one commit: its hash, a blank, a subject that it cuts to so many columns, a line's end. A column
 * seldom takes more than a few bytes, but can, where letters have accents of their own.
 */
#define SUBJECT_COLUMNS "120"
enum { LINE_BYTES = 64 + 1 + 120 * 4 + 1 };

static tern_status refuse(const char *what, const char *range, tern_error *error)
{
    return tern_error_set(error, TERN_ENVIRONMENT, "git does not %s the commits of %s", what, range);
}

static tern_status expect_ancestor(const char *good, const char *bad, tern_error *error)
{
    const char *const is_ancestor[] = {"git", "merge-base", "--is-ancestor", good, bad, NULL};
    const char *const merge_base[] = {"git", "merge-base", good, bad, NULL};
    char common[64];
    bool done;
    tern_status status = tern_git(is_ancestor, NULL, 0, &done, error);

    if (status != TERN_OK || done)
        return status;
    if ((status = tern_git(merge_base, common, sizeof common, &done, error)) != TERN_OK)
        return status;
    if (!done)
        return tern_error_set(error, TERN_USAGE, "%.12s and %.12s have no commit in common", good, bad);
    return tern_error_set(error, TERN_USAGE, "%.12s does not come before %.12s; what both have in common is %.12s",
                          good, bad, common);
}

static tern_status count_all(tern_commits *commits, const char *range, tern_error *error)
{
    const char *const argv[] = {"git", "rev-list", "--first-parent", "--count", range, NULL};
    char number[32];
    bool done;
    const tern_status status = tern_git(argv, number, sizeof number, &done, error);

    if (status != TERN_OK)
        return status;
    commits->all = done ? strtoul(number, NULL, 10) : 0;
    return done ? TERN_OK : refuse("count", range, error);
}

static void take_line(tern_commit *commit, char *line)
{
    char *subject = line + strcspn(line, " ");

    if (*subject != '\0')
        *subject++ = '\0';
    for (size_t length = strlen(subject); length > 0 && subject[length - 1] == ' '; length--)
        subject[length - 1] = '\0'; /* git fills up to the columns */
    tern_text_copy(commit->hash, sizeof commit->hash, line);
    tern_text_copy(commit->subject, sizeof commit->subject, subject);
}

static const char format[] = "--format=%H %<(" SUBJECT_COLUMNS ",trunc)%s";

/* All that git prints of the commits, however long it is. The caller frees *text, whatever the outcome. */
static tern_status print(const tern_commits *commits, const char *range, char **text, tern_error *error)
{
    const char *const argv[] = {
        "git", "log", "--first-parent", "--reverse", "--no-color", "--no-decorate", "--encoding=UTF-8", format,
        range, "--",  ":(top)kernels",  NULL};
    bool done;

    for (size_t bytes = (commits->all + 1) * LINE_BYTES;; bytes *= 2) {
        free(*text);
        if ((*text = malloc(bytes)) == NULL)
            return tern_error_memory(error, "a list of commits", (double)bytes);
        const tern_status status = tern_git(argv, *text, bytes, &done, error);
        if (status != TERN_OK)
            return status;
        if (!done)
            return refuse("list", range, error);
        if (strlen(*text) + 2 < bytes) /* not cut off, not even at the end of a line */
            return TERN_OK;
    }
}

static tern_status list(tern_commits *commits, const char *range, tern_error *error)
{
    char *text = NULL, *line;
    tern_status status = print(commits, range, &text, error);
    char *rest = text;

    commits->item = calloc(commits->all + 1, sizeof *commits->item);
    if (status == TERN_OK && commits->item == NULL)
        status = tern_error_memory(error, "a list of commits", (double)(commits->all * sizeof *commits->item));
    while (status == TERN_OK && commits->count < commits->all && (line = tern_text_word(&rest, "\n")) != NULL)
        take_line(&commits->item[commits->count++], line);
    free(text);
    return status;
}

static tern_status find_subject(const char *hash, char *subject, tern_error *error)
{
    const char *const argv[] = {"git",  "log", "-1", "--no-color", "--no-decorate", "--encoding=UTF-8",
                                format, hash,  NULL};
    char line[LINE_BYTES] = "";
    tern_commit commit;
    bool done;
    const tern_status status = tern_git(argv, line, sizeof line, &done, error);

    take_line(&commit, line);
    tern_text_copy(subject, sizeof commit.subject, commit.subject);
    return status == TERN_OK && !done ? refuse("show", hash, error) : status;
}

tern_status tern_commits_between(tern_commits *commits, const char *good, const char *bad, tern_error *error)
{
    char range[128] = "";
    tern_status status;

    *commits = (tern_commits){0};
    tern_text_append(range, sizeof range, "%s..%s", good, bad);
    if ((status = expect_ancestor(good, bad, error)) != TERN_OK ||
        (status = count_all(commits, range, error)) != TERN_OK || (status = list(commits, range, error)) != TERN_OK ||
        (status = find_subject(good, commits->good_subject, error)) != TERN_OK)
        return status;
    return find_subject(bad, commits->bad_subject, error);
}

void tern_commits_free(tern_commits *commits)
{
    free(commits->item);
    commits->item = NULL;
}

tern_status tern_commit_expect(const char *commit, tern_error *error)
{
    char name[64] = "", objection[512];
    const char *const argv[] = {"git", "rev-parse", "--verify", "--quiet", "--end-of-options", name, NULL};
    bool done;

    tern_text_append(name, sizeof name, "%s^{commit}", commit);
    const tern_status status = tern_git(argv, NULL, 0, &done, error);
    return status != TERN_OK || done ? status
                                     : tern_error_set(error, TERN_USAGE, "commit %s is not in this repository%s",
                                                      commit, tern_git_objection(objection, sizeof objection));
}
