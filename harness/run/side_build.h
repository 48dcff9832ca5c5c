/*
 * side_build.h - how a side is built. For side.c and side_source.c.
 */
#ifndef TERN_SIDE_BUILD_H
#define TERN_SIDE_BUILD_H

#include "base/error.h"
#include "run/side_watcher.h"

#include <limits.h>
#include <stdint.h>

/* What stands in messages, and who is told. */
typedef struct tern_side_job {
    const char *name; /* of the side, for sentences */
    const tern_side_watcher *watcher;
} tern_side_job;

/* Tells the watcher, if there is one. */
void tern_side_say(const tern_side_job *job, const char *sentence);

/*
 * Runs a program whose output goes to a log. TERN_USAGE when it fails: the sentence is "NAME: WHAT: the first
 * complaint in the log", and the log is moved to kept_log.
 */
tern_status tern_side_run(const tern_side_job *job, const char *const *argv, const char *what, const char *log,
                          const char *kept_log, tern_error *error);

/* The path, or a link to it in scratch where CMake, make or the preprocessor would take some character for theirs. */
tern_status tern_side_plain_path(const char *path, const char *scratch, char plain[PATH_MAX], tern_error *error);

/*
 * Builds the kernels of a folder with the project in harness/run/side, and keeps plug-in and objects as `folder`.
 * sources: the hash of `kernels` that is in the name of `folder`, or NULL where nobody changes them. scratch is
 * removed. TERN_USAGE: they do not build; TERN_ENVIRONMENT: they were changed meanwhile, or something was in the way.
 */
tern_status tern_side_build(const tern_side_job *job, const char *kernels, const uint64_t *sources, const char *scratch,
                            const char *folder, tern_error *error);

/* What to say, with TERN_ENVIRONMENT, of sources that are not what they were when their hash was taken. */
tern_status tern_side_changed(const tern_side_job *job, tern_error *error);

#endif
