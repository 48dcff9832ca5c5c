#include "plan/registry.h"

#include "plan/plugin_trial.h"
#include "plan/quiet.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* Written by CMake from the kernel lines; ends with NULL. */
extern const tern_kernel *const tern_builtin_kernels[];

typedef struct member {
    tern_kernel *kernel; /* of its own, so that its address stays */
    tern_toggle *toggles;
    char *source;
} member;

static const tern_toggle harness_toggles[] = {
    {TERN_TOGGLE_HUGE_PAGES, "packed W and Y on pages of 2 MiB", NULL, 1, 0, 1},
    {0},
};

/* A record has room for so many letters. A list that is longer has no end. */
enum { NAME_LENGTH = 63, MOST_KERNELS = 4096 };

enum { HARNESS_TOGGLES = sizeof harness_toggles / sizeof *harness_toggles - 1 };

_Static_assert(HARNESS_TOGGLES + TERN_KERNEL_TOGGLES == TERN_MAX_TOGGLES, "a case has room for every toggle");

typedef struct library {
    void *handle;
    int copy; /* the file in memory that it was loaded from; -1: from a file of its own */
} library;

struct tern_registry {
    member *members;
    size_t count;
    library *libraries;
    size_t library_count;
};

static bool power_of_two(size_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

/* The name may hold only what an id, a file name, a command line and a regular expression leave alone. */
static bool name_is_plain(const char *name)
{
    const size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");

    return length > 0 && length <= NAME_LENGTH && name[length] == '\0' && name[0] != '-' && name[0] != '.';
}

/* Names with blanks between them, or none at all. */
static bool names_are_plain(const char *names)
{
    char name[NAME_LENGTH + 2];

    while (*(names += strspn(names, " ")) != '\0') {
        const size_t length = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)(length > NAME_LENGTH ? NAME_LENGTH + 1 : length), names);
        if (!name_is_plain(name))
            return false;
        names += length;
    }
    return true;
}

/* How many toggles before `end` have that name. */
static size_t count_named(const tern_toggle *toggles, size_t end, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < end; i++)
        count += strcmp(toggles[i].name, name) == 0;
    return count;
}

static const char *needs_breach(const tern_toggle *toggles, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (toggles[i].needs != NULL &&
            (strcmp(toggles[i].needs, toggles[i].name) == 0 || count_named(toggles, count, toggles[i].needs) == 0))
            return "a toggle needs one that the kernel does not have, or itself";
    return NULL;
}

static const char *toggles_breach(const tern_toggle *toggles)
{
    size_t count = 0;

    for (size_t i = 0; toggles != NULL && toggles[i].name != NULL; i++, count++)
        if (i == TERN_KERNEL_TOGGLES)
            return "it has more than 16 toggles, or their list has no end";
        else if (strcmp(toggles[i].name, TERN_TOGGLE_HUGE_PAGES) == 0)
            return "a toggle has the name of one that the harness gives to every kernel";
        else if (!name_is_plain(toggles[i].name) || toggles[i].summary == NULL || toggles[i].initial < toggles[i].low ||
                 toggles[i].initial > toggles[i].high)
            return "each toggle needs a plain name, a summary and low <= initial <= high";
        else if (count_named(toggles, i, toggles[i].name) > 0)
            return "two toggles have the same name";
    return needs_breach(toggles, count);
}

