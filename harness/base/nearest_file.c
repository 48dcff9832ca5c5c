#include "base/nearest_file.h"

#include "base/text.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STEMS = 256 };

typedef char stem[NAME_MAX + 1];

/* The names of a folder with that ending, without it. */
static size_t read_stems(const char *folder, const char *ending, stem *found)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    size_t count = 0;

    while (directory != NULL && count < STEMS && (entry = readdir(directory)) != NULL)
        if (tern_text_ends_with(entry->d_name, ending))
            tern_text_name_of_path(found[count++], sizeof *found, entry->d_name, ending);
    if (directory != NULL)
        closedir(directory);
    return count;
}

char *tern_nearest_file(const char *folder, const char *name, const char *ending, char *nearest, size_t bytes)
{
    stem found[STEMS], wanted;
    const char *candidate[STEMS];
    const size_t count = read_stems(folder, ending, found);

    for (size_t i = 0; i < count; i++)
        candidate[i] = found[i];
    tern_text_name_of_path(wanted, sizeof wanted, name, ending);
    const char *best = tern_text_nearest(wanted, candidate, count);
    tern_text_copy(nearest, bytes, best == NULL ? "" : best);
    return nearest;
}

void tern_nearest_file_suggest(const char *path, const char *ending, const char *other, tern_error *error)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];
    stem nearest;

    if (access(path, F_OK) == 0)
        return;
    snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 0 : (int)(slash - path) + 1, path);
    tern_nearest_file(slash == NULL ? "." : folder, path, ending, nearest, sizeof nearest);
    if (nearest[0] == '\0' && slash == NULL)
        tern_nearest_file(other, path, ending, nearest, sizeof nearest);
    if (nearest[0] != '\0')
        tern_text_append(error->text, sizeof error->text, ", did you mean %s%s%s?", folder, nearest, ending);
}
