#include "cli/inputs.h"

#include "base/text.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same_file(const char *a, const char *b)
{
    struct stat at_a, at_b;

    return a != NULL && (strcmp(a, "-") == 0 ? fstat(STDIN_FILENO, &at_a) : stat(a, &at_a)) == 0 &&
           stat(b, &at_b) == 0 && S_ISREG(at_a.st_mode) && at_a.st_dev == at_b.st_dev && at_a.st_ino == at_b.st_ino;
}

/* Whether it is a file of the folder whose name ends so. endings ends with NULL. */
static bool lies_in(const char *folder, const char *const *endings, const char *path)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    bool lies = false;

    while (directory != NULL && !lies && (entry = readdir(directory)) != NULL)
        for (const char *const *ending = endings; *ending != NULL && !lies; ending++) {
            char file[PATH_MAX];
            const int length = snprintf(file, sizeof file, "%s/%s", folder, entry->d_name);
            lies = length < (int)sizeof file && tern_text_ends_with(entry->d_name, *ending) && is_same_file(file, path);
        }
    if (directory != NULL)
        closedir(directory);
    return lies;
}

/* A file that is named; or one of a folder that is a side, or of its kernels/; or a header beside a C file. */
static bool is_named(const char *named, const char *path)
{
    static const char *const sources[] = {".c", ".h", "CMakeLists.txt", NULL}, *const headers[] = {".h", NULL};
    char folder[PATH_MAX];

    if (named == NULL || strlen(named) >= sizeof folder - sizeof "/kernels")
        return false;
    snprintf(folder, sizeof folder, "%s/kernels", named);
    if (is_same_file(named, path) || lies_in(named, sources, path) || lies_in(folder, sources, path))
        return true;
    snprintf(folder, sizeof folder, "%s", named);
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[1] = '\0';
    return tern_text_ends_with(named, ".c") && lies_in(slash == NULL ? "." : folder, headers, path);
}

static bool is_any_of(const char *const *named, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (is_named(named[i], path))
            return true;
    return false;
}

/* The plug-ins that every command loads. */
static bool is_on_plugin_path(const char *path)
{
    static const char *const objects[] = {".so", NULL};
    const char *folders = getenv("TERNBENCH_PLUGIN_PATH");

    while (folders != NULL && *folders != '\0') {
        const size_t length = strcspn(folders, ":");
        char folder[PATH_MAX];
        if (length < sizeof folder) {
            snprintf(folder, sizeof folder, "%.*s", (int)length, folders);
            if (lies_in(folder, objects, path))
                return true;
        }
        folders += length + (folders[length] == ':');
    }
    return false;
}

/* Another part of a model in parts, NAME-00001-of-00003.gguf. */
static bool is_part_of(const char *model, const char *path)
{
    const char *ending = model == NULL ? NULL : strstr(model, "-of-");
    char folder[PATH_MAX];

    if (ending == NULL || strlen(model) >= sizeof folder || strchr(ending, '/') != NULL)
        return false;
    const char *slash = strrchr(model, '/');
    snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - model) + 1, slash == NULL ? "." : model);
    return lies_in(folder, (const char *const[]){ending, NULL}, path);
}

static bool is_read(const tern_command *command, const tern_options *options, const char *path)
{
    static const char *const kept[] = {".jsonl", ".sqlite", ".ini", NULL};

    return is_any_of(options->arguments.item, options->arguments.count, path) ||
           is_any_of(options->plugins.item, options->plugins.count, path) || is_named(options->side, path) ||
           is_named(options->planned, path) || is_named(options->model, path) || is_part_of(options->model, path) ||
           is_on_plugin_path(path) ||
           (tern_command_option(command, "history") != NULL && lies_in(options->history, kept, path));
}

tern_status tern_inputs_spare(const tern_command *command, const tern_options *options, tern_error *error)
{
    /* What compares reads records. */
    const bool records = tern_command_option(command, "compare") != NULL;
    const char *taken = options->file != NULL && is_read(command, options, options->file) ? options->file : NULL;

    for (size_t i = 0; i < options->outputs.count && taken == NULL; i++) {
        const tern_output *output = &options->outputs.item[i];
        if (!(records && output->format->line_by_line) && is_read(command, options, output->path))
            taken = output->path;
    }
    return taken == NULL ? TERN_OK
                         : tern_error_set(error, TERN_USAGE,
                                          "%s is read by the same command, and what is written would take its place; "
                                          "give another name to --out",
                                          taken);
}
