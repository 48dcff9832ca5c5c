/*
 * plugin_trial.h - a plug-in is loaded and asked for its kernels in a child process first, since loading one runs its
 * code.
 */
#ifndef TERN_PLUGIN_TRIAL_H
#define TERN_PLUGIN_TRIAL_H

#include "base/error.h"

/* Loads path into a registry, which is nobody's business here. */
typedef tern_status tern_plugin_load(void *registry, const char *path, tern_error *error);

/*
 * Calls load in a child and returns what it returned there; the registry stays as it is. TERN_USAGE with a sentence
 * when path is no regular file, or loading it crashes, exits or does not end.
 */
tern_status tern_plugin_try(tern_plugin_load *load, void *registry, const char *path, tern_error *error);

#endif
