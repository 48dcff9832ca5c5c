/*
 * side_load.h - the kernels of one side, and no others, as the program sees them.
 */
#ifndef TERN_SIDE_LOAD_H
#define TERN_SIDE_LOAD_H

#include "plan/registry.h"
#include "run/side.h"

/*
 * Makes the side and loads a copy of its plug-in into a registry of its own, which tern_registry_free() frees, whatever
 * is returned. As tern_side_make(); TERN_USAGE as well when the plug-in cannot be loaded, because of another contract
 * say.
 */
tern_status tern_side_load(tern_side *side, tern_registry **kernels, const char *text, const tern_side_watcher *watcher,
                           tern_error *error);

/* The hash of one of these kernels, as tern_side_kernel_hash() says. */
bool tern_side_hash_of(const tern_side *side, const tern_registry *kernels, const tern_kernel *kernel, uint64_t *hash);

/* The same of what is loaded of it, as tern_side_loaded_hash() says. */
bool tern_side_loaded_hash_of(const tern_side *side, const tern_registry *kernels, const tern_kernel *kernel,
                              uint64_t *hash);

/*
 * The kernel `there` that stands for one of those `here`: of the same name, or of a name that it had before; where both
 * have one kernel, that one. NULL: there is none.
 */
const tern_kernel *tern_side_counterpart(const tern_registry *here, const tern_registry *there,
                                         const tern_kernel *kernel);

#endif
