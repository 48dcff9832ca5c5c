#include "run/side.h"

#include "base/shared_path.h"
#include "base/text.h"
#include "run/git.h"
#include "run/loaded_code.h"
#include "run/side_build.h"
#include "run/side_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

static bool is_folder(const char *path)
{
    struct stat what;

    return stat(path, &what) == 0 && S_ISDIR(what.st_mode);
}

/* What git calls `name`; *done is false when there is no such thing. */
static tern_status git_object(const char *name, char *object, size_t bytes, bool *done, tern_error *error)
{
    const char *const argv[] = {"git", "rev-parse", "--verify", "--quiet", "--end-of-options", name, NULL};

    return tern_git(argv, object, bytes, done, error);
}

/* Compiler, flags and the project that builds: what else decides of the outcome, beside the sources. */
static tern_status key_of(uint64_t sources, uint64_t *key, tern_error *error)
{
    uint64_t parts[3] = {sources};
    char project[PATH_MAX];
    const tern_status status = tern_side_compiler_hash(&parts[1], error);

    if (status != TERN_OK)
        return status;
    if (!tern_side_content_hash(tern_shared_path(TERN_SHARED_SIDE, "", project, sizeof project), &parts[2]))
        return tern_error_set(error, TERN_ENVIRONMENT,
                              "%s, the project that builds sides, cannot be read; is ternbench installed whole?",
                              project);
    *key = XXH3_64bits(parts, sizeof parts);
    return TERN_OK;
}

static tern_status folder_of(uint64_t sources, char folder[PATH_MAX], tern_error *error)
{
    uint64_t key = 0;
    const tern_status status = key_of(sources, &key, error);

    return status == TERN_OK ? tern_side_cache_folder(key, folder, error) : status;
}

/* The kernels of a revision, put down in scratch/kernels. */
static tern_status extract(const tern_side_job *job, const char *commit, const char *scratch, tern_error *error)
{
    char archive[PATH_MAX + 16], log[PATH_MAX + 16], top[PATH_MAX];
    const char *const find_top[] = {"git", "rev-parse", "--show-toplevel", NULL};
    bool done;
    tern_status status = tern_git(find_top, top, sizeof top, &done, error);

    if (status != TERN_OK)
        return status;
    snprintf(archive, sizeof archive, "%s/kernels.tar", scratch);
    snprintf(log, sizeof log, "%s/log", scratch);
    const char *const pack[] = {"git", "-C", top, "archive", "-o", archive, commit, "kernels", NULL};
    const char *const unpack[] = {"tar", "-C", scratch, "-xf", archive, NULL};
    if ((status = tern_side_run(job, pack, "git cannot archive it", log, "", error)) == TERN_OK)
        status = tern_side_run(job, unpack, "its archive cannot be unpacked", log, "", error);
    return status;
}

/* Whether the repository here has only the newest of its commits, as clones of a CI have. */
static bool is_shallow(void)
{
    const char *const argv[] = {"git", "rev-parse", "--is-shallow-repository", NULL};
    char answer[16] = "";
    bool done;

    return tern_git(argv, answer, sizeof answer, &done, NULL) == TERN_OK && done && strcmp(answer, "true") == 0;
}

/* The hash of a commit's kernels/ as git knows it. Of a submodule git has a name, and no files. */
static tern_status look_up_kernels(const char *text, const char *commit, uint64_t *sources, tern_error *error)
{
    char name[128], object[64] = "";
    bool done;

    snprintf(name, sizeof name, "%s:kernels/CMakeLists.txt", commit);
    tern_status status = git_object(name, object, sizeof object, &done, error);
    if (status == TERN_OK && !done)
        status = tern_error_set(error, TERN_USAGE, "revision %s has no folder kernels/ with CMakeLists.txt", text);
    snprintf(name, sizeof name, "%s:kernels", commit);
    if (status == TERN_OK)
        status = git_object(name, object, sizeof object, &done, error);
    *sources = XXH3_64bits(object, strlen(object));
    return status;
}

static tern_status look_up(const char *text, char commit[48], uint64_t *sources, tern_error *error)
{
    char name[PATH_MAX + 16], objection[512];
    bool done;
    tern_status status;

    snprintf(name, sizeof name, "%s^{commit}", text);
    if ((status = git_object(name, commit, 48, &done, error)) != TERN_OK)
        return status;
    if (!done)
        return tern_error_set(error, TERN_USAGE,
                              "'%s' is no revision of a git repository here, no folder, and no .so or .c file%s", text,
                              is_shallow() ? "; this clone is shallow, `git fetch --unshallow --tags` gets the rest"
                                           : tern_git_objection(objection, sizeof objection));
    return look_up_kernels(text, commit, sources, error);
}

static tern_status take_built(tern_side *side, const char *folder)
{
    tern_text_copy(side->objects, sizeof side->objects, folder);
    tern_text_copy(side->plugin, sizeof side->plugin, folder);
    tern_text_append(side->plugin, sizeof side->plugin, "/plugin.so");
    return TERN_OK;
}

static tern_status make_source(tern_side *side, const tern_side_watcher *watcher, tern_error *error)
{
    char folder[PATH_MAX];
    bool apart;
    const tern_status status = tern_side_compile(side->text, folder, &apart, watcher, error);

    if (status != TERN_OK)
        return status;
    take_built(side, folder);
    if (!apart)
        side->objects[0] = '\0';
    return TERN_OK;
}

