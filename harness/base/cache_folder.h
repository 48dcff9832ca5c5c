/*
 * cache_folder.h - where what can be made again is kept between runs.
 */
#ifndef TERN_CACHE_FOLDER_H
#define TERN_CACHE_FOLDER_H

#include "base/error.h"

#include <limits.h>

/*
 * Writes the path of ternbench/KIND in $XDG_CACHE_HOME, or in ~/.cache where that is not set, or in a temporary folder,
 * which has to be this user's alone, for one without a home; makes what is missing of it. There is room for a name of
 * 60 characters behind it.
 */
tern_status tern_cache_folder(const char *kind, char folder[PATH_MAX], tern_error *error);

/* $TMPDIR, or /tmp. */
const char *tern_temporary_folder(void);

#endif
