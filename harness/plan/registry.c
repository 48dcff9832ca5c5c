#include "plan/registry.h"

#include "base/text.h"
#include "plan/contract.h"
#include "plan/libraries.h"
#include "plan/plugin_trial.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* A list that is longer has no end. */
enum { MOST_KERNELS = 4096 };

enum { HARNESS_TOGGLES = sizeof harness_toggles / sizeof *harness_toggles - 1 };

_Static_assert(HARNESS_TOGGLES + TERN_KERNEL_TOGGLES == TERN_MAX_TOGGLES, "a case has room for every toggle");

struct tern_registry {
    member *members;
    size_t count;
    tern_libraries libraries;
};

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
    const char *breach = tern_contract_breach(kernel);
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

/* Is a tern_plugin_load. */
static tern_status load(void *argument, const char *path, tern_error *error)
{
    tern_registry *registry = argument;
    const tern_plugin *plugin;
    const tern_status status = tern_libraries_open(&registry->libraries, path, &plugin, error);

    return status == TERN_OK ? tern_registry_add(registry, plugin->kernels, path, error) : status;
}

tern_status tern_registry_load_copy(tern_registry *registry, const char *path, tern_error *error)
{
    const tern_plugin *plugin;
    const tern_status status = tern_libraries_open_copy(&registry->libraries, path, &plugin, error);

    return status == TERN_OK ? tern_registry_add(registry, plugin->kernels, path, error) : status;
}

/* Is a tern_plugin_load, for a process that ends then: unloading runs code too, of this one alone. */
static tern_status load_and_unload(void *argument, const char *path, tern_error *error)
{
    tern_registry *registry = argument;

    registry->libraries = (tern_libraries){0};
    const tern_status status = load(registry, path, error);
    tern_libraries_close(&registry->libraries);
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
    return tern_text_ends_with(file->d_name, ".so");
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
    tern_libraries_close(&registry->libraries);
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