/* What is wrong with the kernel's table, or NULL. */
static const char *contract_breach(const tern_kernel *k)
{
    if (!name_is_plain(k->name))
        return "its name must be lower case letters, digits, '.', '_' and '-', 63 at most, the first a letter or digit";
    if (strcmp(k->name, TERN_KERNEL_AUTO) == 0 || strcmp(k->name, "decode") == 0 || strcmp(k->name, "none") == 0)
        return "'auto', 'decode' and 'none' mean something else in ids";
    if ((k->formerly != NULL && !names_are_plain(k->formerly)) || (k->refines != NULL && !name_is_plain(k->refines)))
        return "`refines` and `formerly` are names, too: plain, `formerly` with blanks between them";
    if (k->packed_bytes == NULL || k->bind == NULL)
        return "packed_bytes and bind must be set";
    if ((k->pack == NULL) == (k->pack_rows == NULL))
        return "either pack or pack_rows must be set";
    if ((k->plan_bytes == NULL) != (k->make_plan == NULL) || (k->plan_bytes == NULL && k->drop_plan != NULL))
        return "plan_bytes and make_plan must be set together, drop_plan only with them";
    if (k->summary == NULL)
        return "it has no summary";
    if (k->isa >= 2 * TERN_ISA_GFNI)
        return "it needs an instruction set that this program does not know";
    if ((k->flags & ~(uint32_t)TERN_KERNEL_OWNS_TEAM) != 0)
        return "it sets a flag that this program does not know";
    if (!isfinite(k->bits_per_weight) || k->bits_per_weight <= 0.0)
        return "bits_per_weight must be a number above 0";
    if (k->multiple.m == 0 || k->multiple.k == 0 || k->multiple.n == 0 || k->row_step == 0)
        return "multiple and row_step must be at least 1";
    if (k->tile.m == 0 || k->tile.k == 0 || k->tile.n == 0)
        return "tile must be at least 1 in each size";
    if (!power_of_two(k->packed_align) || !power_of_two(k->x_align) || !power_of_two(k->y_align) || k->y_align < 4)
        return "alignments must be powers of two, y_align at least 4";
    return toggles_breach(k->toggles);
}

/* The kernel's toggles, then the harness's. NULL: no memory. */
static tern_toggle *all_toggles(const tern_toggle *own)
{
    size_t count = 0;

    while (own != NULL && own[count].name != NULL)
        count++;
    tern_toggle *all = malloc((count + HARNESS_TOGGLES + 1) * sizeof *all);
    if (all != NULL) {
        memcpy(all, own == NULL ? harness_toggles : own, count * sizeof *all);
        memcpy(all + count, harness_toggles, sizeof harness_toggles);
    }
    return all;
}

/* Whether a struct of a newer header sets a field that this program does not know. */
static bool sets_more_fields(const tern_kernel *kernel)
{
    const uint8_t *bytes = (const uint8_t *)kernel;

    for (size_t i = sizeof *kernel; i < kernel->bytes; i++)
        if (bytes[i] != 0)
            return true;
    return false;
}

/* TERN_OK, or why a kernel of a readable version cannot join. */
static tern_status judge(const tern_registry *registry, const tern_kernel *kernel, const char *source,
                         tern_error *error)
{
    if (kernel->name == NULL)
        return tern_error_set(error, TERN_USAGE, "%s: a kernel has no name", source);
    const char *breach = contract_breach(kernel);
    if (breach != NULL)
        return tern_error_set(error, TERN_USAGE, "%s: kernel '%s' breaks the contract: %s", source, kernel->name,
                              breach);
    for (size_t i = 0; i < registry->count; i++)
        if (strcmp(registry->members[i].kernel->name, kernel->name) == 0)
            return tern_error_set(error, TERN_USAGE, "%s: there is a kernel '%s' already (%s); rename one of them",
                                  source, kernel->name, registry->members[i].source);
    return TERN_OK;
}

/* Takes in a copy of the kernel. */
static tern_status join(tern_registry *registry, const tern_kernel *kernel, const char *source, tern_error *error)
{
    member *members = realloc(registry->members, (registry->count + 1) * sizeof *members);
    const member new = {malloc(sizeof *new.kernel), all_toggles(kernel->toggles), strdup(source)};

    if (members != NULL)
        registry->members = members;
    if (members == NULL || new.kernel == NULL || new.toggles == NULL || new.source == NULL) {
        free(new.kernel);
        free(new.toggles);
        free(new.source);
        return tern_error_memory(error, "the kernel registry", sizeof *kernel);
    }
    *new.kernel = *kernel;
    new.kernel->toggles = new.toggles;
    members[registry->count++] = new;
    return TERN_OK;
}

static tern_status add(tern_registry *registry, const tern_kernel *kernel, const char *source, tern_error *error)
{
    tern_kernel whole = {0};

    if (kernel->abi != TERN_KERNEL_ABI)
        return tern_error_set(error, TERN_USAGE,
                              "%s: a kernel was built for contract version %u, this program has %u; rebuild it", source,
                              kernel->abi, TERN_KERNEL_ABI);
    if (sets_more_fields(kernel))
        return tern_error_set(error, TERN_USAGE,
                              "%s: a kernel was built for a newer kernel.h and uses what this program does not know; "
                              "build it with this program's",
                              source);
    /* Copied before any field is read: an older header's struct ends earlier. */
    memcpy(&whole, kernel, kernel->bytes < sizeof whole ? kernel->bytes : sizeof whole);
    const tern_status status = judge(registry, &whole, source, error);
    return status == TERN_OK ? join(registry, &whole, source, error) : status;
}

