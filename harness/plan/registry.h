/*
 * registry.h - all kernels: those built in, in the order of kernels/CMakeLists.txt, then those of plug-ins.
 */
#ifndef TERN_REGISTRY_H
#define TERN_REGISTRY_H

#include "base/error.h"
#include "kernel.h"

typedef struct tern_registry tern_registry;

/* How many toggles a kernel may have, and with those of the harness. */
enum { TERN_KERNEL_TOGGLES = 16, TERN_MAX_TOGGLES = TERN_KERNEL_TOGGLES + 1 };

/* Instead of a kernel's name: whichever is the fastest for the problem on this machine. No kernel may be called so. */
#define TERN_KERNEL_AUTO "auto"

/* A toggle that the registry adds to those of every kernel: what the harness does for all of them. */
#define TERN_TOGGLE_HUGE_PAGES "huge_pages"

/* Makes a registry of the built-in kernels. Free with tern_registry_free(). */
tern_status tern_registry_new(tern_registry **registry, tern_error *error);

/* The same without the built-in kernels. */
tern_status tern_registry_new_empty(tern_registry **registry, tern_error *error);
void tern_registry_free(tern_registry *registry);

/*
 * Adds kernels. The array ends with NULL and must outlive the registry; the structs are copied, shorter ones of an
 * older header are filled up with zeros, longer ones must have zeros behind what is known here. source says where they
 * come from, for messages. TERN_USAGE: a duplicate or missing name, a wrong ABI, a table that breaks the contract.
 */
tern_status tern_registry_add(tern_registry *registry, const tern_kernel *const *kernels, const char *source,
                              tern_error *error);

/* Opens a shared object and adds what its tern_plugin_table lists. It stays open until the registry is freed. */
tern_status tern_registry_load(tern_registry *registry, const char *path, tern_error *error);

/* Whether a shared object could be loaded: in a child process, so that the registry stays as it is. */
tern_status tern_registry_try(tern_registry *registry, const char *path, tern_error *error);

/*
 * Loads a copy of a shared object from memory: beside another copy of it, it has code and data of its own. For one
 * that was tried before.
 */
tern_status tern_registry_load_copy(tern_registry *registry, const char *path, tern_error *error);

/* Loads every *.so of the colon-separated directories in TERNBENCH_PLUGIN_PATH, in the order of their names. */
tern_status tern_registry_load_path(tern_registry *registry, const char *path, tern_error *error);

size_t tern_registry_count(const tern_registry *registry);
const tern_kernel *tern_registry_kernel(const tern_registry *registry, size_t index);
const char *tern_registry_source(const tern_registry *registry, size_t index); /* "built in", or the plug-in's path */

/* The kernel of that name, or else one that had it formerly; NULL when there is neither. */
const tern_kernel *tern_registry_find(const tern_registry *registry, const char *name);

#endif
