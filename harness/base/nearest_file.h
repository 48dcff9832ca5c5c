/*
 * nearest_file.h - which file a name that is not there may mean.
 */
#ifndef TERN_NEAREST_FILE_H
#define TERN_NEAREST_FILE_H

#include "base/error.h"

#include <stddef.h>

/*
 * Of the files of a folder with that ending, such as ".suite", writes the name of the one that is nearest to `name`,
 * with or without the ending: no folder, no ending; "" when none is near. Returns nearest.
 */
char *tern_nearest_file(const char *folder, const char *name, const char *ending, char *nearest, size_t bytes);

/*
 * Adds ", did you mean PATH?" to the sentence about a path that is not there, if a file in its folder is near it; else,
 * where the path is a name alone, if one in the other folder is.
 */
void tern_nearest_file_suggest(const char *path, const char *ending, const char *other, tern_error *error);

#endif
