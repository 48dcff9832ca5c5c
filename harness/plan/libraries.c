#include "plan/libraries.h"

#include "plan/quiet.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static tern_status refuse_loading(const char *path, const char *why, tern_error *error)
{
    if (strstr(why, "failed to map segment") == NULL)
        return tern_error_set(error, TERN_USAGE, "plug-in %s cannot be loaded: %s", path, why);
    return tern_error_set(error, TERN_ENVIRONMENT,
                          "plug-in %s cannot be loaded: memory is short, or its file system is mounted noexec; what is "
                          "built lies below XDG_CACHE_HOME",
                          path);
}

/* file is what is opened, path what it is called in messages. copy is the list's from now on, unless it is -1. */
static tern_status open_file(tern_libraries *l, const char *file, int copy, const char *path, tern_error *error)
{
    tern_library *library = realloc(l->library, (l->count + 1) * sizeof *library);
    const tern_quiet quiet = tern_quiet_begin();
    void *handle = library == NULL ? NULL : dlopen(file, RTLD_NOW | RTLD_LOCAL);
    tern_quiet_end(&quiet);

    l->library = library != NULL ? library : l->library;
    if (handle == NULL && copy >= 0)
        close(copy);
    if (library == NULL)
        return tern_error_memory(error, "the list of plug-ins", sizeof *library);
    if (handle == NULL)
        return refuse_loading(path, dlerror(), error);
    library[l->count++] = (tern_library){handle, copy};
    return TERN_OK;
}

/* The table of the one that was opened last. */
static tern_status table_of_last(const tern_libraries *l, const char *path, const tern_plugin **plugin,
                                 tern_error *error)
{
    *plugin = dlsym(l->library[l->count - 1].handle, "tern_plugin_table");
    if (*plugin == NULL)
        return tern_error_set(error, TERN_USAGE,
                              "plug-in %s has no symbol tern_plugin_table; export it with TERN_PLUGIN(&kernel)", path);
    if ((*plugin)->abi != TERN_KERNEL_ABI)
        return tern_error_set(error, TERN_USAGE,
                              "plug-in %s was built for contract version %u, this program has %u; rebuild it", path,
                              (*plugin)->abi, TERN_KERNEL_ABI);
    return TERN_OK;
}

tern_status tern_libraries_open(tern_libraries *libraries, const char *path, const tern_plugin **plugin,
                                tern_error *error)
{
    /* A path without a slash would be looked up in the system's library directories. */
    char *file = realpath(path, NULL);

    if (file == NULL)
        return tern_error_set(error, tern_error_of_file(errno), "plug-in %s: %s", path, strerror(errno));
    const tern_status status = open_file(libraries, file, -1, path, error);
    free(file);
    return status == TERN_OK ? table_of_last(libraries, path, plugin, error) : status;
}

/* A file in memory with the bytes of another; -1 and errno when that fails. */
static int copy_in_memory(const char *path)
{
    const int from = open(path, O_RDONLY | O_CLOEXEC), to = from < 0 ? -1 : memfd_create("plug-in", MFD_CLOEXEC);
    struct stat what;
    bool whole = to >= 0 && fstat(from, &what) == 0;

    for (off_t at = 0; whole && at < what.st_size;)
        whole = sendfile(to, from, &at, (size_t)(what.st_size - at)) > 0;
    const int failure = errno;
    if (from >= 0)
        close(from);
    if (!whole && to >= 0)
        close(to);
    errno = failure;
    return whole ? to : -1;
}

/* The copy stays open as long as it is loaded: two that had the same name would be one for the loader. */
tern_status tern_libraries_open_copy(tern_libraries *libraries, const char *path, const tern_plugin **plugin,
                                     tern_error *error)
{
    char file[32];
    const int copy = copy_in_memory(path);

    if (copy < 0)
        return tern_error_set(error, tern_error_of_file(errno), "plug-in %s: %s", path, strerror(errno));
    snprintf(file, sizeof file, "/proc/self/fd/%d", copy);
    const tern_status status = open_file(libraries, file, copy, path, error);
    return status == TERN_OK ? table_of_last(libraries, path, plugin, error) : status;
}

void tern_libraries_close(tern_libraries *libraries)
{
    for (size_t i = 0; i < libraries->count; i++) {
        dlclose(libraries->library[i].handle);
        if (libraries->library[i].copy >= 0)
            close(libraries->library[i].copy);
    }
    free(libraries->library);
    *libraries = (tern_libraries){0};
}
