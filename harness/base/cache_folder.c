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

/* Where anybody may make folders, one of this name may be another's, who would have their code run. */
static tern_status make_own_folder(const char *path, tern_error *error)
{
    struct stat there;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot make the folder %s: %s; set XDG_CACHE_HOME to another",
                              path, strerror(errno));
    if (lstat(path, &there) != 0 || !S_ISDIR(there.st_mode) || there.st_uid != geteuid() ||
        (there.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return tern_error_set(error, TERN_ENVIRONMENT,
                              "%s is not this user's alone; remove it, or set XDG_CACHE_HOME to a folder", path);
    return TERN_OK;
}

const char *tern_temporary_folder(void)
{
    const char *folder = getenv("TMPDIR");

    return folder != NULL && folder[0] == '/' ? folder : "/tmp";
}

tern_status tern_cache_folder(const char *kind, char folder[PATH_MAX], tern_error *error)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    tern_status status = TERN_OK;
    int length;

    if (cache != NULL && cache[0] == '/')
        length = snprintf(folder, PATH_MAX, "%s/ternbench/%s", cache, kind);
    else if (home != NULL && home[0] == '/')
        length = snprintf(folder, PATH_MAX, "%s/.cache/ternbench/%s", home, kind);
    else {
        char own[PATH_MAX];
        snprintf(own, sizeof own, "%s/ternbench-%u", tern_temporary_folder(), (unsigned)geteuid());
        status = make_own_folder(own, error);
        length = snprintf(folder, PATH_MAX, "%s/%s", own, kind);
    }
    if (length < 0 || length > PATH_MAX - 64)
        return tern_error_set(error, TERN_ENVIRONMENT, "the path of the cache folder is too long");
    return status == TERN_OK ? make_folders(folder, error) : status;
}