/* Who follows `refines` comes to an end. */
static tern_status refuse_circles(const tern_registry *registry, tern_error *error)
{
    for (size_t i = 0; i < registry->count; i++) {
        const tern_kernel *origin = registry->members[i].kernel;
        for (size_t steps = 0; origin != NULL && origin->refines != NULL; steps++) {
            if (steps == registry->count)
                return tern_error_set(error, TERN_USAGE,
                                      "%s: kernel '%s' refines itself, directly or by way of others; name in `refines` "
                                      "what it goes back to, or NULL",
                                      registry->members[i].source, registry->members[i].kernel->name);
            origin = tern_registry_find(registry, origin->refines);
        }
    }
    return TERN_OK;
}

tern_status tern_registry_add(tern_registry *registry, const tern_kernel *const *kernels, const char *source,
                              tern_error *error)
{
    for (size_t i = 0; kernels[i] != NULL; i++) {
        if (i == MOST_KERNELS)
            return tern_error_set(error, TERN_USAGE, "%s lists more than %d kernels; its list must end with NULL",
                                  source, MOST_KERNELS);
        const tern_status status = add(registry, kernels[i], source, error);
        if (status != TERN_OK)
            return status;
    }
    return refuse_circles(registry, error);
}

static tern_status refuse_loading(const char *path, const char *why, tern_error *error)
{
    if (strstr(why, "failed to map segment") == NULL)
        return tern_error_set(error, TERN_USAGE, "plug-in %s cannot be loaded: %s", path, why);
    return tern_error_set(error, TERN_ENVIRONMENT,
                          "plug-in %s cannot be loaded: memory is short, or its file system is mounted noexec; what is "
                          "built lies below XDG_CACHE_HOME",
                          path);
}

/* file is what is opened, path what it is called in messages. copy is the registry's from now on, unless it is -1. */
static tern_status load_file(tern_registry *registry, const char *file, int copy, const char *path, tern_error *error)
{
    library *libraries = realloc(registry->libraries, (registry->library_count + 1) * sizeof *libraries);
    const tern_quiet quiet = tern_quiet_begin();
    void *handle = libraries == NULL ? NULL : dlopen(file, RTLD_NOW | RTLD_LOCAL);
    tern_quiet_end(&quiet);

    registry->libraries = libraries != NULL ? libraries : registry->libraries;
    if (handle == NULL && copy >= 0)
        close(copy);
    if (libraries == NULL)
        return tern_error_memory(error, "the list of plug-ins", sizeof *libraries);
    if (handle == NULL)
        return refuse_loading(path, dlerror(), error);
    libraries[registry->library_count++] = (library){handle, copy};

    const tern_plugin *plugin = dlsym(handle, "tern_plugin_table");
    if (plugin == NULL)
        return tern_error_set(error, TERN_USAGE,
                              "plug-in %s has no symbol tern_plugin_table; export it with TERN_PLUGIN(&kernel)", path);
    if (plugin->abi != TERN_KERNEL_ABI)
        return tern_error_set(error, TERN_USAGE,
                              "plug-in %s was built for contract version %u, this program has %u; rebuild it", path,
                              plugin->abi, TERN_KERNEL_ABI);
    return tern_registry_add(registry, plugin->kernels, path, error);
}

