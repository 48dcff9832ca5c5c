#include "base/cache_folder.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes each folder of the path that is missing. */
static tern_status make_folders(char *path, tern_error *error)
{
    for (char *slash = path; slash != NULL;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        const bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
        if (!made)
            tern_error_set(error, TERN_ENVIRONMENT, "cannot make the folder %s: %s; set XDG_CACHE_HOME to another",
                           path, strerror(errno));
        if (slash != NULL)
            *slash = '/';
        if (!made)
            return TERN_ENVIRONMENT;
    }
    return TERN_OK;
}

tern_status tern_cache_folder(const char *kind, char folder[PATH_MAX], tern_error *error)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length;

    if (cache != NULL && cache[0] == '/')
        length = snprintf(folder, PATH_MAX, "%s/ternbench/%s", cache, kind);
    else if (home != NULL && home[0] == '/')
        length = snprintf(folder, PATH_MAX, "%s/.cache/ternbench/%s", home, kind);
    else
        length = snprintf(folder, PATH_MAX, "/tmp/ternbench-%u/%s", (unsigned)getuid(), kind);
    if (length < 0 || length > PATH_MAX - 64)
        return tern_error_set(error, TERN_ENVIRONMENT, "the path of the cache folder is too long");
    return make_folders(folder, error);
}
