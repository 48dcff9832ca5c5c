/*
 * plugin_trial.h - a plug-in is loaded and asked for its kernels in a child process first, since loading one runs its
 * code.
 */
#ifndef TERN_PLUGIN_TRIAL_H
#define TERN_PLUGIN_TRIAL_H

#include "plan/registry.h"

/* Loads path into the registry. */
typedef tern_status tern_plugin_load(tern_registry *registry, const char *path, tern_error *error);

/*
 * Calls load in a child and returns what it returned there; the registry stays as it is. TERN_USAGE with a sentence
 * when path is no regular file, or loading it crashes, exits or does not end.
 */
tern_status tern_plugin_try(tern_plugin_load *load, tern_registry *registry, const char *path, tern_error *error);

#endif