/* Is a tern_plugin_load. */
static tern_status load(void *registry, const char *path, tern_error *error)
{
    /* A path without a slash would be looked up in the system's library directories. */
    char *file = realpath(path, NULL);

    if (file == NULL)
        return tern_error_set(error, tern_error_of_file(errno), "plug-in %s: %s", path, strerror(errno));
    const tern_status status = load_file(registry, file, -1, path, error);
    free(file);
    return status;
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
tern_status tern_registry_load_copy(tern_registry *registry, const char *path, tern_error *error)
{
    char file[32];
    const int copy = copy_in_memory(path);

    if (copy < 0)
        return tern_error_set(error, tern_error_of_file(errno), "plug-in %s: %s", path, strerror(errno));
    snprintf(file, sizeof file, "/proc/self/fd/%d", copy);
    return load_file(registry, file, copy, path, error);
}

/* Is a tern_plugin_load, for a process that ends then: unloading runs code too. */
static tern_status load_and_unload(void *argument, const char *path, tern_error *error)
{
    const tern_registry *registry = argument;
    const size_t loaded = registry->library_count;
    const tern_status status = load(argument, path, error);

    if (registry->library_count > loaded)
        dlclose(registry->libraries[loaded].handle);
    return status;
}

tern_status tern_registry_try(tern_registry *registry, const char *path, tern_error *error)
{
    return tern_plugin_try(load_and_unload, registry, path, error);
}

tern_status tern_registry_load(tern_registry *registry, const char *path, tern_error *error)
{
    const tern_status status = tern_registry_try(registry, path, error);

    return status == TERN_OK ? load(registry, path, error) : status;
}

static int is_shared_object(const struct dirent *file)
{
    const size_t length = strlen(file->d_name);

    return length > 3 && strcmp(file->d_name + length - 3, ".so") == 0;
}

static tern_status load_directory(tern_registry *registry, const char *directory, tern_error *error)
{
    struct dirent **files = NULL;
    tern_status status = TERN_OK;
    const int count = scandir(directory, &files, is_shared_object, alphasort);

    if (count < 0)
        return tern_error_set(error, tern_error_of_file(errno), "TERNBENCH_PLUGIN_PATH: %s: %s", directory,
                              strerror(errno));
    for (int i = 0; i < count; i++) {
        char path[4096];
        if (status == TERN_OK) {
            snprintf(path, sizeof path, "%s/%s", directory, files[i]->d_name);
            status = tern_registry_load(registry, path, error);
        }
        free(files[i]);
    }
    free(files);
    return status;
}

tern_status tern_registry_load_path(tern_registry *registry, const char *path, tern_error *error)
{
    char *copy = strdup(path), *rest = copy;
    tern_status status = TERN_OK;

    if (copy == NULL)
        return tern_error_memory(error, "TERNBENCH_PLUGIN_PATH", (double)strlen(path));
    for (char *directory; status == TERN_OK && (directory = strsep(&rest, ":")) != NULL;)
        if (directory[0] != '\0')
            status = load_directory(registry, directory, error);
    free(copy);
    return status;
}

tern_status tern_registry_new_empty(tern_registry **registry, tern_error *error)
{
    *registry = calloc(1, sizeof **registry);
    return *registry != NULL ? TERN_OK : tern_error_memory(error, "the kernel registry", sizeof **registry);
}

tern_status tern_registry_new(tern_registry **registry, tern_error *error)
{
    if (tern_registry_new_empty(registry, error) != TERN_OK || *registry == NULL)
        return TERN_ENVIRONMENT;
    const tern_status status = tern_registry_add(*registry, tern_builtin_kernels, "built in", error);
    if (status != TERN_OK) {
        tern_registry_free(*registry);
        *registry = NULL;
    }
    return status;
}

void tern_registry_free(tern_registry *registry)
{
    if (registry == NULL)
        return;
    for (size_t i = 0; i < registry->count; i++) {
        free(registry->members[i].kernel);
        free(registry->members[i].toggles);
        free(registry->members[i].source);
    }
    free(registry->members);
    for (size_t i = 0; i < registry->library_count; i++) {
        dlclose(registry->libraries[i].handle);
        if (registry->libraries[i].copy >= 0)
            close(registry->libraries[i].copy);
    }
    free(registry->libraries);
    free(registry);
}

size_t tern_registry_count(const tern_registry *registry)
{
    return registry->count;
}

const tern_kernel *tern_registry_kernel(const tern_registry *registry, size_t index)
{
    return registry->members[index].kernel;
}

const char *tern_registry_source(const tern_registry *registry, size_t index)
{
    return registry->members[index].source;
}

static bool had_name(const tern_kernel *kernel, const char *name)
{
    const size_t length = strlen(name);
    const char *word = kernel->formerly == NULL ? "" : kernel->formerly;

    while (*(word += strspn(word, " ")) != '\0') {
        const size_t word_length = strcspn(word, " ");
        if (word_length == length && memcmp(word, name, length) == 0)
            return true;
        word += word_length;
    }
    return false;
}

const tern_kernel *tern_registry_find(const tern_registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->count; i++)
        if (strcmp(registry->members[i].kernel->name, name) == 0)
            return registry->members[i].kernel;
    for (size_t i = 0; i < registry->count; i++)
        if (had_name(registry->members[i].kernel, name))
            return registry->members[i].kernel;
    return NULL;
}