static tern_status make_revision(tern_side *side, const tern_side_job *job, tern_error *error)
{
    char folder[PATH_MAX] = "", scratch[PATH_MAX], kernels[PATH_MAX + 16];
    uint64_t sources = 0;
    tern_status status;

    if ((status = look_up(side->text, side->commit, &sources, error)) != TERN_OK ||
        (status = folder_of(sources, folder, error)) != TERN_OK)
        return status;
    if (tern_side_cache_has(folder))
        return take_built(side, folder);
    if ((status = tern_side_cache_scratch(scratch, error)) != TERN_OK)
        return status;
    if ((status = extract(job, side->commit, scratch, error)) != TERN_OK) {
        tern_side_cache_remove(scratch);
        return status;
    }
    snprintf(kernels, sizeof kernels, "%s/kernels", scratch);
    status = tern_side_build(job, kernels, NULL, scratch, folder, error);
    return status == TERN_OK ? take_built(side, folder) : status;
}

/* Of a source tree, its kernels/; of such a folder itself, that. */
static tern_status find_kernels(const char *path, char kernels[PATH_MAX], tern_error *error)
{
    char candidate[PATH_MAX + 32];

    for (int below = 1; below >= 0; below--) {
        snprintf(candidate, sizeof candidate, "%s%s/CMakeLists.txt", path, below ? "/kernels" : "");
        if (access(candidate, R_OK) != 0)
            continue;
        snprintf(candidate, sizeof candidate, "%s%s", path, below ? "/kernels" : "");
        char beside[PATH_MAX + 48];
        snprintf(beside, sizeof beside, "%s/kernel.h", candidate);
        if (access(beside, R_OK) == 0 && realpath(candidate, kernels) != NULL)
            return TERN_OK;
    }
    return tern_error_set(error, TERN_USAGE, "the folder %s has no kernels/ with kernel.h and CMakeLists.txt", path);
}

static tern_status make_folder(tern_side *side, const tern_side_job *job, tern_error *error)
{
    char kernels[PATH_MAX], folder[PATH_MAX], scratch[PATH_MAX];
    uint64_t sources = 0;
    tern_status status = find_kernels(side->text, kernels, error);

    if (status != TERN_OK)
        return status;
    if (!tern_side_content_hash(kernels, &sources))
        return tern_error_set(error, TERN_USAGE, "not all of %s can be read", kernels);
    if ((status = folder_of(sources, folder, error)) != TERN_OK)
        return status;
    if (tern_side_cache_has(folder))
        return take_built(side, folder);
    if ((status = tern_side_cache_scratch(scratch, error)) != TERN_OK ||
        (status = tern_side_build(job, kernels, &sources, scratch, folder, error)) != TERN_OK)
        return status;
    return take_built(side, folder);
}

static tern_status make_plugin(tern_side *side, tern_error *error)
{
    return realpath(side->text, side->plugin) != NULL
               ? TERN_OK
               : tern_error_set(error, TERN_USAGE, "plug-in %s cannot be read", side->text);
}

tern_status tern_side_make(tern_side *side, const char *text, const tern_side_watcher *watcher, tern_error *error)
{
    const tern_side_job job = {.name = text, .watcher = watcher};

    *side = (tern_side){.kind = TERN_SIDE_REVISION};
    if (strlen(text) >= PATH_MAX - 64)
        return tern_error_set(error, TERN_USAGE, "a side of %zu characters is too long", strlen(text));
    tern_text_copy(side->text, sizeof side->text, text);
    if (is_folder(text))
        side->kind = TERN_SIDE_FOLDER;
    else if (tern_text_ends_with(text, ".so"))
        side->kind = TERN_SIDE_PLUGIN;
    else if (tern_text_ends_with(text, ".c"))
        side->kind = TERN_SIDE_SOURCE;
    switch (side->kind) {
    case TERN_SIDE_REVISION:
        return make_revision(side, &job, error);
    case TERN_SIDE_FOLDER:
        return make_folder(side, &job, error);
    case TERN_SIDE_PLUGIN:
        return make_plugin(side, error);
    case TERN_SIDE_SOURCE:
        break;
    }
    return make_source(side, watcher, error);
}

bool tern_side_is_cached(const char *revision)
{
    char commit[48], folder[PATH_MAX] = "";
    uint64_t sources = 0;

    return look_up(revision, commit, &sources, NULL) == TERN_OK && folder_of(sources, folder, NULL) == TERN_OK &&
           tern_side_cache_has(folder);
}

/* With what the linker takes for kernel `index`. */
static const char *object_of(const tern_side *side, size_t index, char path[PATH_MAX + 48])
{
    if (side->objects[0] == '\0')
        return side->plugin;
    snprintf(path, PATH_MAX + 48, "%s/kernel%zu.so", side->objects, index);
    return path;
}

bool tern_side_kernel_hash(const tern_side *side, size_t index, uint64_t *hash)
{
    char path[PATH_MAX + 48];

    return tern_side_content_hash(object_of(side, index, path), hash);
}

bool tern_side_loaded_hash(const tern_side *side, size_t index, uint64_t *hash)
{
    char path[PATH_MAX + 48];

    return tern_loaded_code_hash(object_of(side, index, path), hash);
}
