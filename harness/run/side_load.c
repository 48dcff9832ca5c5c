#include "run/side_load.h"

tern_status tern_side_load(tern_side *side, tern_registry **kernels, const char *text, const tern_side_watcher *watcher,
                           tern_error *error)
{
    tern_status status;

    *kernels = NULL;
    if ((status = tern_side_make(side, text, watcher, error)) != TERN_OK ||
        (status = tern_registry_new_empty(kernels, error)) != TERN_OK ||
        (status = tern_registry_try(*kernels, side->plugin, error)) != TERN_OK)
        return status;
    return tern_registry_load_copy(*kernels, side->plugin, error);
}

static size_t index_of(const tern_registry *registry, const tern_kernel *kernel)
{
    size_t i = 0;

    while (tern_registry_kernel(registry, i) != kernel)
        i++;
    return i;
}

bool tern_side_hash_of(const tern_side *side, const tern_registry *kernels, const tern_kernel *kernel, uint64_t *hash)
{
    return tern_side_kernel_hash(side, index_of(kernels, kernel), hash);
}

bool tern_side_loaded_hash_of(const tern_side *side, const tern_registry *kernels, const tern_kernel *kernel,
                              uint64_t *hash)
{
    return tern_side_loaded_hash(side, index_of(kernels, kernel), hash);
}

const tern_kernel *tern_side_counterpart(const tern_registry *here, const tern_registry *there,
                                         const tern_kernel *kernel)
{
    const tern_kernel *found = tern_registry_find(there, kernel->name);

    for (size_t i = 0; i < tern_registry_count(there) && found == NULL; i++)
        if (tern_registry_find(here, tern_registry_kernel(there, i)->name) == kernel)
            found = tern_registry_kernel(there, i);
    if (found == NULL && tern_registry_count(here) == 1 && tern_registry_count(there) == 1)
        found = tern_registry_kernel(there, 0);
    return found;
}
