#include "base/shared_path.h"

#include "base/text.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

/* From the folder of the program; from the folder of the sources. */
static const struct {
    const char *installed, *source;
} folders[TERN_SHARED_FOLDERS] = {
    [TERN_SHARED_SUITES] = {TERN_SHARED_FOLDER "/suites", "suites"},
    [TERN_SHARED_PLOTS] = {TERN_SHARED_FOLDER "/plots", "plots"},
    [TERN_SHARED_SIDE] = {TERN_SHARED_FOLDER "/side", "harness/run/side"},
    [TERN_SHARED_CONTRACT] = {TERN_CONTRACT_FOLDER, "kernels"},
};

/* "" when the system does not say. */
static void find_program_folder(char *folder, size_t bytes)
{
    const ssize_t length = readlink("/proc/self/exe", folder, bytes - 1);

    folder[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        *slash = '\0';
}

char *tern_shared_path(tern_shared_folder folder, const char *name, char *path, size_t bytes)
{
    char program[PATH_MAX];

    find_program_folder(program, sizeof program);
    path[0] = '\0';
    tern_text_append(path, bytes, "%s/%s", program, folders[folder].installed);
    if (access(path, F_OK) != 0) {
        path[0] = '\0';
        tern_text_append(path, bytes, "%s/%s", TERN_SOURCE_FOLDER, folders[folder].source);
    }
    if (name[0] != '\0')
        tern_text_append(path, bytes, "/%s", name);
    return path;
}
