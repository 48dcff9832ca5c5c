#include "plan/plugin_trial.h"

#include "base/child.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Large libraries, which initialise themselves, on a busy machine. */
static const double deadline_s = 10.0;

typedef struct trial {
    tern_plugin_load *load;
    void *registry;
    const char *path;
} trial;

typedef struct answer {
    tern_status status;
    tern_error error;
} answer;

static void load_in_child(void *argument, void *result)
{
    const trial *t = argument;
    answer *a = result;

    a->status = t->load(t->registry, t->path, &a->error);
}

tern_status tern_plugin_try(tern_plugin_load *load, void *registry, const char *path, tern_error *error)
{
    trial t = {load, registry, path};
    answer a = {.error = {""}};
    tern_child_outcome outcome;
    struct stat file;

    if (stat(path, &file) != 0)
        return tern_error_set(error, tern_error_of_file(errno), "plug-in %s: %s", path, strerror(errno));
    if (!S_ISREG(file.st_mode))
        return tern_error_set(error, TERN_USAGE, "plug-in %s is not a regular file", path);
    const tern_status status = tern_child_run(load_in_child, &t, &a, sizeof a,
                                              &(tern_child_options){.deadline_s = deadline_s}, &outcome, error);
    if (status != TERN_OK)
        return status;
    if (outcome.end != TERN_CHILD_DONE)
        return tern_error_set(error, TERN_USAGE,
                              "plug-in %s cannot be used: loading it, reading its table and unloading it %s", path,
                              outcome.reason);
    return a.status == TERN_OK ? TERN_OK : tern_error_set(error, a.status, "%s", a.error.text);
}
